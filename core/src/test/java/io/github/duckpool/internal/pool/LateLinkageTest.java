package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.mutex.AsyncMutex;
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
 * A call site whose first use finds no memory is refused for ever by newer JVMs (25), so none is where something would be lost with it: in what closes
 * connections, now and then and on a thread that nobody watches; and on the way of a permit or a turn, and of those who wait for it.
 */
class LateLinkageTest {
    private static final Class<?> POOL = Housekeeping.class;
    private static final Class<?> MUTEX = AsyncMutex.class;

    @Test
    void housekeepingAndTheEndOfASessionLinkNothingAtTheirFirstUse() throws Exception {
        assertThat(lateCalls(POOL, "Housekeeping", "SessionEnd", "SessionLife$"))
                .isEmpty();
    }

    /** Not those who ask: whoever can't has the error, and no place in line yet. */
    @Test
    void aPermitMeetsNothingThatIsLinkedLate() throws Exception {
        assertThat(lateCalls(MUTEX, ""))
                .as("lambdas, so that there is something to find")
                .isNotEmpty();
        assertThat(lateCalls(
                        MUTEX,
                        "PermitLine",
                        "PermitRequests",
                        "PermitTicket",
                        "ThreadTicket",
                        "WorkTicket",
                        "WorkEnd",
                        "HeldPermit",
                        "DoorPermit",
                        "Door",
                        "LineWord",
                        "Available",
                        "TicketList",
                        "Telling",
                        "Awaited",
                        "KeyLine.",
                        "Turn",
                        "QueueTicket",
                        "QueueWait",
                        "QueuePace",
                        "QueueFile"))
                .isEmpty();
    }

    @Test
    void noTextIsPutTogetherByACallSite() throws Exception {
        assertThat(lateCalls(POOL, ""))
                .as("lambdas, so that there is something to find")
                .isNotEmpty()
                .noneMatch(call -> call.contains("makeConcat"));
    }

    /** The call sites in the classes beside one whose names begin so, but for those of a record's own methods. */
    private static List<String> lateCalls(Class<?> beside, String... beginnings) throws Exception {
        Path directory = Path.of(
                        beside.getResource(beside.getSimpleName() + ".class").toURI())
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
