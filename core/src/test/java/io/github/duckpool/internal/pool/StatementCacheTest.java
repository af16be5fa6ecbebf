package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The cache against a model, and against a real database. */
class StatementCacheTest {
    private final Set<PreparedStatement> closed = new HashSet<>();
    private int made;

    private PreparedStatement statement() {
        int number = made++;
        return (PreparedStatement) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {PreparedStatement.class}, (proxy, method, args) -> {
                    switch (method.getName()) {
                        case "close" -> closed.add((PreparedStatement) proxy);
                        case "hashCode" -> {
                            return number;
                        }
                        case "toString" -> {
                            return "statement " + number;
                        }
                        case "equals" -> {
                            return proxy == args[0];
                        }
                        default -> throw new SQLException(method.getName());
                    }
                    return null;
                });
    }

    /**
     * Every statement is in the hands of a user, idle in the cache, or closed; what is idle is what was put last, at most as
     * many as fit; and nothing idle is closed.
     */
    @Property(tries = 1000)
    void behavesLikeTheModel(
            @ForAll @IntRange(max = 4) int size, @ForAll @Size(max = 60) List<@IntRange(max = 99) Integer> steps)
            throws SQLException {
        closed.clear();
        StatementCache cache = new StatementCache(size);
        Map<String, PreparedStatement> model = new LinkedHashMap<>();
        List<PreparedStatement> gone = new ArrayList<>();
        boolean shut = false;
        long hits = 0;
        for (int step : steps) {
            String sql = "SELECT " + step % 6;
            switch (step / 12) {
                case 0, 1, 2 -> {
                    PreparedStatement mine = statement();
                    cache.put(sql, mine);
                    if (shut || size == 0) {
                        gone.add(mine);
                    } else {
                        PreparedStatement twin = model.put(sql, mine);
                        if (twin != null) {
                            gone.add(twin);
                        } else if (model.size() > size) {
                            Iterator<PreparedStatement> eldest = model.values().iterator();
                            gone.add(eldest.next());
                            eldest.remove();
                        }
                    }
                }
                case 3, 4, 5 -> {
                    PreparedStatement found = cache.take(sql);
                    assertThat(found).isSameAs(model.remove(sql));
                    hits += found == null ? 0 : 1;
                }
                case 6 -> {
                    cache.clear();
                    gone.addAll(model.values());
                    model.clear();
                }
                case 7 -> {
                    cache.shut();
                    gone.addAll(model.values());
                    model.clear();
                    shut = true;
                }
                default -> {
                    cache.reopen();
                    shut = false;
                }
            }
            assertThat(closed).containsExactlyInAnyOrderElementsOf(gone);
            assertThat(model.values()).noneMatch(closed::contains);
            assertThat(cache.hits()).isEqualTo(hits);
        }
    }

    private static String read(Connection c, String sql) throws SQLException {
        try (PreparedStatement s = c.prepareStatement(sql);
                ResultSet rows = s.executeQuery()) {
            return rows.next() ? rows.getString(1) : "nothing";
        }
    }

    @Example
    void aStatementOutlivesItsBorrow() throws SQLException {
        try (OneSlot slot = new OneSlot()) {
            for (int i = 0; i < 3; i++) {
                try (Connection c = slot.borrow()) {
                    assertThat(read(c, "SELECT 42")).isEqualTo("42");
                }
            }
            assertThat(slot.session().prepares()).isEqualTo(1);
            assertThat(slot.session().cacheHits()).isEqualTo(2);
        }
    }

    @Example
    void twoUsersOfOneTextHaveAStatementEach() throws SQLException {
        try (OneSlot slot = new OneSlot();
                Connection c = slot.borrow()) {
            try (PreparedStatement one = c.prepareStatement("SELECT ?::INTEGER");
                    PreparedStatement two = c.prepareStatement("SELECT ?::INTEGER")) {
                one.setInt(1, 1);
                two.setInt(1, 2);
                try (ResultSet first = one.executeQuery();
                        ResultSet second = two.executeQuery()) {
                    first.next();
                    second.next();
                    assertThat(first.getInt(1)).isEqualTo(1);
                    assertThat(second.getInt(1)).isEqualTo(2);
                }
            }
        }
    }

    /** A result belongs to its statement: while it is open the statement is nobody else's. */
    @Example
    void closingAStatementEndsItsResultBeforeAnyoneElseHasIt() throws SQLException {
        try (OneSlot slot = new OneSlot();
                Connection c = slot.borrow()) {
            PreparedStatement one = c.prepareStatement("SELECT range FROM range(5000)");
            ResultSet rows = one.executeQuery();
            rows.next();
            one.close();
            assertThat(rows.isClosed()).isTrue();
            assertThatThrownBy(rows::next).isInstanceOf(SQLException.class);
            assertThat(read(c, "SELECT range FROM range(5000)")).isEqualTo("0");
        }
    }

    @Example
    void aStatementThatFailedIsDropped() throws SQLException {
        try (OneSlot slot = new OneSlot()) {
            try (Connection c = slot.borrow()) {
                for (String value : new String[] {"x", "7"}) {
                    try (PreparedStatement s = c.prepareStatement("SELECT CAST(? AS INTEGER)")) {
                        s.setString(1, value);
                        try (ResultSet rows = s.executeQuery()) {
                            rows.next();
                            assertThat(rows.getInt(1)).isEqualTo(7);
                        } catch (SQLException e) {
                            assertThat(value).isEqualTo("x");
                        }
                    }
                }
            }
            assertThat(slot.session().cacheHits()).isZero();
            assertThat(slot.kept()).isEqualTo(1);
        }
    }

    /** In 1.x a prepared statement goes on reading the old table after this. */
    @Example
    void aChangedSchemaIsReadAnew() throws SQLException {
        for (String change : new String[] {"USE other", "SET search_path = 'other'", "jdbc"}) {
            try (OneSlot slot = new OneSlot()) {
                slot.elsewhere(
                        "CREATE SCHEMA other",
                        "CREATE TABLE t AS SELECT 'main' AS x",
                        "CREATE TABLE other.t AS SELECT 'other' AS x");
                try (Connection c = slot.borrow()) {
                    assertThat(read(c, "SELECT x FROM t")).isEqualTo("main");
                    if (change.equals("jdbc")) {
                        c.setSchema("other");
                    } else {
                        LeakTest.run(c, change);
                    }
                    assertThat(read(c, "SELECT x FROM t")).as(change).isEqualTo("other");
                    assertThat(read(c, "SELECT x FROM t")).as(change).isEqualTo("other");
                }
                try (Connection c = slot.borrow()) {
                    assertThat(read(c, "SELECT x FROM t")).isEqualTo("main");
                }
            }
        }
    }

    @Example
    void aTempTableThatShadowsIsRead() throws SQLException {
        try (OneSlot slot = new OneSlot()) {
            slot.elsewhere("CREATE TABLE t AS SELECT 'main' AS x");
            try (Connection c = slot.borrow()) {
                assertThat(read(c, "SELECT x FROM t")).isEqualTo("main");
                LeakTest.run(c, "CREATE TEMP TABLE t AS SELECT 'temp' AS x");
                assertThat(read(c, "SELECT x FROM t")).isEqualTo("temp");
            }
            try (Connection c = slot.borrow()) {
                assertThat(read(c, "SELECT x FROM t")).isEqualTo("main");
            }
        }
    }

    @Example
    void ddlOfOthersIsSeenInValuesAndInMetaData() throws SQLException {
        try (OneSlot slot = new OneSlot()) {
            slot.elsewhere("CREATE TABLE t AS SELECT 1 AS a");
            try (Connection c = slot.borrow()) {
                assertThat(read(c, "SELECT * FROM t")).isEqualTo("1");
            }
            slot.elsewhere("DROP TABLE t", "CREATE TABLE t AS SELECT 'x' AS b, 2 AS c");
            try (Connection c = slot.borrow();
                    PreparedStatement s = c.prepareStatement("SELECT * FROM t")) {
                assertThat(s.getMetaData().getColumnCount()).isEqualTo(2);
                try (ResultSet rows = s.executeQuery()) {
                    rows.next();
                    assertThat(rows.getString("b")).isEqualTo("x");
                    assertThat(rows.getMetaData().getColumnName(1)).isEqualTo("b");
                }
            }
        }
    }

    @Example
    void theEldestLeavesWhenItIsFull() throws SQLException {
        try (OneSlot slot = new OneSlot()) {
            slot.cacheSize = 2;
            try (LentConnection c = slot.borrow()) {
                for (String sql :
                        new String[] {"SELECT 1", "SELECT 2", "SELECT 1", "SELECT 3", "SELECT 1", "SELECT 2"}) {
                    read(c, sql);
                }
                assertThat(c.session().cacheHits()).isEqualTo(2);
                assertThat(c.session().prepares()).isEqualTo(4);
            }
        }
    }
}
