package io.github.duckpool.mutex;

/** A permit that was taken at the door. It has no state: the door knows whether its token was returned. */
final class DoorPermit implements Permit {
    private final PermitLine line;
    private final long token;

    DoorPermit(PermitLine line, long token) {
        this.line = line;
        this.token = token;
    }

    @Override
    public void close() {
        line.giveBack(token);
    }

    @Override
    public String toString() {
        return "Permit of " + line;
    }
}
