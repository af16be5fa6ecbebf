package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The shortage that other tests rely on is one, whoever has ended before. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class ThreadShortageTest {
    @TempDir
    Path directory;

    @Test
    void whoHasEndedBeforeLeavesNoRoomForAnother() throws Exception {
        List<String> prefix = ThreadShortage.prefix();
        assertThat(ChildJvm.run(directory, prefix, Starting.class))
                .contains("in the shortage: java.lang.OutOfMemoryError", "then: started");
    }

    /** Starts threads before, in and after a shortage. */
    static final class Starting {
        public static void main(String[] args) throws Exception {
            start("before");
            while (isThere("before")) { // its stack is kept when it has left the kernel
                TimeUnit.MILLISECONDS.sleep(1);
            }
            ThreadShortage.begin();
            System.out.println("in the shortage: " + start("meanwhile"));
            ThreadShortage.end();
            System.out.println("then: " + start("afterwards"));
        }

        private static String start(String name) throws InterruptedException {
            Thread thread = new Thread(() -> {}, name);
            try {
                thread.start();
            } catch (OutOfMemoryError e) {
                return e.toString();
            }
            thread.join();
            return "started";
        }

        private static boolean isThere(String name) throws IOException {
            try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
                return threads.anyMatch(thread -> name.equals(nameOf(thread)));
            }
        }

        private static String nameOf(Path thread) {
            try {
                return Files.readString(thread.resolve("comm")).strip();
            } catch (IOException e) {
                return ""; // it has ended
            }
        }
    }
}
