package io.github.duckpool.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;
import org.hibernate.dialect.PostgreSQLDialect;
import org.junit.jupiter.api.Test;

/** Hibernate, which has no dialect for DuckDB; PostgreSQL's speaks what it understands. */
class HibernateTest extends FrameworkContract {

    /** The mapped table. */
    @Entity(name = "letter")
    static class Letter {
        @Id
        int id;

        String title;

        LocalDate written;

        Letter() {}

        Letter(int id, String title, LocalDate written) {
            this.id = id;
            this.title = title;
            this.written = written;
        }
    }

    private static final Logger QUIET = Logger.getLogger("org.hibernate");

    private SessionFactory factory;
    private final ThreadLocal<EntityManager> current = new ThreadLocal<>();

    @Override
    void open() {
        QUIET.setLevel(Level.SEVERE);
        Configuration configuration = new Configuration().addAnnotatedClass(Letter.class);
        configuration.getProperties().put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, pool);
        configuration.setProperty(AvailableSettings.DIALECT, PostgreSQLDialect.class.getName());
        // Or Hibernate would take DuckDB's version for PostgreSQL's.
        configuration.setProperty(AvailableSettings.ALLOW_METADATA_ON_BOOT, false);
        factory = configuration.buildSessionFactory();
    }

    @Override
    void shut() {
        factory.close();
    }

    private <T> T transactional(Function<EntityManager, T> work) {
        EntityManager joined = current.get();
        if (joined != null) {
            T result = work.apply(joined);
            joined.flush();
            return result;
        }
        return factory.fromTransaction(work::apply);
    }

    @Override
    void insert(int id, String title, LocalDate day) {
        transactional(session -> {
            session.persist(new Letter(id, title, day));
            return id;
        });
    }

    private Optional<Letter> find(int id) {
        return transactional(session -> Optional.ofNullable(session.find(Letter.class, id)));
    }

    @Override
    Optional<String> title(int id) {
        return find(id).map(letter -> letter.title);
    }

    @Override
    Optional<LocalDate> day(int id) {
        return find(id).map(letter -> letter.written);
    }

    @Override
    int rename(int id, String title) {
        return transactional(session -> {
            Letter letter = session.find(Letter.class, id);
            letter.title = title;
            return 1;
        });
    }

    @Override
    int delete(int id) {
        return transactional(session -> session.createQuery("delete from letter where id = :id")
                .setParameter("id", id)
                .executeUpdate());
    }

    @Override
    void inTransaction(Work work) {
        factory.inTransaction(session -> {
            current.set(session);
            try {
                work.run();
            } finally {
                current.remove();
            }
        });
    }

    @Override
    Optional<String> titleInReadOnlyTransaction(int id) {
        return factory.fromTransaction(session -> {
            session.setDefaultReadOnly(true);
            return Optional.ofNullable(session.find(Letter.class, id)).map(letter -> letter.title);
        });
    }

    @Test
    void startsWithMetadataToo() {
        Configuration configuration = new Configuration().addAnnotatedClass(Letter.class);
        configuration.getProperties().put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, pool);
        configuration.setProperty(AvailableSettings.DIALECT, PostgreSQLDialect.class.getName());
        insert(1, "one", DAY);
        try (SessionFactory asking = configuration.buildSessionFactory()) {
            assertThat(asking.<String>fromTransaction(session -> session.find(Letter.class, 1).title))
                    .isEqualTo("one");
        }
    }

    @Test
    void queriesWithPaging() {
        for (int id = 1; id <= 5; id++) {
            insert(id, "letter " + id, DAY);
        }
        assertThat(factory.<List<String>>fromTransaction(
                        session -> session.createQuery("select title from letter order by id", String.class)
                                .setFirstResult(1)
                                .setMaxResults(2)
                                .getResultList()))
                .containsExactly("letter 2", "letter 3");
    }
}
