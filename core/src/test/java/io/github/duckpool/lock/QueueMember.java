package io.github.duckpool.lock;

import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import java.nio.file.Path;

/** A program that takes a turn on a file and keeps it until its input ends: {@code file exclusive|shared}. */
final class QueueMember {
    private QueueMember() {}

    public static void main(String[] args) throws Exception {
        FileMutex mutex = FileMutex.of(Path.of(args[0]));
        System.out.println("waits");
        try (Permit turn = args[1].equals("shared") ? mutex.lockShared() : mutex.lock()) {
            System.out.println("turn " + turn);
            while (System.in.read() >= 0) {
                // only the end matters
            }
        }
    }
}
