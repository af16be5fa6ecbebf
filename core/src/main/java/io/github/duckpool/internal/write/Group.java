package io.github.duckpool.internal.write;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writers who wait together for one turn, in the order in which they joined. A stack that is sealed when the turn has come:
 * who joins before that is served with it, who tries later is refused and needs another group; nobody falls between.
 *
 * <p>Members who were given up are taken out when they are many: while one writer is slow, others may come and go without end.
 * What is below the top of the stack is read and changed under the monitor alone, so that whoever takes some out and whoever
 * serves the rest never meet; joining needs no monitor. Thread-safe.
 */
final class Group implements Runnable {
    private static final Object SEALED = new Object();
    private static final int FEW = 256;

    /** Who joined last, linked to those before; or {@link #SEALED}. */
    private final AtomicReference<@Nullable Object> top = new AtomicReference<>();

    private final AtomicInteger givenUp = new AtomicInteger();

    /** Who was on top when it was sealed, until somebody has got the members. Under the monitor. */
    private @Nullable Pending<?> sealed;

    /** How many are to be given up before it is worth to look for them. */
    private volatile int many = FEW;

    private volatile @Nullable Future<?> expiry;

    /** Notes the timer that ends the wait of those whose time is over; null ends the timer. */
    void expireBy(@Nullable Future<?> timer) {
        Future<?> present = expiry;
        expiry = timer;
        if (timer == null && present != null) {
            present.cancel(false);
        }
    }

    /** Adds a member; false if the group is sealed. */
    boolean join(Pending<?> member) {
        while (true) {
            Object seen = top.get();
            if (seen == SEALED) {
                return false;
            }
            Pending<?> latest = (Pending<?>) seen;
            member.before = latest;
            member.number = latest == null ? 1 : latest.number + 1;
            if (top.compareAndSet(seen, member)) {
                return true;
            }
        }
    }

    /** How many have joined, those included who gave up; 0 if the group is sealed. */
    int size() {
        return top.get() instanceof Pending<?> latest ? latest.number : 0;
    }

    /** Ends joining. The members, first come first; nobody but the first to get them gets any. */
    synchronized List<Pending<?>> seal() {
        Object seen = top.getAndSet(SEALED);
        if (seen != SEALED) {
            sealed = (Pending<?>) seen;
        }
        // Kept until the list is there: who was sealed and is in none for want of memory is in the next caller's.
        List<Pending<?>> members = new ArrayList<>(count(sealed));
        Pending<?> member = sealed;
        sealed = null;
        while (member != null) {
            members.add(member);
            Pending<?> before = member.before;
            member.before = null;
            member = before;
        }
        Collections.reverse(members);
        return members;
    }

    private static int count(@Nullable Pending<?> latest) {
        int count = 0;
        for (Pending<?> member = latest; member != null; member = member.before) {
            count++;
        }
        return count;
    }

    /** Notes that a member was given up, or is done. */
    @Override
    public void run() {
        if (top.get() != SEALED && givenUp.incrementAndGet() >= many) {
            takeOut();
        }
    }

    /** Forgets those who don't wait any more, but for the one on top, to which a newcomer may just be linking itself. */
    private synchronized void takeOut() {
        Object seen = top.get();
        if (seen == SEALED || givenUp.get() < many) {
            return;
        }
        givenUp.set(0);
        Pending<?> kept = (Pending<?>) seen;
        int waiting = 1;
        while (kept != null) {
            Pending<?> next = kept.before;
            while (next != null && !next.call.isWaiting()) {
                next = next.before;
            }
            kept.before = next;
            kept = next;
            waiting++;
        }
        many = Math.max(FEW, waiting);
    }

    /** Shows those who wait at this moment; false if the group is sealed. */
    synchronized boolean forEach(Consumer<Pending<?>> action) {
        Object seen = top.get();
        if (seen == SEALED) {
            return false;
        }
        for (Pending<?> member = (Pending<?>) seen; member != null; member = member.before) {
            action.accept(member);
        }
        return true;
    }
}
