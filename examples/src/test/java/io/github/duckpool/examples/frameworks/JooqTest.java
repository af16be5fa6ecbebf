package io.github.duckpool.examples.frameworks;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import java.time.LocalDate;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** jOOQ with its DuckDB dialect, which the open-source edition has. */
class JooqTest extends FrameworkContract {
    private static final Table<Record> LETTER = table(name("letter"));
    private static final Field<Integer> ID = field(name("id"), SQLDataType.INTEGER);
    private static final Field<String> TITLE = field(name("title"), SQLDataType.VARCHAR);
    private static final Field<LocalDate> WRITTEN = field(name("written"), SQLDataType.LOCALDATE);

    static {
        System.setProperty("org.jooq.no-logo", "true");
        System.setProperty("org.jooq.no-tips", "true");
    }

    private DSLContext root;
    private final ThreadLocal<DSLContext> current = ThreadLocal.withInitial(() -> root);

    @Override
    void open() {
        root = DSL.using(pool, SQLDialect.DUCKDB);
    }

    @Override
    void insert(int id, String title, LocalDate day) {
        current.get()
                .insertInto(LETTER, ID, TITLE, WRITTEN)
                .values(id, title, day)
                .execute();
    }

    @Override
    Optional<String> title(int id) {
        return current.get().select(TITLE).from(LETTER).where(ID.eq(id)).fetchOptional(TITLE);
    }

    @Override
    Optional<LocalDate> day(int id) {
        return current.get().select(WRITTEN).from(LETTER).where(ID.eq(id)).fetchOptional(WRITTEN);
    }

    @Override
    int rename(int id, String title) {
        return current.get().update(LETTER).set(TITLE, title).where(ID.eq(id)).execute();
    }

    @Override
    int delete(int id) {
        return current.get().deleteFrom(LETTER).where(ID.eq(id)).execute();
    }

    @Override
    void inTransaction(Work work) {
        root.transaction(configuration -> {
            current.set(configuration.dsl());
            try {
                work.run();
            } finally {
                current.remove();
            }
        });
    }

    @Override
    Optional<String> titleInReadOnlyTransaction(int id) {
        return root.connectionResult(connection -> {
            connection.setReadOnly(true);
            return DSL.using(connection, SQLDialect.DUCKDB)
                    .select(TITLE)
                    .from(LETTER)
                    .where(ID.eq(id))
                    .fetchOptional(TITLE);
        });
    }
}
