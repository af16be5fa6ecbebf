package io.github.duckpool.internal.write;

import io.github.duckpool.internal.pool.SqlExceptions;
import io.github.duckpool.internal.wait.Uncaught;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Tells the members of a group what became of them. From the COMMIT on nothing may come between: who is told second hears the
 * truth whatever happened while the first was told, and nobody is left without an answer, not even for want of memory. So what is
 * settled stays settled, and each one is told by himself.
 *
 * <p>Used by the writer's thread.
 */
final class Outcomes {
    private final Consumer<Iterable<? extends Runnable>> elsewhere;
    private final IntConsumer beforeThreads;

    /**
     * Tells futures elsewhere, and threads here.
     *
     * @param elsewhere completes futures in their order on a thread that continuations may hold up
     * @param beforeThreads hears how many threads are told next
     */
    Outcomes(Consumer<Iterable<? extends Runnable>> elsewhere, IntConsumer beforeThreads) {
        this.elsewhere = elsewhere;
        this.beforeThreads = beforeThreads;
    }

    /** Their transaction is committed. */
    void committed(List<? extends Pending<?>> members) {
        for (int i = 0; i < members.size(); i++) { // without an iterator, for which there may be no memory
            members.get(i).committed();
        }
        tell(members);
    }

    /** All of them failed for the same reason, of which each gets a copy. */
    void failed(List<? extends Pending<?>> members, SQLException why) {
        for (Pending<?> member : members) {
            member.fail(copy(why));
        }
        tell(members);
    }

    private static SQLException copy(SQLException why) {
        try {
            return SqlExceptions.copy(why);
        } catch (OutOfMemoryError e) {
            return why; // what it says matters more than whose stack it has
        }
    }

    /** Something that nobody foresaw ended the turn: who has no outcome failed with it, and all who were not told are told. */
    void abandoned(List<? extends Pending<?>> members, Throwable why) {
        fail(members, why);
        tell(members);
    }

    /** Settles what is not settled; who was stopped is told that. */
    static void fail(List<? extends Pending<?>> members, Throwable why) {
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).call.stopped() == null) {
                members.get(i).fail(why);
            }
        }
    }

    /** Completes them: what a thread waits for itself here, for that spares a switch, the rest where continuations may run. */
    void tell(List<? extends Pending<?>> members) {
        int threads = 0;
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).blocksCaller()) {
                threads++;
            }
        }
        if (threads < members.size()) {
            tellFutures(members, threads > 0);
        }
        if (threads > 0) {
            try {
                beforeThreads.accept(threads);
            } catch (Throwable e) {
                Uncaught.report(e);
            }
            for (int i = 0; i < members.size(); i++) {
                if (members.get(i).blocksCaller()) {
                    runQuietly(members.get(i));
                }
            }
        }
    }

    private void tellFutures(List<? extends Pending<?>> members, boolean mixed) {
        try {
            elsewhere.accept(
                    mixed
                            ? members.stream()
                                    .filter(member -> !member.blocksCaller())
                                    .toList()
                            : members);
        } catch (Throwable e) { // no memory for the way there; who is told twice hears the same
            Uncaught.report(e);
            for (int i = 0; i < members.size(); i++) {
                if (!members.get(i).blocksCaller()) {
                    runQuietly(members.get(i));
                }
            }
        }
    }

    /** Completes them all where continuations may run; here if there is no way there. On any thread. */
    void tellElsewhere(List<? extends Pending<?>> members) {
        try {
            elsewhere.accept(members);
        } catch (Throwable e) {
            Uncaught.report(e);
            tellHere(members);
        }
    }

    /** Completes them all here, whatever fails with one of them. On any thread. */
    static void tellHere(List<? extends Pending<?>> members) {
        for (int i = 0; i < members.size(); i++) {
            runQuietly(members.get(i));
        }
    }

    private static void runQuietly(Pending<?> member) {
        try {
            member.run();
        } catch (Throwable e) {
            Uncaught.report(e);
        }
    }
}
