package io.github.duckpool.internal.pool;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a text of SQL does to the session that runs it, read from the text alone. Statements on the list of harmless kinds
 * leave no trace in a session; any other kind counts as touching it, so that a statement which this class has never heard
 * of costs a connection and leaks nothing.
 *
 * <p>Harmless are queries, DML, and DDL on what is not temporary, as long as they contain nothing with a hidden effect on the
 * session: {@code PIVOT} makes a temporary type, {@code setseed} the session's random numbers, and {@code query('…')} runs
 * text that only shows at run time. A macro or view that calls {@code setseed} inside is not seen through.
 *
 * <p>When the text is not certain to be cut into the same tokens by every version and dialect of DuckDB (a backslash before
 * a quote, a comment inside a comment, a text that ends inside quotes), it counts as touching.
 */
final class SessionTouch {
    /** Leaves nothing behind. */
    static final int CLEAN = 0;

    /** May change the session: it can't be lent to anyone else. */
    static final int TOUCHED = 1;

    /** Changes the catalog: idle prepared statements may describe what is no longer there. */
    static final int DDL = 1 << 1;

    /** May change a setting, perhaps one of the whole instance. */
    static final int SETTING = 1 << 2;

    /** Attaches or detaches a database, which the whole instance sees. */
    static final int ATTACH = 1 << 3;

    /** Begins a transaction. */
    static final int BEGIN = 1 << 4;

    /** Commits a transaction. */
    static final int COMMIT = 1 << 5;

    /** Rolls a transaction back. */
    static final int ROLLBACK = 1 << 6;

    /** The text is one statement; said of transaction control alone. */
    static final int SINGLE = 1 << 7;

    /** Makes a secret, which the whole instance can use. */
    static final int SECRET = 1 << 8;

    /** May change what all sessions of the instance share. */
    static final int INSTANCE = SETTING | ATTACH | SECRET;

    private static final Map<String, Integer> FIRST_WORDS = Map.ofEntries(
            Map.entry("SELECT", CLEAN),
            Map.entry("FROM", CLEAN),
            Map.entry("VALUES", CLEAN),
            Map.entry("WITH", CLEAN),
            Map.entry("TABLE", CLEAN),
            Map.entry("INSERT", CLEAN),
            Map.entry("UPDATE", CLEAN),
            Map.entry("DELETE", CLEAN),
            Map.entry("MERGE", CLEAN),
            Map.entry("TRUNCATE", CLEAN),
            Map.entry("DESCRIBE", CLEAN),
            Map.entry("DESC", CLEAN),
            Map.entry("SHOW", CLEAN),
            Map.entry("SUMMARIZE", CLEAN),
            Map.entry("COPY", CLEAN),
            Map.entry("EXPORT", CLEAN),
            Map.entry("CHECKPOINT", CLEAN),
            Map.entry("FORCE", CLEAN),
            Map.entry("VACUUM", CLEAN),
            Map.entry("ANALYZE", CLEAN),
            Map.entry("CREATE", DDL),
            Map.entry("ALTER", DDL),
            Map.entry("DROP", DDL),
            Map.entry("COMMENT", DDL),
            Map.entry("ATTACH", TOUCHED | ATTACH),
            Map.entry("DETACH", TOUCHED | ATTACH),
            Map.entry("SET", TOUCHED | SETTING),
            Map.entry("RESET", TOUCHED | SETTING),
            Map.entry("PRAGMA", TOUCHED | SETTING),
            Map.entry("CALL", TOUCHED | SETTING),
            Map.entry("IMPORT", TOUCHED | DDL),
            Map.entry("BEGIN", TOUCHED | BEGIN),
            Map.entry("START", TOUCHED | BEGIN),
            Map.entry("COMMIT", TOUCHED | COMMIT),
            Map.entry("END", TOUCHED | COMMIT),
            Map.entry("ROLLBACK", TOUCHED | ROLLBACK),
            Map.entry("ABORT", TOUCHED | ROLLBACK));

    private static final Set<String> LASTING =
            Set.of("TABLE", "VIEW", "RECURSIVE", "INDEX", "UNIQUE", "SCHEMA", "SEQUENCE", "TYPE", "MACRO", "FUNCTION");

    private static final Set<String> BEFORE_A_KIND = Set.of("OR", "REPLACE", "TEMP", "TEMPORARY", "PERSISTENT");

    private static final Set<String> HIDDEN_EFFECT = Set.of("SETSEED", "PIVOT", "PIVOT_WIDER");

