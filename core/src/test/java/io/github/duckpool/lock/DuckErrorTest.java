package io.github.duckpool.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.lock.DuckError.Kind;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;

/** The table of DuckDB's errors, fed with every text of the three versions. */
class DuckErrorTest {

    /** How DuckDB tells of a lock's holder. */
    record Holder(String command, long pid, String user, boolean reads) {
        String told() {
            String who = command.isEmpty() ? "PID " + pid : command + " (PID " + pid + ")";
            return "Conflicting lock is held in " + who + (user.isEmpty() ? "" : " by user " + user)
                    + (reads
                            ? ". However, you would be able to open this database in read-only mode, e.g. by using the"
                                    + " -readonly parameter in the CLI"
                            : "");
        }
    }

    private static final List<String> SEE_ALSO = List.of(
            ". See also https://duckdb.org/docs/stable/connect/concurrency",
            ". See also https://duckdb.org/docs/current/connect/concurrency",
            "");

    private static final UnaryOperator<String> PLAIN = UnaryOperator.identity();

    /** What the versions and a setting do to a text before it reaches the caller. */
    private static final List<UnaryOperator<String>> WRAPPERS = List.of(
            PLAIN,
            text -> "Invalid Input Error: Attempting to execute an unsuccessful or closed pending query result\nError: "
                    + text,
            DuckErrorTest::json,
            text -> "Invalid Input Error: Attempting to execute an unsuccessful or closed pending query result\nError: "
                    + json(text),
            text -> "java.sql.SQLException: " + text);

    private static String json(String text) {
        int colon = text.indexOf(" Error: ");
        StringBuilder escaped = new StringBuilder();
        text.substring(colon + " Error: ".length()).codePoints().forEach(c -> {
            switch (c) {
                case '"' -> escaped.append("\\\"");
                case '\\' -> escaped.append("\\\\");
                case '\n' -> escaped.append("\\n");
                case '\t' -> escaped.append("\\t");
                default -> {
                    if (c < ' ') {
                        escaped.append(String.format(Locale.ROOT, "\\u%04x", c));
                    } else {
                        escaped.appendCodePoint(c);
                    }
                }
            }
        });
        return "{\"exception_type\":\"" + text.substring(0, colon) + "\",\"exception_message\":\"" + escaped
                + "\",\"errno\":\"11\"}";
    }

    /** Names that people give files, and some that they give to break a reader of messages. */
    @Provide
    Arbitrary<String> names() {
        Arbitrary<String> anything = Arbitraries.strings()
                .withChars("abc/\\:. \"'()\n\t%$äß漢字\u0000\u2028€")
                .withCharRange('A', 'Z')
                .ofMinLength(1)
                .ofMaxLength(40);
        return Arbitraries.oneOf(
                anything,
                Arbitraries.of(
                        "/data/letters.duckdb",
                        "C:\\Users\\Jörg Müller\\letters.db",
                        "/srv/a \"\"quoted\"\" name.db",
                        "/tmp/\": No space left on device",
                        "/tmp/Conflict on update!",
                        "/tmp/FATAL Error: x",
                        "/tmp/a\nStack Trace:\n.db",
                        "/tmp/File locks are not supported",
                        "/tmp/ (PID 7) by user root",
                        "/tmp/\": Permission denied/x"));
    }

    @Provide
    Arbitrary<Holder> holders() {
        Arbitrary<String> commands = Arbitraries.of(
                "",
                "/usr/bin/python3.11",
                "/opt/my app (PID 3)/bin/java",
                "C:\\Program Files\\DuckDB\\duckdb.exe",
                "/home/jörg/漢字/duckdb",
                "/bin/a. See also b");
        Arbitrary<String> users = Arbitraries.of("", "root", "jörg", "first.last", "DOMAIN\\first last", "a.b. c");
        return Combinators.combine(
                        commands, Arbitraries.longs().between(0, 4_194_304), users, Arbitraries.of(true, false))
                .as(Holder::new);
    }

    @Provide
    Arbitrary<Tuple2<Kind, String>> texts() {
        return Arbitraries.of(DuckErrorTexts.TEXTS.entrySet().stream()
                .flatMap(row -> row.getValue().stream().map(text -> Tuple.of(row.getKey(), text)))
                .toList());
    }

    @Provide
    Arbitrary<Function<String, String>> wrappers() {
        return Arbitraries.of(WRAPPERS).map(wrapper -> wrapper);
    }

    @Property(tries = 3000)
    void everyTextIsKnownWhateverUsersNameTheirThings(
            @ForAll("texts") Tuple2<Kind, String> row,
            @ForAll("names") String name,
            @ForAll("wrappers") Function<String, String> wrapper) {
        String text = row.get2().replace("%s", name);
        assertThat(DuckError.classify(wrapper.apply(text)).kind()).as(text).isEqualTo(row.get1());
    }

    @Property(tries = 2000)
    void theHolderIsRead(
            @ForAll("names") String file,
            @ForAll("holders") Holder holder,
            @ForAll("wrappers") Function<String, String> wrapper) {
        for (String seeAlso : SEE_ALSO) {
            DuckError error = DuckError.classify(
                    wrapper.apply("IO Error: Could not set lock on file \"" + file + "\": " + holder.told() + seeAlso));
            assertThat(error.kind()).isEqualTo(Kind.FILE_LOCKED);
            assertThat(error.kind().retryable()).isTrue();
            assertThat(error.file()).contains(file);
            assertThat(error.holderCommand().orElse("")).isEqualTo(holder.command());
            assertThat(error.holderPid().orElse(0)).isEqualTo(holder.pid());
            assertThat(error.holderUser().orElse("")).isEqualTo(holder.user());
            assertThat(error.holderReadsOnly()).isEqualTo(holder.reads());
        }
    }

