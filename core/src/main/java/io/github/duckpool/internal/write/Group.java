package io.github.duckpool.internal.write;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writers who wait together for one turn, in the order in which they joined. A stack that is sealed when the turn has come:
 * who joins before that is served with it, who tries later is refused and needs another group; nobody falls between.
 * Thread-safe.
 */
final class Group {
    private static final Object SEALED = new Object();

    /** Who joined last, linked to those before; or {@link #SEALED}. */
    private final AtomicReference<@Nullable Object> top = new AtomicReference<>();

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
            member.before = (Pending<?>) seen;
            if (top.compareAndSet(seen, member)) {
                return true;
            }
        }
    }

    /** Ends joining. The members, first come first; nobody but the first to call gets any. */
    List<Pending<?>> seal() {
        Object seen = top.getAndSet(SEALED);
        List<Pending<?>> members = new ArrayList<>();
        if (seen == SEALED) {
            return members;
        }
        Pending<?> member = (Pending<?>) seen;
        while (member != null) {
            members.add(member);
            Pending<?> before = member.before;
            member.before = null;
            member = before;
        }
        Collections.reverse(members);
        return members;
    }

    /** Shows those who wait at this moment; false if the group is sealed. */
    boolean forEach(Consumer<Pending<?>> action) {
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
