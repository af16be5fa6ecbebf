package io.github.duckpool.mutex;

import java.util.function.Consumer;

/**
 * The mutex of one key in a {@link KeyedMutex}. As soon as nobody holds it or waits for it, it retires: one compare-and-set from free
 * to closed, which whoever takes it or gets in line competes with. So nobody is ever in a line that was dropped, and there are never two lines of one
 * key with somebody in them.
 */
final class KeyLine extends AsyncMutex {
    private static final Shut RETIRED = new Shut(null);

    private final Object key;
    private final Consumer<KeyLine> drop;

    KeyLine(Object key, MutexOptions options, Consumer<KeyLine> drop) {
        super(false, options);
        this.key = key;
        this.drop = drop;
    }

    Object key() {
        return key;
    }

    @Override
    void idle() {
        if (retire(RETIRED)) {
            drop.accept(this);
        }
    }

    @Override
    IllegalStateException closed() {
        return isRetired(RETIRED) ? new RetiredException() : super.closed();
    }

    @Override
    public String toString() {
        return "KeyedMutex[" + describeKey() + ", " + (isShut() ? "closed" : waiting() + " waiting") + "]";
    }

    /** A key that can't say what it is is no reason to keep an error from those who are to hear it. */
    private String describeKey() {
        try {
            return "key " + key;
        } catch (RuntimeException e) {
            return "a key of " + key.getClass() + " whose toString threw "
                    + e.getClass().getName();
        }
    }

    /** The line was dropped before the caller got anywhere; the next one of the key is as good. */
    static final class RetiredException extends IllegalStateException {
        private static final long serialVersionUID = 1L;
    }
}
