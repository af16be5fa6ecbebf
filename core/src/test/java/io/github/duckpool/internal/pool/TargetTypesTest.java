package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.DuckPool;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Date;
import java.sql.JDBCType;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.RowIdLifetime;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Calendar;
import java.util.TimeZone;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values reach DuckDB with their value and type, however they are bound. */
class TargetTypesTest {
    private static final Instant INSTANT = Instant.parse("2001-02-03T04:05:06Z");
    private static final UUID ID = new UUID(1, 2);
    private static DuckPool pool;

    @BeforeAll
    static void open() {
        pool = DuckPool.builder()
                .database(":memory:")
                .connectionInitSql("SET TimeZone = 'UTC'")
                .build();
    }

    @AfterAll
    static void close() {
        pool.close();
    }

    static Stream<Arguments> typed() {
        return Stream.of(
                Arguments.of(LocalDate.EPOCH, JDBCType.DATE, "1970-01-01", "DATE"),
                Arguments.of(Date.valueOf("2001-02-03"), JDBCType.DATE, "2001-02-03", "DATE"),
                Arguments.of(Timestamp.valueOf("2001-02-03 04:05:06"), JDBCType.DATE, "2001-02-03", "DATE"),
                Arguments.of("2001-02-03", JDBCType.DATE, "2001-02-03", "DATE"),
                Arguments.of(LocalTime.NOON, JDBCType.TIME, "12:00:00", "TIME"),
                Arguments.of(Time.valueOf("13:14:15"), JDBCType.TIME, "13:14:15", "TIME"),
                Arguments.of("13:14:15", JDBCType.TIME, "13:14:15", "TIME"),
                Arguments.of(
                        LocalDateTime.of(2001, 2, 3, 4, 5, 6), JDBCType.TIMESTAMP, "2001-02-03 04:05:06", "TIMESTAMP"),
                Arguments.of(
                        INSTANT,
                        JDBCType.TIMESTAMP_WITH_TIMEZONE,
                        "2001-02-03 04:05:06+00",
                        "TIMESTAMP WITH TIME ZONE"),
                Arguments.of("x", JDBCType.NVARCHAR, "x", "VARCHAR"),
                Arguments.of("x", JDBCType.CLOB, "x", "VARCHAR"),
                Arguments.of(new byte[] {65, 66}, JDBCType.VARBINARY, "AB", "BLOB"),
                Arguments.of(new byte[] {65, 66}, JDBCType.BLOB, "AB", "BLOB"),
                Arguments.of(ID, JDBCType.OTHER, ID.toString(), "UUID"),
                Arguments.of(new BigDecimal("1.1"), JDBCType.NUMERIC, "1.1", "DECIMAL(2,1)"),
                Arguments.of(new BigDecimal("1.1"), JDBCType.DECIMAL, "1.1", "DECIMAL(2,1)"),
                Arguments.of(7, JDBCType.NUMERIC, "7.0", "DOUBLE"),
                Arguments.of(7L, JDBCType.INTEGER, "7", "INTEGER"));
    }

    @ParameterizedTest
    @MethodSource("typed")
    void byTargetType(Object value, JDBCType type, String text, String duckType) throws SQLException {
        assertThat(bound((s, i) -> s.setObject(i, value, type.getVendorTypeNumber())))
                .isEqualTo(text + ":" + duckType);
        assertThat(bound((s, i) -> s.setObject(i, value, type))).isEqualTo(text + ":" + duckType);
    }

    @Test
    void nothingIsNullForEveryTarget() throws SQLException {
        for (JDBCType type : JDBCType.values()) {
            assertThat(bound((s, i) -> s.setObject(i, null, type)))
                    .as(type.getName())
                    .startsWith("null:");
        }
    }

    static Stream<Arguments> untyped() {
        Calendar calendar = Calendar.getInstance(TimeZone.getTimeZone("UTC"));
        calendar.setTimeInMillis(INSTANT.toEpochMilli());
        String local = LocalDateTime.ofInstant(INSTANT, ZoneId.systemDefault())
                .toString()
                .replace('T', ' ');
        return Stream.of(
                Arguments.of(INSTANT, "2001-02-03 04:05:06+00:TIMESTAMP WITH TIME ZONE"),
                Arguments.of(
                        ZonedDateTime.ofInstant(INSTANT, ZoneId.of("Asia/Tokyo")),
                        "2001-02-03 04:05:06+00:TIMESTAMP WITH TIME ZONE"),
                Arguments.of(new java.util.Date(INSTANT.toEpochMilli()), local + ":TIMESTAMP"),
                Arguments.of(calendar, local + ":TIMESTAMP"),
                Arguments.of('c', "c:VARCHAR"),
                Arguments.of(LocalDate.EPOCH, "1970-01-01:DATE"),
                Arguments.of(ID, ID + ":UUID"));
    }

    @ParameterizedTest
    @MethodSource("untyped")
    void byItsClass(Object value, String expected) throws SQLException {
        assertThat(bound((s, i) -> s.setObject(i, value))).isEqualTo(expected);
    }

    @Test
    void aScaleIsKept() throws SQLException {
        BigDecimal value = new BigDecimal("1.2345");
        assertThat(bound((s, i) -> s.setObject(i, value, Types.DECIMAL, 2))).isEqualTo("1.23:DECIMAL(3,2)");
        assertThat(bound((s, i) -> s.setObject(i, value, JDBCType.NUMERIC, 3))).isEqualTo("1.235:DECIMAL(4,3)");
        assertThat(bound((s, i) -> s.setObject(i, "text", Types.VARCHAR, 2))).isEqualTo("text:VARCHAR");
    }

    @Test
    void metadataAnswersWhatFrameworksAskForAtTheirStart() throws SQLException {
        DatabaseMetaData gone;
        try (Connection connection = pool.getConnection()) {
            DatabaseMetaData metadata = connection.getMetaData();
            assertThat(metadata.getSQLStateType()).isEqualTo(DatabaseMetaData.sqlStateSQL);
            assertThat(metadata.getRowIdLifetime()).isEqualTo(RowIdLifetime.ROWID_UNSUPPORTED);
            assertThat(metadata.locatorsUpdateCopy()).isFalse();
            assertThat(metadata.autoCommitFailureClosesAllResultSets()).isFalse();
            assertThat(metadata.generatedKeyAlwaysReturned()).isFalse();
            gone = metadata;
        }
        assertThatThrownBy(gone::getSQLStateType).isInstanceOf(SQLException.class);
    }

    private interface Setting {
        void on(PreparedStatement statement, int index) throws SQLException;
    }

    /** What DuckDB sees: the value as text, and its type. */
    private static String bound(Setting setting) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement query = connection.prepareStatement("SELECT ?::VARCHAR, typeof(?)")) {
            setting.on(query, 1);
            setting.on(query, 2);
            try (ResultSet rows = query.executeQuery()) {
                rows.next();
                @Nullable String text = rows.getString(1);
                return text + ":" + rows.getString(2);
            }
        }
    }
}
