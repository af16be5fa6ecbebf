package io.github.duckpool.benchmarks.harness;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The JVM of one contender of {@link Apart}: reads how many threads, for how many milliseconds and under which setting, and answers with
 * nanoseconds, bytes and context switches for each operation. When the contender throws it says so and ends, whatever threads that leaves.
 */
final class ApartPeer {
    /** How an answer begins that says why there is no other. */
    static final String FAILED = "failed: ";

    private ApartPeer() {}

    @SuppressWarnings("CatchAndPrintStackTrace") // nobody is left to throw it to
    public static void main(String[] args) {
        PrintStream answers = System.out;
        System.setOut(System.err); // whatever a contender prints is no answer
        try {
            answer(args, answers);
        } catch (Throwable e) {
            e.printStackTrace();
            answers.println(FAILED + e.toString().replaceAll("\\R", " "));
            System.exit(1); // a thread that is no daemon would keep this JVM, and whoever waits for its answer
        }
        System.exit(0); // a pool may leave threads behind
    }

    private static void answer(String[] args, PrintStream answers) throws Exception {
        Apart.Opening opening = Class.forName(args[0])
                .asSubclass(Apart.Opening.class)
                .getDeclaredConstructor()
                .newInstance();
        Path directory = Path.of(args[2]);
        System.setProperty("java.io.tmpdir", directory.toString());
        Map<String, Apart.Subject> open = new HashMap<>();
        BufferedReader told = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = told.readLine(); line != null; line = told.readLine()) {
            String[] words = line.split(" ", 3);
            Apart.Subject subject = open.get(words[2]);
            if (subject == null) {
                Path own = Files.createDirectory(directory.resolve(Integer.toString(open.size())));
                subject = opening.open(args[1], words[2], own);
                open.put(words[2], subject);
            }
            Busy.Count count = Busy.count(subject::client, Integer.parseInt(words[0]), Integer.parseInt(words[1]));
            answers.println(count.nanos() + " " + count.bytes() + " " + count.switches());
        }
        for (Apart.Subject subject : open.values()) {
            subject.close();
        }
    }
}
