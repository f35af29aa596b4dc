package dev.demitasse.store;

/** Stores received bytes as chunks of a directory. */
abstract class Fetcher {
    /** Receives the progress of the fetchers. */
    interface Listener {
        /** Called after bytes were appended, or removed if the number is negative. */
        void received(ModelFile file, long bytes);

        /** Called after a chunk was stored completely. */
        void completed(ModelFile file, int chunk);

        /** Called after all attempts to fetch a shard brought other bytes than its SHA-256 is of. */
        void mismatched(ModelFile file);

        /** Called after the note about a file has changed. */
        void changed(ModelFile file);

        /**
         * Waits until the reader is close enough to a chunk for it to be stored.
         *
         * @return false if the reader waits for a missing chunk before this one
         */
        boolean awaitWanted(ModelFile file, int chunk);
    }

    final Http http;
    final StoredChunks chunks;
    final Listener listener;

    Fetcher(Http http, StoredChunks chunks, Listener listener) {
        this.http = http;
        this.chunks = chunks;
        this.listener = listener;
    }

    /** Appends bytes to a chunk and reports them. */
    final void append(ModelFile file, ChunkWriter partial, Bytes bytes, int from, int count) {
        if (count > 0) {
            partial.append(count == bytes.length() ? bytes : bytes.slice(from, count));
            http.progressed();
            listener.received(file, count);
        }
    }

    /** Makes a partial chunk complete and reports it. */
    final void complete(ModelFile file, int chunk, ChunkWriter partial) {
        partial.complete(file.sha256(chunk));
        listener.completed(file, chunk);
    }
}
