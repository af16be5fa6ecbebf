package io.github.duckpool.lock;

import java.util.Optional;

/** How a platform shows what its processes have open. Implementations are stateless but for the files they look for. */
interface ProcessView {
    /** How a process stands to the files at one moment. */
    enum Standing {
        /** It is the same process, and has one of the files open or locked, or has the turn. */
        HOLDS,
        /** It is the same process, and has none of that. */
        LET_GO,
        /** It has ended, or its number belongs to another process now. */
        GONE,
        /** This can't be told from here. */
        UNKNOWN
    }

    /** Looks at a process again. */
    Standing standing(ProcessFacts process);

    /** Why a process must not be signalled from here, whatever it holds; empty if nothing speaks against it. */
    Optional<String> objection(ProcessFacts process);
}
