package io.github.duckpool.internal.pool;

/** The stack of a borrow, taken when leak tracking is on. Never thrown. */
final class BorrowStack extends Exception {
    private static final long serialVersionUID = 1L;

    BorrowStack() {
        super("borrowed here");
    }
}
