package io.github.duckpool.lock;

import io.github.duckpool.lock.LockHolder.Mode;
import java.io.File;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Linux. Locks are read while descriptors are looked through, for that is a wait for the kernel and this is work. So a lock and its
 * process may be seen at different moments: a lock whose process shows no descriptor of the file is looked up once more, for its owner may
 * have ended, or come, in between.
 */
final class ProcView implements ProcessView {
    private static final int CAP_KILL = 5;

    private final DatabaseFiles files;
    private final ProcDescriptors descriptors;
    private final NetworkMounts mounts;
    private final Ending ending = new Ending(this, Ending.Signal.JDK);

    ProcView(DatabaseFiles files) {
        this.files = files;
        this.mounts = NetworkMounts.besides(files.real());
        this.descriptors = new ProcDescriptors(files, mounts);
    }

    static boolean isThere() {
        return new File("/proc/self/fd").isDirectory();
    }

    /** The locks on the database, its log and its queue at one moment. */
    private record Locks(
            boolean known, List<LockTable.Lock> database, List<LockTable.Lock> wal, List<QueuePlace> queue) {
        static Locks read(DatabaseFiles files) {
            Optional<LockTable> read = LockTable.read();
            LockTable table = read.orElse(LockTable.EMPTY);
            List<LockTable.Lock> wal = new ArrayList<>();
            files.walPaths().forEach(path -> wal.addAll(table.on(path)));
            return new Locks(read.isPresent(), table.on(files.real()), wal, table.queue(files.companion()));
        }

        Mode mode(long pid) {
            List<LockTable.Lock> its =
                    database.stream().filter(lock -> lock.pid() == pid).toList();
            return its.isEmpty() ? Mode.NONE : its.stream().anyMatch(LockTable.Lock::write) ? Mode.WRITE : Mode.READ;
        }

        boolean has(long pid) {
            return database.stream().anyMatch(lock -> lock.pid() == pid)
                    || wal.stream().anyMatch(lock -> lock.pid() == pid);
        }

        @Nullable
        QueuePlace place(long pid) {
            return queue.stream()
                    .filter(place -> place.pid() == pid)
                    .findFirst()
                    .orElse(null);
        }
    }

    Sighting look() {
        var reading = new FutureTask<>(() -> Locks.read(files));
        Thread reader = new Thread(reading, "duckpool-locks");
        reader.setDaemon(true);
        reader.start();
        Map<Long, Optional<List<OpenFile>>> seen = new LinkedHashMap<>();
        ProcScan scan = ProcScan.of(descriptors);
        scan.seen().forEach((pid, open) -> seen.put(pid, Optional.of(open)));
        Set<Long> denied = new TreeSet<>(scan.denied());
        Locks locks = get(reading);
        Locks again = isExplained(locks, seen) ? locks : Locks.read(files);
        for (LockTable.Lock lock : again.database) {
            addOwner(lock.pid(), seen, denied);
        }
        for (LockTable.Lock lock : again.wal) {
            addOwner(lock.pid(), seen, denied);
        }
        Instant now = Instant.now();
        List<LockHolder> holders = new ArrayList<>();
        seen.forEach((pid, open) -> {
            LockHolder holder = holder(pid, open.orElse(null), again, now);
            if (holder != null) {
                holders.add(holder);
            }
        });
        denied.removeIf(pid -> new ProcProcess(pid).isKernelThread() || !new ProcProcess(pid).exists());
        return new Sighting(
                holders,
                queue(again, holders, now),
                denied.size(),
                notes(again.known, holders, denied.size()),
                again.known || denied.isEmpty(),
                LockHolders.Source.PROC,
                now);
    }

