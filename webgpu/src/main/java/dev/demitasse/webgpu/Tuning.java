package dev.demitasse.webgpu;

/** Sizes that depend on what computes: a GPU wants many invocations that read side by side, a software adapter few that wait for each other. */
final class Tuning {
    /** How the invocations of a matrix–vector product share its rows. */
    record Lanes(int lanes, int groups) {}

    private static final int WORKGROUP = 64;

    private final boolean software;

    private Tuning(boolean software) {
        this.software = software;
    }

    static Tuning of(Device device) {
        return new Tuning(device.isSoftware());
    }

    /** @param units in a row of the matrix */
    Lanes lanes(int units) {
        if (software) {
            return new Lanes(1, 8);
        }
        int lanes = 4;
        while (lanes < WORKGROUP && 2 * lanes <= units) {
            lanes *= 2;
        }
        return new Lanes(lanes, WORKGROUP / lanes);
    }

    /** Invocations that share one run of a norm. */
    int normSize(int quads) {
        int most = software ? 8 : 256;
        int size = 8;
        while (size < most && 2 * size <= quads) {
            size *= 2;
        }
        return size;
    }
}
