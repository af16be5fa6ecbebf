package io.github.duckpool.internal.wait;

import org.jspecify.annotations.Nullable;

/** What is thrown in the end when several must be told and any of them may fail: the first error, with the later ones suppressed. */
public final class FirstError {

    private FirstError() {}

    /** The first of an earlier error, if there was one, and this one. */
    public static Throwable of(@Nullable Throwable earlier, Throwable e) {
        if (earlier == null) {
            return e;
        }
        suppress(earlier, e);
        return earlier;
    }

    /** Adds a later error to the first. Never fails: the same one may come twice, and memory to note it in may be wanting. */
    public static void suppress(Throwable first, Throwable later) {
        if (first != later) {
            try {
                first.addSuppressed(later);
            } catch (Throwable noMemory) {
                // Whoever asks has others to tell, which matters more than a later error.
            }
        }
    }

    /** Throws it as it is, if there is one: a checked one too, which a function can throw without declaring it. */
    public static void raise(@Nullable Throwable e) {
        if (e != null) {
            throw FirstError.<RuntimeException>unchecked(e);
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> E unchecked(Throwable e) throws E {
        throw (E) e;
    }
}
