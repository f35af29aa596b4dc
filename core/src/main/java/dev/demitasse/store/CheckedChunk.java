package dev.demitasse.store;

/** A stored chunk whose bytes are checked while they are read. Damaged or lost bytes are replaced, and the reading goes on. */
final class CheckedChunk implements Chunk {
    /** Replaces a chunk. */
    interface Repair {
        /**
         * Waits until the chunk was fetched again.
         *
         * @param isMissing whether there is no chunk; otherwise there is a damaged one
         * @throws StoreException naming the chunk, if it can't be fetched
         */
        void fetchAgain(boolean isMissing);
    }

    private final StoredChunks chunks;
    private final ModelFile file;
    private final int index;
    private final Repair repair;

    CheckedChunk(StoredChunks chunks, ModelFile file, int index, Repair repair) {
        this.chunks = chunks;
        this.file = file;
        this.index = index;
        this.repair = repair;
    }

    @Override
    public boolean feed(Target target) {
        StoredChunks.Reading reading = chunks.new Reading(file, index, target);
        StoredChunks.State state = reading.read();
        while (state == StoredChunks.State.DAMAGED || state == StoredChunks.State.MISSING) {
            repair.fetchAgain(state == StoredChunks.State.MISSING);
            state = reading.read();
        }
        return state != StoredChunks.State.STOPPED;
    }
}
