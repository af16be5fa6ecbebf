package io.github.duckpool.mutex;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The requests of this process for turns on one file, in front of the queue of the processes. Whoever has the line's permit
 * may stand in the queue: an exclusive turn keeps it to the end, a shared one returns it as soon as the turn has come, so
 * that several shared turns of one process go on together. Thread-safe.
 */
final class TurnLine {
    private final Path companion;
    private final AsyncMutex line = new AsyncMutex();

    /** The turns held here, guarded by itself. */
    private final Map<QueueTicket, Permit> held = new HashMap<>();

    private volatile @Nullable QueueTicket newest;
    private volatile @Nullable QueueFile file;

    TurnLine(Path companion) {
        this.companion = companion;
    }

    Permit takeUntimed(boolean shared) throws InterruptedException, IOException {
        try {
            return take(shared, Deadline.NEVER);
        } catch (TimeoutException e) {
            throw new AssertionError("no time was set", e);
        }
    }

    Permit take(boolean shared, Deadline deadline) throws InterruptedException, TimeoutException, IOException {
        Permit place = place(deadline);
        try {
            return granted(new QueueWait(this::open, shared, deadline, () -> false).await(), place, shared);
        } catch (QueueWait.CancelledException e) {
            throw new AssertionError("nobody can cancel it", e);
        } catch (InterruptedException | TimeoutException | IOException | RuntimeException | Error e) {
            place.close();
            throw e;
        }
    }

    private Permit place(Deadline deadline) throws InterruptedException, TimeoutException {
        if (deadline.isNever()) {
            return line.lock();
        }
        try {
            return line.lock(deadline.left());
        } catch (TimeoutException e) {
            deadline.check("others of this process are before it");
            throw e;
        }
    }

    Optional<Permit> tryTake(boolean shared) throws IOException {
        Permit place = line.tryAcquire();
        if (place == null) {
            return Optional.empty();
        }
        Permit turn = null;
        try {
            var wait = new QueueWait(this::open, shared, Deadline.NEVER, () -> false);
            QueueTicket ticket = wait.tryNow(open());
            wait.giveUp();
            turn = ticket == null ? null : granted(ticket, place, shared);
            return Optional.ofNullable(turn);
        } finally {
            if (turn == null) {
                place.close();
            }
        }
    }

    CompletableFuture<Permit> ask(boolean shared, Deadline deadline) {
        var asked = new CompletableFuture<Permit>();
        CompletableFuture<Permit> queued = deadline.isNever() ? line.acquire() : line.acquire(deadline.left());
        queued.whenComplete((place, failure) -> {
            if (place != null) {
                advance(asked, place, shared, deadline);
            } else {
                asked.completeExceptionally(failure);
            }
        });
        asked.whenComplete((turn, failure) -> queued.cancel(false));
        return asked;
    }

    long waiters() {
        QueueTicket mine = newest;
        return line.queueLength() + (mine != null ? mine.behind() : outstanding());
    }

    boolean isAwaited() throws IOException {
        QueueTicket mine = newest;
        return mine != null && (line.queueLength() > 0 || !mine.file().isCurrent() || mine.isAwaited());
    }

    long ticketOf(Permit turn) {
        return heldTicket(turn).number();
    }

    boolean deleteCompanion(Permit turn) throws IOException {
        return heldTicket(turn).deleteFile();
    }

    private QueueTicket heldTicket(Permit turn) {
        synchronized (held) {
            return held.entrySet().stream()
                    .filter(entry -> entry.getValue() == turn)
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("not a turn that is held on " + companion));
        }
    }

    /** Goes the cheap way where the turn is free; it must not block, for it may run inside somebody's release. */
    private void advance(CompletableFuture<Permit> asked, Permit place, boolean shared, Deadline deadline) {
        if (asked.isDone()) {
            place.close();
            return;
        }
        var wait = new QueueWait(this::open, shared, deadline, asked::isDone);
        Permit turn;
        try {
            QueueTicket ticket = wait.tryNow(open());
            if (ticket == null) {
                Thread poller = new Thread(
                        () -> poll(asked, place, shared, wait), "duckpool waits for " + companion.getFileName());
                poller.setDaemon(true);
                poller.start();
                return;
            }
            turn = granted(ticket, place, shared);
        } catch (Throwable e) { // no thread can be had, for one; a ticket that is left behind would stop every process
            wait.giveUp();
            place.close();
            asked.completeExceptionally(e);
            return;
        }
        deliver(asked, turn);
    }

    private void poll(CompletableFuture<Permit> asked, Permit place, boolean shared, QueueWait wait) {
        Permit turn;
        try {
            turn = granted(wait.await(), place, shared);
        } catch (QueueWait.CancelledException e) {
            place.close();
            return;
        } catch (Throwable e) {
            place.close();
            asked.completeExceptionally(e);
            return;
        }
        deliver(asked, turn);
    }

    /** Decides the race between the turn and a cancellation: whoever completes the future first has won. */
    private static void deliver(CompletableFuture<Permit> asked, Permit turn) {
        if (!asked.complete(turn)) {
            turn.close();
        }
    }

    /** Makes the ticket a turn; where that fails the ticket is given back, and the place is the caller's still. */
    private Permit granted(QueueTicket ticket, Permit place, boolean shared) {
        Permit turn;
        try {
            turn = new Turn(ticket, shared ? null : place);
            synchronized (held) {
                held.put(ticket, turn);
                newest = ticket;
            }
        } catch (Throwable e) {
            ticket.passOn();
            throw e;
        }
        if (shared) {
            place.close();
        }
        return turn;
    }

    /** How many tickets were drawn after the one that was released last; roughly the turns held and waited for. */
    private long outstanding() {
        if (Files.notExists(companion)) {
            return 0;
        }
        try {
            return QueueTicket.outstanding(open());
        } catch (IOException e) {
            return 1; // it can't be told
        }
    }

    private QueueFile open() throws IOException {
        QueueFile opened = file;
        if (opened == null || !opened.isUsable()) {
            opened = QueueDescriptors.open(companion);
            file = opened;
        }
        return opened;
    }

    private final class Turn implements Permit {
        private final QueueTicket ticket;
        private final @Nullable Permit place;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Turn(QueueTicket ticket, @Nullable Permit place) {
            this.ticket = ticket;
            this.place = place;
        }

        @Override
        public void close() {
            if (!closed.compareAndSet(false, true)) {
                return;
            }
            synchronized (held) {
                held.remove(ticket);
                newest = held.keySet().stream()
                        .max(Comparator.comparingLong(QueueTicket::number))
                        .orElse(null);
            }
            ticket.passOn();
            if (place != null) {
                place.close();
            }
        }

        @Override
        public String toString() {
            return (closed.get() ? "returned " : "held ") + ticket;
        }
    }
}
