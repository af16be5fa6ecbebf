package io.github.duckpool.mutex;

import io.github.duckpool.internal.wait.Uncaught;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The requests of this process for turns on one file, in front of the queue of the processes. Whoever has the line's permit
 * may stand in the queue: an exclusive turn keeps it to the end, a shared one returns it as soon as the turn has come, so
 * that several shared turns of one process go on together. Thread-safe.
 */
final class TurnLine implements QueueWait.QueueSource {
    private final Path companion;
    private final AsyncMutex line = new AsyncMutex();

    /** The turns held here, guarded by itself. */
    private final List<Turn> held = new ArrayList<>();

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
            return granted(new QueueWait(this, shared, deadline, null).await(), place, shared);
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
        Permit mine = place;
        boolean isGiven = false;
        try {
            var wait = new QueueWait(this, shared, Deadline.NEVER, null);
            QueueTicket ticket = wait.tryNow(open());
            wait.giveUp();
            if (ticket == null) {
                return Optional.empty();
            }
            mine = granted(ticket, place, shared);
            Optional<Permit> turn = Optional.of(mine);
            isGiven = true;
            return turn;
        } finally {
            if (!isGiven) {
                mine.close();
            }
        }
    }

    CompletableFuture<Permit> ask(boolean shared, Deadline deadline) {
        var request = new TurnRequest(this, shared, deadline);
        request.follow(deadline.isNever() ? line.acquire() : line.acquire(deadline.left()));
        return request;
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
            for (Turn each : held) {
                if (each == turn) {
                    return each.ticket;
                }
            }
        }
        throw new IllegalArgumentException("not a turn that is held on " + companion);
    }

    /** Makes the ticket a turn; where that fails the ticket is given back, and the place is the caller's still. */
    Permit granted(QueueTicket ticket, Permit place, boolean shared) {
        Turn turn;
        try {
            turn = new Turn(ticket, shared ? null : place);
            synchronized (held) {
                held.add(turn);
                newest = ticket;
            }
        } catch (Throwable e) {
            ticket.passOn();
            throw e;
        }
        if (shared) {
            try {
                place.close();
            } catch (Throwable e) { // with telling the next: the turn is there, and must not be lost
                Uncaught.report(e);
            }
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

    @Override
    public QueueFile open() throws IOException {
        QueueFile opened = file;
        if (opened == null || !opened.isUsable()) {
            opened = QueueDescriptors.open(companion);
            file = opened;
        }
        return opened;
    }

    String name() {
        return String.valueOf(companion.getFileName());
    }

    /**
     * Links nothing, and takes no memory that it could not do without: this is where a turn of all processes would be lost with it.
     */
    private final class Turn implements Permit {
        private final QueueTicket ticket;
        private final @Nullable Permit place;

        /** Set under the monitor of {@link TurnLine#held}; taken back by nobody but who has set it. */
        private volatile boolean closed;

        private Turn(QueueTicket ticket, @Nullable Permit place) {
            this.ticket = ticket;
            this.place = place;
        }

        @Override
        public void close() {
            synchronized (held) {
                if (closed) {
                    return;
                }
                closed = true;
            }
            try {
                endTicket();
            } catch (Throwable e) { // there was no stack: who closes it again does what is left for the other processes
                closed = false;
                throw e;
            }
        }

        private void endTicket() {
            try {
                try {
                    forget();
                } finally {
                    ticket.passOn();
                }
            } finally { // whatever is wrong with the file, the others of this process are to see for themselves
                if (place != null) {
                    place.close();
                }
            }
        }

        private void forget() {
            synchronized (held) {
                held.remove(this);
                QueueTicket latest = null;
                for (int i = 0; i < held.size(); i++) {
                    QueueTicket each = held.get(i).ticket;
                    if (latest == null || each.number() > latest.number()) {
                        latest = each;
                    }
                }
                newest = latest;
            }
        }

        @Override
        public String toString() {
            return (closed ? "returned " : "held ") + ticket;
        }
    }
}
