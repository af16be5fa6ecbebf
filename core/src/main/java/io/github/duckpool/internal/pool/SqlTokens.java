package io.github.duckpool.internal.pool;

import java.util.Locale;

/**
 * Cuts SQL into words, parentheses, semicolons and the rest, and skips comments and the inside of quotes, as DuckDB's scanner
 * does. Not thread-safe.
 */
final class SqlTokens {
    static final int WORD = 0;
    static final int QUOTED_WORD = 1;
    static final int OPEN = 2;
    static final int CLOSE = 3;
    static final int SEMICOLON = 4;
    static final int OTHER = 5;

    private final String sql;
    private int at;
    private int kind;
    private int wordStart;
    private int wordEnd;
    private boolean doubtful;

    SqlTokens(String sql) {
        this.sql = sql;
    }

    /** Whether another scanner might cut the text differently; final once {@link #next} returned false. */
    boolean doubtful() {
        return doubtful;
    }

    int kind() {
        return kind;
    }

    /** Goes on to the next token; false at the end. */
    boolean next() {
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f') {
                at++;
            } else if (c == '-' && peek(1) == '-') {
                skipLineComment();
            } else if (c == '/' && peek(1) == '*') {
                skipBlockComment();
            } else {
                token(c);
                return true;
            }
        }
        return false;
    }

    private void token(char c) {
        if (isWordStart(c)) {
            word();
            return;
        }
        kind = OTHER;
        switch (c) {
            case '(' -> single(OPEN);
            case ')' -> single(CLOSE);
            case ';' -> single(SEMICOLON);
            case '\'' -> string(false);
            case '"' -> quotedWord();
            case '$' -> dollar();
            default -> {
                if (c >= '0' && c <= '9') {
                    number();
                    return;
                }
                // The other dialects quote with ` and comment with #; a space that is not ASCII is one to some scanners
                // only.
                if (c == '`' || c == 0 || c == 0x0b || c > 127 || (c == '#' && !isDigit(peek(1)))) {
                    doubtful = true;
                }
                at++;
            }
        }
    }

    private void single(int kind) {
        this.kind = kind;
        at++;
    }

    private void word() {
        wordStart = at;
        while (at < sql.length() && isWordPart(sql.charAt(at))) {
            at++;
        }
        wordEnd = at;
        kind = WORD;
        if (wordEnd - wordStart == 1 && peek(0) == '\'' && isWord("E")) {
            kind = OTHER;
            string(true);
        }
    }

    private void number() {
        while (at < sql.length() && isWordPart(sql.charAt(at))) {
            doubtful |= sql.charAt(at) == '$';
            at++;
        }
    }

    private void quotedWord() {
        kind = QUOTED_WORD;
        wordStart = ++at;
        while (true) {
            int end = sql.indexOf('"', at);
            if (end < 0) {
                unterminated();
                wordEnd = at;
                return;
            }
            at = end + 1;
            if (peek(0) != '"') {
                wordEnd = end;
                return;
            }
            at++;
        }
    }

    private void string(boolean escapes) {
        at++;
        while (at < sql.length()) {
            char c = sql.charAt(at++);
            if (c == '\\' && peek(0) == '\'') {
                doubtful = true;
                at += escapes ? 1 : 0;
            } else if (c == '\\' && escapes) {
                at++;
            } else if (c == '\'') {
                if (peek(0) != '\'') {
                    return;
                }
                at++;
            }
        }
        unterminated();
    }

    /** {@code $1}, {@code $name}, or the beginning of {@code $tag$ … $tag$}. */
    private void dollar() {
        int end = at + 1;
        while (end < sql.length() && isWordPart(sql.charAt(end)) && sql.charAt(end) != '$') {
            end++;
        }
        if (end == sql.length() || sql.charAt(end) != '$') {
            at = end;
            return;
        }
        doubtful |= isDigit(sql.charAt(at + 1));
        String tag = sql.substring(at, end + 1);
        int close = sql.indexOf(tag, end + 1);
        if (close < 0) {
            unterminated();
        } else {
            at = close + tag.length();
        }
    }

    private void skipLineComment() {
        while (at < sql.length() && sql.charAt(at) != '\n' && sql.charAt(at) != '\r') {
            at++;
        }
    }

    private void skipBlockComment() {
        int end = sql.indexOf("*/", at + 2);
        if (end < 0) {
            unterminated();
            return;
        }
        int inner = sql.indexOf("/*", at + 2);
        doubtful |= inner >= 0 && inner < end;
        at = end + 2;
    }

    private void unterminated() {
        doubtful = true;
        at = sql.length();
    }

    /** The word, or the inside of the quotes, in upper case. */
    String upperCaseWord() {
        return sql.substring(wordStart, wordEnd).toUpperCase(Locale.ROOT);
    }

    boolean isWord(String upperCase) {
        return wordEnd - wordStart == upperCase.length()
                && sql.regionMatches(true, wordStart, upperCase, 0, upperCase.length());
    }

    /** A cheap first look: whether the word begins like one of those with a hidden effect. */
    boolean mayHaveHiddenEffect() {
        if (wordEnd - wordStart < 5) {
            return false;
        }
        return switch (sql.charAt(wordStart) | 0x20) {
            case 's', 'p', 'q', 'j', 'e', 'd' -> true;
            default -> false;
        };
    }

    /** Whether the next token is this character; true also if a comment comes first. */
    boolean followedBy(char wanted) {
        for (int i = at; i < sql.length(); i++) {
            char c = sql.charAt(i);
            if (c == wanted || c == '/' || c == '-' || c > 127) {
                return true;
            }
            if (c > ' ') {
                return false;
            }
        }
        return false;
    }

    private char peek(int ahead) {
        return at + ahead < sql.length() ? sql.charAt(at + ahead) : ' ';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isWordStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c > 127 && Character.isLetter(c));
    }

    private static boolean isWordPart(char c) {
        return isWordStart(c) || isDigit(c) || c == '$';
    }
}
