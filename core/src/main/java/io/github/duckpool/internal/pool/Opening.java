package io.github.duckpool.internal.pool;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a database was opened.
 *
 * @param key the same for all who share an instance of DuckDB in this process; null if nobody else can
 * @param settings names and values as they were given to DuckDB
 * @param initSql what to run before anyone connects
 * @param byOthers whether somebody else opened it, who may have set anything
 */
public record Opening(@Nullable String key, Map<String, String> settings, List<String> initSql, boolean byOthers) {}