    @Property(tries = 1000)
    void theHolderOnWindowsIsRead(@ForAll("names") String file, @ForAll("holders") Holder holder) {
        DuckError error = DuckError.classify("IO Error: Cannot open file \"" + file
                + "\": Der Prozess kann nicht auf die Datei zugreifen.\r\n\nFile is already open in \n"
                + holder.command()
                + " (PID " + holder.pid() + ")");
        assertThat(error.kind()).isEqualTo(Kind.FILE_LOCKED);
        assertThat(error.file()).contains(file);
        assertThat(error.holderPid().orElse(0)).isEqualTo(holder.pid());
        assertThat(error.holderCommand().orElse("")).isEqualTo(holder.command());
    }

    /** A text that the table does not hold is never taken for one that it does. */
    @Property(tries = 2000)
    void unknownTextIsNoGuess(
            @ForAll("texts") Tuple2<Kind, String> row, @ForAll("names") String name, @ForAll("names") String before) {
        String known = row.get2().replace("%s", name);
        for (String text : List.of(
                known.substring(known.indexOf(" Error: ") + 8), // without its type
                "Invalid Input Error: " + known, // SELECT error('…')
                "Binder Error: column \"" + known + "\" not found",
                "Conversion Error: Could not convert string '" + known + "' to INT32",
                "IO Error: No files found that match the pattern \"" + known + "\"",
                "HTTP Error: " + known,
                before + known,
                "")) {
            if (!text.strip().startsWith("FATAL Error: ") && !text.strip().equals(known.strip())) {
                assertThat(DuckError.classify(text).kind()).as(text).isEqualTo(Kind.OTHER);
            }
        }
    }

    @Property(tries = 1000)
    void noTextBreaksTheReader(@ForAll String text, @ForAll("wrappers") Function<String, String> wrapper) {
        String typed = "IO Error: Could not set lock on file \"" + text;
        assertThat(DuckError.classify(wrapper.apply(typed)).kind()).isEqualTo(Kind.FILE_LOCKED);
        assertThat(DuckError.classify(text).message()).isNotNull();
        assertThat(DuckError.classify("{\"exception_type\"" + text).kind()).isEqualTo(Kind.OTHER);
    }

    @Example
    void everyKindHasATextAndAState() {
        assertThat(DuckErrorTexts.TEXTS.keySet())
                .containsAll(Arrays.stream(Kind.values())
                        .filter(kind -> kind != Kind.FILE_LOCKED)
                        .toList());
        for (Kind kind : Kind.values()) {
            assertThat(kind.sqlState()).matches("[0-9A-Z]{5}");
        }
    }

    @Example
    void theFirstKnownTextAmongTheCausesDecides() {
        SQLException conflict = new SQLException("TransactionContext Error: Conflict on update!");
        SQLException aborted =
                new SQLException("transaction was rolled back, not committed", "40001", new RuntimeException(conflict));
        assertThat(DuckError.classify(aborted).kind()).isEqualTo(Kind.WRITE_CONFLICT);
        assertThat(DuckError.classify(new SQLException((String) null)).kind()).isEqualTo(Kind.OTHER);
        SQLException circle = new SQLException("around");
        circle.initCause(new RuntimeException("and around", circle));
        assertThat(DuckError.classify(circle).kind()).isEqualTo(Kind.OTHER);
    }

    /** A retry would double what an interrupted COMMIT has perhaps written. */
    @Example
    void anUnknownOutcomeIsNotItsCause() {
        SQLException conflict = new SQLException("TransactionContext Error: Conflict on update!");
        assertThat(DuckError.classify(new SQLException("whether it was committed is unknown", "08007", conflict))
                        .kind())
                .isEqualTo(Kind.UNKNOWN_OUTCOME);
    }

    @Example
    void whatVersionsAddIsTakenOff() {
        assertThat(DuckError.classify("FATAL Error: Failed: x\n\nStack Trace:\n\n/tmp/lib.so(+0x1)")
                        .message())
                .isEqualTo("FATAL Error: Failed: x");
        assertThat(DuckError.classify("TransactionContext Error: Catalog write-write conflict on create with \"\"t\"\"")
                        .message())
                .isEqualTo("TransactionContext Error: Catalog write-write conflict on create with \"t\"");
        assertThat(DuckError.classify("Out of Memory Error: x").type()).isEqualTo("Out of Memory");
        assertThat(DuckError.classify("no type").type()).isEmpty();
    }

    /** A message quotes what it was given; a reader that looks at every place for every rule would take minutes. */
    @Example
    void megabytesAreReadAtOnce() {
        String huge = "Error: \"): ".repeat(300_000);
        for (List<String> texts : DuckErrorTexts.TEXTS.values()) {
            for (String text : texts) {
                assertThat(DuckError.classify(text.replace("%s", huge)).type()).isNotEmpty();
            }
        }
    }
}
