package dev.demitasse.webgpu;

/**
 * Sizes that depend on the adapter: a GPU is fast with many invocations that read adjacent memory, a software adapter with few that wait at
 * barriers.
 */
final class Tuning {
    /**
     * The shape of a workgroup of {@code matvec.wgsl}.
     *
     * @param lanes invocations that share four rows
     * @param groups such groups of lanes per workgroup
     */
    record Lanes(int lanes, int groups) {}

    private static final int LANES_PER_WORKGROUP = 64;

    private final boolean software;

    private Tuning(boolean software) {
        this.software = software;
    }

    static Tuning of(Device device) {
        return new Tuning(device.isSoftware());
    }

    /**
     * Returns how the lanes of a workgroup divide the rows of a matrix.
     *
     * @param subBlocks sub-blocks of a row
     */
    Lanes lanes(int subBlocks) {
        if (software) {
            return new Lanes(1, 8);
        }
        int lanes = 4;
        while (lanes < LANES_PER_WORKGROUP && 2 * lanes <= subBlocks) {
            lanes *= 2;
        }
        return new Lanes(lanes, LANES_PER_WORKGROUP / lanes);
    }

    /**
     * Returns the invocations per workgroup of {@code rms_norm.wgsl}.
     *
     * @param vec4s in a run
     */
    int normWorkgroupSize(int vec4s) {
        int max = software ? 8 : 256;
        int size = 8;
        while (size < max && 2 * size <= vec4s) {
            size *= 2;
        }
        return size;
    }
}
