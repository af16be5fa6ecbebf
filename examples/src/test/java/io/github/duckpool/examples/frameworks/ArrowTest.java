package io.github.duckpool.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.DuckPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBResultSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apache Arrow, by the driver's own objects: rows leave a pooled connection as record batches, and come back as a table. */
class ArrowTest {
    private static final int ROWS = 5_000;
    private static final String NUMBERS = "SELECT range AS n FROM range(" + ROWS + ")";

    @TempDir
    Path directory;

    @Test
    void rowsGoOutAsBatchesAndComeBackAsATable() throws Exception {
        try (DuckPool pool = DuckPool.builder()
                        .database(directory.resolve("arrow.duckdb"))
                        .maxSize(2)
                        .build();
                BufferAllocator allocator = new RootAllocator()) {
            try (Connection source = pool.getConnection();
                    Statement statement = source.createStatement();
                    ResultSet rows = statement.executeQuery(NUMBERS);
                    ArrowReader reader = export(rows, allocator)) {
                assertThat(sum(reader)).isEqualTo(sumOfNumbers());
            }
            try (Connection source = pool.getConnection();
                    Connection target = pool.getConnection();
                    Statement query = source.createStatement();
                    ResultSet rows = query.executeQuery(NUMBERS);
                    ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator)) {
                Data.exportArrayStream(
                        allocator, export(rows, allocator), stream); // which closes the reader at its end
                target.unwrap(DuckDBConnection.class).registerArrowStream("numbers", stream);
                assertThat(single(target, "SELECT sum(n) FROM numbers")).isEqualTo(sumOfNumbers());
            }
            // The table is a view of the connection that it was registered with, which is not lent again.
            assertThat(pool.stats().destroyed()).isGreaterThanOrEqualTo(2);
            try (Connection one = pool.getConnection();
                    Connection two = pool.getConnection()) {
                String views = "SELECT count(*) FROM duckdb_views() WHERE view_name = 'numbers'";
                assertThat(single(one, views)).isZero();
                assertThat(single(two, views)).isZero();
            }
        }
    }

    private static ArrowReader export(ResultSet rows, BufferAllocator allocator) throws SQLException {
        return (ArrowReader) rows.unwrap(DuckDBResultSet.class).arrowExportStream(allocator, 1_000);
    }

    private static long sum(ArrowReader reader) throws Exception {
        long sum = 0;
        while (reader.loadNextBatch()) {
            BigIntVector numbers = (BigIntVector) reader.getVectorSchemaRoot().getVector("n");
            for (int i = 0; i < numbers.getValueCount(); i++) {
                sum += numbers.get(i);
            }
        }
        return sum;
    }

    private static long sumOfNumbers() {
        return ROWS * (ROWS - 1L) / 2;
    }

    private static long single(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        }
    }
}
