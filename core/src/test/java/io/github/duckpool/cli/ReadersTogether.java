package io.github.duckpool.cli;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** Two processes with a reader's lock on a file: {@code file [single]}. The first ends the second before it ends itself. */
final class ReadersTogether {
    private ReadersTogether() {}

    public static void main(String[] args) throws Exception {
        try (var channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.READ)) {
            channel.lock(0, Long.MAX_VALUE, true);
            if (args.length == 1) {
                Process second = new ProcessBuilder(Stream.concat(
                                        CliProcess.java(ReadersTogether.class).stream(), Stream.of(args[0], "single"))
                                .toList())
                        .inheritIO()
                        .start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> endBefore(second)));
            } else {
                System.out.println("both have it");
            }
            Thread.sleep(600_000);
        }
    }

    private static void endBefore(Process second) {
        second.destroyForcibly();
        try {
            second.waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted in " + List.of(second), e);
        }
    }
}
