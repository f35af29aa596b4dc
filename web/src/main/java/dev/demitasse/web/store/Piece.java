package dev.demitasse.web.store;

/** Stored bytes. Those of a box are to be read once. */
public interface Piece {
    /** Gives the target the bytes, as far as it wants them; whether it would take more. */
    boolean feed(Staging.Target target);
}