    private static final Set<String> HIDDEN_EFFECT_WHEN_CALLED = Set.of(
            "QUERY",
            "JSON_EXECUTE_SERIALIZED_SQL",
            "ENABLE_LOGGING",
            "DISABLE_LOGGING",
            "ENABLE_PROFILING",
            "DISABLE_PROFILING");

    /** Where in a statement the scan is; what comes next decides how a word is read. */
    private enum Place {
        START,
        AFTER_EXPLAIN,
        EXPLAIN_OPTIONS,
        AFTER_CREATE,
        BODY,
        DDL_BODY
    }

    private final String sql;
    private final SqlTokens tokens;
    private Place place = Place.START;
    private int found;
    private int statements;
    private int optionDepth;

    private SessionTouch(String sql) {
        this.sql = sql;
        this.tokens = new SqlTokens(sql);
    }

    /**
     * Reads a text of one or more statements.
     *
     * @return {@link #CLEAN} or the sum of what applies
     */
    static int of(String sql) {
        return new SessionTouch(sql).scan();
    }

    private int scan() {
        while (tokens.next()) {
            switch (tokens.kind()) {
                case SqlTokens.SEMICOLON -> place = Place.START;
                case SqlTokens.OPEN -> open();
                case SqlTokens.CLOSE -> close();
                case SqlTokens.WORD, SqlTokens.QUOTED_WORD -> word();
                default -> other();
            }
        }
        if (tokens.doubtful()) {
            // Looking at the secrets has DuckDB load them, after which where they lie can't be set any more.
            found |= TOUCHED | SETTING | ATTACH | (sql.toUpperCase(Locale.ROOT).contains("SECRET") ? SECRET : 0);
        }
        return statements == 1 && (found & (BEGIN | COMMIT | ROLLBACK)) != 0 ? found | SINGLE : found;
    }

    private void open() {
        if (place == Place.AFTER_EXPLAIN) {
            place = Place.EXPLAIN_OPTIONS;
            optionDepth = 1;
        } else if (place == Place.EXPLAIN_OPTIONS) {
            optionDepth++;
        }
    }

    private void close() {
        if (place == Place.EXPLAIN_OPTIONS && --optionDepth == 0) {
            place = Place.AFTER_EXPLAIN;
        }
    }

    /** A literal, an operator: at the start of a statement it is none that we know. */
    private void other() {
        if (place == Place.START || place == Place.AFTER_EXPLAIN) {
            first("");
        }
    }

    private void word() {
        boolean quoted = tokens.kind() == SqlTokens.QUOTED_WORD;
        switch (place) {
            case START -> first(quoted ? "" : tokens.upperCaseWord());
            case AFTER_EXPLAIN -> {
                String word = tokens.upperCaseWord();
                if (quoted || !word.equals("ANALYZE")) {
                    first(word);
                }
            }
            case AFTER_CREATE -> {
                String word = quoted ? "" : tokens.upperCaseWord();
                if (!LASTING.contains(word) && !word.equals("OR") && !word.equals("REPLACE")) {
                    found |= word.equals("SECRET") ? TOUCHED | SECRET : TOUCHED;
                }
                if (!BEFORE_A_KIND.contains(word)) {
                    place = Place.DDL_BODY;
                }
            }
            case DDL_BODY -> {
                if ((tokens.isWord("TEMP") || tokens.isWord("PG_TEMP")) && tokens.followedBy('.')) {
                    found |= TOUCHED;
                }
                hiddenEffect();
            }
            default -> hiddenEffect();
        }
    }

    private void first(String word) {
        if (place == Place.START) {
            statements++;
        }
        if (word.equals("EXPLAIN")) {
            place = Place.AFTER_EXPLAIN;
            return;
        }
        int kind = FIRST_WORDS.getOrDefault(word, TOUCHED);
        found |= kind;
        place = word.equals("CREATE") ? Place.AFTER_CREATE : kind == DDL ? Place.DDL_BODY : Place.BODY;
    }

    private void hiddenEffect() {
        if (!tokens.mayHaveHiddenEffect()) {
            return;
        }
        String word = tokens.upperCaseWord();
        if (HIDDEN_EFFECT.contains(word)) {
            found |= TOUCHED;
        } else if (HIDDEN_EFFECT_WHEN_CALLED.contains(word) && tokens.followedBy('(')) {
            found |= TOUCHED | SETTING;
        }
    }
}
