package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A call site whose first use finds no memory is refused for ever by newer JVMs (25), so what closes connections, now and then
 * and on a thread that nobody watches, has none.
 */
class LateLinkageTest {
    @Test
    void housekeepingAndTheEndOfASessionLinkNothingAtTheirFirstUse() throws Exception {
        assertThat(lateCalls("Housekeeping", "SessionEnd", "SessionLife$")).isEmpty();
    }

    @Test
    void noTextIsPutTogetherByACallSite() throws Exception {
        assertThat(lateCalls(""))
                .as("lambdas, so that there is something to find")
                .isNotEmpty()
                .noneMatch(call -> call.contains("makeConcat"));
    }

    /** The call sites in the classes of this package whose names begin so, but for those of a record's own methods. */
    private static List<String> lateCalls(String... beginnings) throws Exception {
        Path directory = Path.of(
                        Housekeeping.class.getResource("Housekeeping.class").toURI())
                .getParent();
        List<String> arguments = new ArrayList<>(List.of("-c", "-p"));
        try (Stream<Path> classes = Files.list(directory)) {
            classes.map(Path::toString)
                    .filter(file -> file.endsWith(".class"))
                    .filter(file -> Stream.of(beginnings)
                            .anyMatch(each ->
                                    Path.of(file).getFileName().toString().startsWith(each)))
                    .forEach(arguments::add);
        }
        assertThat(arguments).hasSizeGreaterThan(2 + beginnings.length);
        StringWriter printed = new StringWriter();
        ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
        assertThat(javap.run(
                        new PrintWriter(printed), new PrintWriter(System.err, true), arguments.toArray(String[]::new)))
                .isZero();
        return printed.toString()
                .lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).contains("invokedynamic"))
                .filter(line -> !line.matches(".*:(toString|hashCode|equals):.*"))
                .toList();
    }
}