    /** The kernel's answer takes milliseconds and can't be broken off, so an interrupt is left for later. */
    private static Locks get(Future<Locks> reading) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return reading.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException("the locks could not be read", e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean isExplained(Locks locks, Map<Long, Optional<List<OpenFile>>> seen) {
        return locks.database.stream().allMatch(lock -> seen.containsKey(lock.pid()))
                && locks.wal.stream().allMatch(lock -> seen.containsKey(lock.pid()));
    }

    /**
     * A lock whose owner showed no descriptor: it is another user's, or it can't be seen; or else it opened the file just now, or the
     * lock is on another device's file of the same number.
     */
    private void addOwner(long pid, Map<Long, Optional<List<OpenFile>>> seen, Set<Long> denied) {
        if (seen.containsKey(pid)) {
            return;
        }
        if (pid == 0) {
            if (seen.values().stream().noneMatch(open -> open.orElse(List.of()).stream()
                    .anyMatch(file -> file.lock() != Mode.NONE))) { // a lock of an open file, seen there already
                seen.put(pid, Optional.empty());
            }
            return;
        }
        List<OpenFile> open = denied.contains(pid) ? null : descriptors.of(pid);
        if (open == null || !open.isEmpty() || isHiddenOrEnding(pid)) {
            seen.put(pid, Optional.ofNullable(open == null || open.isEmpty() ? null : open));
        }
    }

    /** Whether it has the lock though it is not to be seen in {@code /proc}, or lists nothing any more; else it has ended in between. */
    private boolean isHiddenOrEnding(long pid) {
        ProcProcess process = new ProcProcess(pid);
        return (!process.exists() || process.isWithoutFirstThread())
                && Locks.read(files).has(pid);
    }

    private @Nullable LockHolder holder(long pid, @Nullable List<OpenFile> open, Locks locks, Instant now) {
        ProcessFacts facts = pid == 0 ? null : new ProcProcess(pid).facts();
        if (facts == null) {
            if (open != null || !locks.has(pid)) {
                return null; // it has ended in between
            }
            facts = ProcessFacts.unseen(pid, "", Optional.empty());
        }
        return new LockHolder(
                facts,
                pid != 0 && pid == ProcNamespace.self(),
                mode(pid, open, locks),
                open,
                locks.place(pid),
                now,
                ending);
    }

    private static Mode mode(long pid, @Nullable List<OpenFile> open, Locks locks) {
        Mode mode = locks.mode(pid);
        for (OpenFile file : open == null ? List.<OpenFile>of() : open) {
            if (file.role() == OpenFile.Role.DATABASE && file.lock().compareTo(mode) < 0) {
                mode = file.lock();
            }
        }
        return mode;
    }

    private List<LockHolder> queue(Locks locks, List<LockHolder> holders, Instant now) {
        List<LockHolder> queue = new ArrayList<>();
        for (QueuePlace place : locks.queue) {
            LockHolder member = holders.stream()
                    .filter(holder -> holder.pid() == place.pid() && place.pid() != 0)
                    .findFirst()
                    .map(holder -> holder.at(place))
                    .orElseGet(() -> {
                        ProcessFacts facts = new ProcProcess(place.pid()).facts();
                        return new LockHolder(
                                facts == null ? ProcessFacts.unseen(place.pid(), "", Optional.empty()) : facts,
                                place.pid() != 0 && place.pid() == ProcNamespace.self(),
                                Mode.NONE,
                                List.of(),
                                place,
                                now,
                                ending);
                    });
            queue.add(member);
        }
        return queue;
    }

    private List<String> notes(boolean locksKnown, List<LockHolder> holders, int hidden) {
        List<String> notes = new ArrayList<>();
        if (!locksKnown) {
            notes.add(
                    "/proc/locks can't be read: the locks and the queue of processes whose open files are hidden can't be seen");
        }
        if (hidden > 0) {
            notes.add("The open files of " + hidden + (hidden == 1 ? " process" : " processes")
                    + " can't be read without more rights (another user's)"
                    + (locksKnown ? "; a lock of theirs on the file would be seen even so" : ""));
        }
        if (holders.stream().anyMatch(holder -> holder.pid() == 0)) {
            notes.add(
                    "A lock on the file belongs to a process that can't be seen from here: it runs in another container, or on"
                            + " another host. Look there");
        }
        if (!ProcNamespace.isOwn()) {
            notes.add(
                    "/proc shows the processes of another PID namespace than this process lives in; none can be ended from here");
        } else if (!ProcNamespace.isInitial()) {
            notes.add(
                    "This process runs in a PID namespace of its own (a container): processes outside of it, and their locks, can't"
                            + " be seen");
        }
        mounts.own()
                .ifPresent(type -> notes.add("The file lies on a file system of the type " + type
                        + ": processes on other hosts or virtual machines that use it can't be seen"));
        if (holders.stream().anyMatch(LockHolder::isOfDeletedFile)) {
            notes.add("A deleted file is still open: what is written to it is lost when it is closed");
        }
        return notes;
    }

    @Override
    public Standing standing(ProcessFacts process) {
        ProcProcess now = new ProcProcess(process.pid());
        if (process.identity() == null || !process.identity().equals(now.identity())) {
            return Standing.GONE;
        }
        List<OpenFile> open = descriptors.of(process.pid());
        Locks locks = Locks.read(files);
        QueuePlace place = locks.place(process.pid());
        if ((open != null && !open.isEmpty()) || (place != null && place.turn())) {
            return Standing.HOLDS;
        }
        if ((open == null || now.isWithoutFirstThread()) && locks.has(process.pid())) {
            return Standing.HOLDS; // it is ending
        }
        if (now.isZombie() || !process.identity().equals(now.identity())) {
            return Standing.GONE;
        }
        return open == null ? Standing.UNKNOWN : Standing.LET_GO;
    }

    @Override
    public Optional<String> objection(ProcessFacts process) {
        if (!ProcNamespace.isOwn()) {
            return Optional.of("/proc shows another PID namespace's numbers, so its number is another process's here");
        }
        if (ProcNamespace.isOther(process.pid())) {
            return Optional.of("it runs in another PID namespace (a container); end it there");
        }
        return maySignal(process.pid())
                ? Optional.empty()
                : Optional.of(
                        "it belongs to user " + process.user().orElse("?")
                                + ", and this process has no right to end others' processes; ask that user, or an administrator");
    }

    /** The rule of kill(2): the sender's real or effective user is the other's real or saved one, or it has CAP_KILL. */
    private static boolean maySignal(long pid) {
        var self = new ProcProcess(ProcessHandle.current().pid());
        String capabilities = self.status("CapEff");
        if (!capabilities.isEmpty() && (Long.parseUnsignedLong(capabilities, 16) >> CAP_KILL & 1) != 0) {
            return true;
        }
        List<Long> own = self.userIds();
        List<Long> its = new ProcProcess(pid).userIds();
        if (own.size() < 3 || its.size() < 3) {
            return its.isEmpty(); // gone: the next look tells
        }
        return its.get(0).equals(own.get(0))
                || its.get(0).equals(own.get(1))
                || its.get(2).equals(own.get(0))
                || its.get(2).equals(own.get(1));
    }
}
