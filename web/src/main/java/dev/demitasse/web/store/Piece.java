package dev.demitasse.web.store;

/** A stored piece of a file, to be read once. */
public interface Piece {
    /** Gives the target the bytes, as far as it wants them; whether it would take more. */
    boolean feed(Staging.Target target);
}
