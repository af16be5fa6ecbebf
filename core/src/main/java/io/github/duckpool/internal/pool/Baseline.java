package io.github.duckpool.internal.pool;

import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How one kind of thing that all sessions of an instance share was, before those borrowers changed it who have it changed now.
 *
 * <p>It is looked at for a borrower who is alone, and kept until nobody is left: who comes while others are there would take
 * what they changed for how things were. A borrower counts on what it names until it returns. So a return puts back only what
 * nobody else counts on, and the last one puts back what the others had to leave.
 *
 * <p>Invariant: something is kept exactly while somebody uses it. Nobody looks while others come or go, or looks again; and
 * things are put back under the lock, so whoever comes meanwhile changes them afterwards. Thread-safe.
 *
 * @param <S> what it looks like; immutable
 */
final class Baseline<S> {
    private final BiPredicate<String, String> means;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock, as all that follows. */
    private final Set<Use<S>> uses = new HashSet<>();

    private final Set<String> changed = new HashSet<>();
    private @Nullable S kept;

    /** Grows with everyone who comes or goes. */
    private long moves;

    /** Sees how things are. */
    @FunctionalInterface
    interface Look<S> {
        S take() throws SQLException;
    }

    /** Makes things what they were, as far as they are the borrower's to put back. */
    @FunctionalInterface
    interface Restoring<S> {
        void of(S was, Predicate<String> mine) throws SQLException;
    }

    /**
     * Makes one that nobody uses yet.
     *
     * @param means whether a mark that a borrower left, a name or its SQL, may mean the thing of a name
     */
    Baseline(BiPredicate<String, String> means) {
        this.means = means;
    }

    /** One borrower's part in it. */
    Use<S> use() {
        return new Use<>(this);
    }

    private @Nullable S join(Use<S> use, Look<S> look, Function<S, Collection<String>> marks, @Nullable String sql)
            throws SQLException {
        S seen = null;
        for (long seenAt = 0; ; ) {
            lock.lock();
            try {
                if (kept == null && seen != null && seenAt == moves) {
                    kept = seen;
                }
                S was = kept;
                if (was != null) {
                    enter(use, marks.apply(was), sql);
                    return was == seen ? seen : null;
                }
                seenAt = moves;
            } finally {
                lock.unlock();
            }
            seen = look.take(); // without the lock: on the borrower's connection it may take as long as a call of
            // another thread
        }
    }

    private void enter(Use<S> use, Collection<String> marks, @Nullable String sql) {
        if (use.state.compareAndSet(Use.State.NEW, Use.State.IN)) {
            uses.add(use);
            moves++;
        }
        use.marks.addAll(marks);
        if (sql != null) {
            use.texts.add(sql);
        }
        forgetIfUnused();
    }

    private void end(Use<S> use, Restoring<S> restoring) throws SQLException {
        lock.lock();
        try {
            S was = kept;
            if (was != null) {
                restoring.of(was, name -> isLastFor(use, name));
            }
        } finally {
            remove(use);
            lock.unlock();
        }
    }

    private void forget(Use<S> use) {
        lock.lock();
        try {
            remove(use);
        } finally {
            lock.unlock();
        }
    }

    private void remove(Use<S> use) {
        uses.remove(use);
        moves++;
        forgetIfUnused();
    }

    private void forgetIfUnused() {
        if (uses.isEmpty()) {
            kept = null;
            changed.clear();
        }
    }

    private boolean isLastFor(Use<S> use, String name) {
        return means(use, name) && uses.stream().noneMatch(other -> other != use && other.counts && means(other, name));
    }

    private boolean means(Use<S> use, String name) {
        return Stream.concat(use.marks.stream(), use.texts.stream()).anyMatch(mark -> means.test(mark, name));
    }

    /** Who uses it: from its first SQL that may change something until that is put back. */
    static final class Use<S> {
        private enum State {
            NEW,
            IN,
            OVER
        }

        private final Baseline<S> baseline;

        /** Leaves NEW without the lock when the borrower never joins; a call that was in flight then can't join any more. */
        private final AtomicReference<State> state = new AtomicReference<>(State.NEW);

        /** Guarded by the lock. */
        private final Set<String> marks = new HashSet<>();

        /** SQL of which nobody has looked yet what it named: it stands for whatever it may mean. */
        private final Set<String> texts = new HashSet<>();

        private boolean counts = true;

        private Use(Baseline<S> baseline) {
            this.baseline = baseline;
        }

        /**
         * Comes, or names more; before the SQL runs.
         *
         * @param look looks at things, if nobody else is there; afresh whenever it is called, for somebody may have come and
         *     gone since the call before
         * @param marks finds what the borrower will name, among things as they were
         * @return what the last look saw, which nobody has put back since; null if somebody was there, and it was not kept
         */
        @Nullable
        S join(Look<S> look, Function<S, Collection<String>> marks) throws SQLException {
            return baseline.join(this, look, marks, null);
        }

        /**
         * Comes, as {@link #join}, and sees how things are from then on: what this borrower names nobody puts back any more.
         *
         * @param sql in lower case, what is about to run; until {@link #looked} it counts for all that it may mean
         * @return how things are
         */
        S joinAndLook(Look<S> look, String sql) throws SQLException {
            S seen = baseline.join(this, look, was -> List.of(), sql);
            return seen != null ? seen : look.take();
        }

        /**
         * Tells what SQL named that has run, so that its text need not be kept: a borrow may run any number of them.
         *
         * @param sql in lower case; it may hold several of those that were about to run
         * @param named finds what it named, of how things were at first and what the caller saw before and after
         */
        void looked(String sql, Function<S, Collection<String>> named) {
            baseline.lock.lock();
            try {
                S was = baseline.kept;
                if (isIn() && was != null) {
                    texts.removeIf(sql::contains);
                    named.apply(was).forEach(name -> marks.add(name.toLowerCase(Locale.ROOT)));
                }
            } finally {
                baseline.lock.unlock();
            }
        }

        boolean isIn() {
            return state.get() == State.IN;
        }

        /** Notes that the borrower's SQL did change the thing of this name, even if it does not name it. */
        void changed(String name) {
            baseline.lock.lock();
            try {
                if (isIn()) {
                    baseline.changed.add(name);
                    marks.add(name.toLowerCase(Locale.ROOT));
                }
            } finally {
                baseline.lock.unlock();
            }
        }

        /** Whether some borrower's SQL changed it; asked while things are put back. */
        boolean isChanged(String name) {
            return baseline.changed.contains(name);
        }

        /** The borrower is gone, and counts on nothing; its connection may take a while to close. */
        void leave() {
            if (state.get() == State.NEW) {
                return;
            }
            baseline.lock.lock();
            try {
                counts = false;
            } finally {
                baseline.lock.unlock();
            }
        }

        /** Goes, and puts back what nobody else counts on; does nothing when done twice. */
        void end(Restoring<S> restoring) throws SQLException {
            if (state.getAndSet(State.OVER) == State.IN) {
                baseline.end(this, restoring);
            }
        }

        /** Goes and leaves everything as it is. */
        void forget() {
            if (state.getAndSet(State.OVER) == State.IN) {
                baseline.forget(this);
            }
        }
    }
}
