package dev.demitasse.shard;

import dev.demitasse.store.Manifest;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * The command line of {@link Shard}.
 *
 * @param model a GGUF file
 * @param folder of the shards and the manifest
 * @param shardMib size of a shard in MiB
 */
record Options(Path model, Path folder, int shardMib) {
    private static final int DEFAULT_SHARD_MIB = 16; // some hosts refuse files above 25 MiB
    private static final String SHARD_SIZE = "--shard-size";
    private static final String USAGE = "usage: ./run shard MODEL.gguf FOLDER [--shard-size MIB]"
            + " (MODEL.gguf: a whole model, not a part of a split one; MIB: from 1 to " + Manifest.MAX_SHARD_MIB + ", "
            + DEFAULT_SHARD_MIB + " unless given)";

    /**
     * Parses the arguments of the command line.
     *
     * @throws IllegalArgumentException with the usage, or naming the value that is not accepted
     */
    static Options parse(String... args) {
        boolean isSized = args.length == 4 && args[2].equals(SHARD_SIZE);
        if (args.length != 2 && !isSized) {
            throw new IllegalArgumentException(USAGE);
        }
        try {
            return new Options(
                    Path.of(args[0]), Path.of(args[1]), isSized ? parseShardMib(args[3]) : DEFAULT_SHARD_MIB);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("not a path: " + e.getMessage(), e);
        }
    }

    private static int parseShardMib(String value) {
        try {
            int mib = Integer.parseInt(value);
            if (mib >= 1 && mib <= Manifest.MAX_SHARD_MIB) {
                return mib;
            }
        } catch (NumberFormatException e) {
            // Reported below, like a number out of range.
        }
        throw new IllegalArgumentException(
                SHARD_SIZE + " must be a number of MiB from 1 to " + Manifest.MAX_SHARD_MIB + ", not " + value);
    }
}
