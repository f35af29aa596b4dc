package dev.demitasse.web.store;

import dev.demitasse.store.Bytes;
import dev.demitasse.store.Chunk;
import dev.demitasse.store.PartialChunk;
import dev.demitasse.store.StorageFullException;
import dev.demitasse.store.StoreException;
import dev.demitasse.web.js.Blob;
import dev.demitasse.web.js.Buffers;
import dev.demitasse.web.js.Files;
import dev.demitasse.web.js.Hash;
import dev.demitasse.web.js.JsException;
import dev.demitasse.web.js.Promises;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.typedarrays.Uint8Array;

/** A directory in the origin private file system. */
final class OpfsDirectory implements BrowserDirectory {
    static final String NOT_FOUND = "NotFoundError";
    /** The name of the error if an access handle of the file is open. */
    static final String IN_USE = "NoModificationAllowedError";

    /** A worker that has just been terminated may keep its files open for a moment. */
    private static final int OPEN_ATTEMPTS = 40;

    private static final int OPEN_PAUSE_MS = 50;

    private static final Files.Options READ_ONLY = options("read-only");

    /** Opens a directory of the file system, and creates it if it does not exist. */
    interface Opener {
        Files.Directory open();
    }

    private final Opener opener;
    private Files.Directory directory;

    OpfsDirectory(Opener opener) {
        this.opener = opener;
        directory = opener.open();
    }

    static Files.Options options(boolean create) {
        Files.Options options = JSObjects.create();
        options.setCreate(create);
        return options;
    }

    private static Files.Options options(String mode) {
        Files.Options options = JSObjects.create();
        options.setMode(mode);
        return options;
    }

    private Files.@Nullable FileHandle find(String name) {
        try {
            return Promises.await(directory.getFileHandle(name, options(false)));
        } catch (JsException e) {
            if (e.is(NOT_FOUND)) {
                return null;
            }
            throw e;
        }
    }

    /** Creates a file, and the directory if the browser has evicted it. */
    private Files.FileHandle make(String name) {
        try {
            return Promises.await(directory.getFileHandle(name, options(true)));
        } catch (JsException e) {
            if (!e.is(NOT_FOUND)) {
                throw e;
            }
        }
        directory = opener.open();
        return Promises.await(directory.getFileHandle(name, options(true)));
    }

    /** Stores a text atomically: writes it under another name, then renames it. */
    @Override
    public void putText(String name, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).position(0);
        OpfsPartialChunk partial = new OpfsPartialChunk(name);
        boolean written = false;
        try {
            partial.clear();
            partial.append(new JsBytes(Uint8Array.fromJavaBuffer(direct)));
            written = true;
        } finally {
            if (!written) {
                partial.close();
            }
        }
        partial.complete();
    }

    @Override
    public @Nullable Blob blob(String name) {
        Files.FileHandle file = find(name);
        return file == null ? null : Promises.await(file.getFile());
    }

    /** Opens a chunk with a shared access handle, which takes less time and memory than a blob; with a blob if there are only exclusive ones. */
    @Override
    public @Nullable Chunk chunk(String name) {
        Files.FileHandle file = find(name);
        if (file == null) {
            return null;
        }
        Files.AccessHandle handle;
        try {
            handle = Promises.await(file.createSyncAccessHandle(READ_ONLY));
        } catch (JsException e) {
            Blob blob = Promises.await(file.getFile());
            return target -> Staging.feed(blob, target);
        }
        return target -> {
            try {
                return Staging.feed(handle, target);
            } finally {
                handle.close();
            }
        };
    }

    @Override
    public PartialChunk partialChunk(String name) {
        return new OpfsPartialChunk(name);
    }

    @Override
    public Map<String, Long> sizes() {
        Map<String, Long> sizes = new HashMap<>();
        try {
            addSizes(sizes);
        } catch (JsException e) {
            if (!e.is(NOT_FOUND)) { // otherwise the browser has evicted the directory
                throw e;
            }
        }
        return sizes;
    }

    private void addSizes(Map<String, Long> sizes) {
        Files.Entries entries = directory.values();
        for (Files.Entry entry = Promises.await(entries.next());
                !entry.isDone();
                entry = Promises.await(entries.next())) {
            Files.FileHandle file = (Files.FileHandle) entry.getValue();
            try {
                sizes.put(file.getName(), (long) Promises.await(file.getFile()).getSize());
            } catch (JsException e) {
                if (!e.is(NOT_FOUND)) { // otherwise another tab has just renamed it
                    throw e;
                }
            }
        }
    }

    @Override
    public void delete(String name) {
        remove(directory, name);
    }

    /** Deletes a file, or a directory with its content, if it exists. */
    static void remove(Files.Directory from, String name) {
        Files.Options options = JSObjects.create();
        options.setRecursive(true);
        try {
            Promises.await(from.removeEntry(name, options));
        } catch (JsException e) {
            if (!e.is(NOT_FOUND)) {
                throw e;
            }
        }
    }

    @Override
    public boolean lasts() {
        return true;
    }

    private static Files.AccessHandle open(Files.FileHandle file) {
        for (int attempt = 1; ; attempt++) {
            try {
                return Promises.await(file.createSyncAccessHandle());
            } catch (JsException e) {
                if (attempt == OPEN_ATTEMPTS || !e.is(IN_USE)) {
                    throw e;
                }
            }
            Promises.sleep(OPEN_PAUSE_MS);
        }
    }

    private final class OpfsPartialChunk implements PartialChunk {
        private final String name;
        private final Files.FileHandle file;
        private final Files.AccessHandle handle;
        private long length;

        OpfsPartialChunk(String name) {
            this.name = name;
            file = make(name + SUFFIX);
            handle = open(file);
            length = (long) handle.getSize();
        }

        @Override
        public void clear() {
            try {
                handle.truncate(0);
            } catch (RuntimeException e) {
                throw BrowserStorage.failure(e);
            }
            length = 0;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public void append(Bytes bytes) {
            int count = bytes.length();
            Files.Options at = JSObjects.create();
            at.setAt(length);
            int written;
            try {
                written = handle.write(JsBytes.array(bytes), at);
            } catch (RuntimeException e) {
                throw BrowserStorage.failure(e);
            }
            length += written;
            if (written < count) {
                throw new StorageFullException();
            }
        }

        @Override
        public void feed(Chunk.Target target) {
            Staging.feedWritten(handle, target);
        }

        @Override
        public String sha256() {
            Uint8Array content = content();
            String hash = Hash.sha256(content);
            Buffers.free(content);
            return hash;
        }

        private Uint8Array content() {
            Uint8Array content = new Uint8Array((int) length);
            Files.Options at = JSObjects.create();
            at.setAt(0);
            int read = handle.read(content, at);
            if (read != length) {
                throw new StoreException("the browser returned " + read + " of " + length + " stored bytes");
            }
            return content;
        }

        @Override
        public void complete() {
            flush();
            handle.close();
            try {
                Promises.await(file.move(name));
            } catch (JsException e) {
                if (!e.is(NOT_FOUND)) { // otherwise the browser has evicted it: readers will miss it
                    throw e;
                }
            }
        }

        private void flush() {
            try {
                handle.flush();
            } catch (RuntimeException e) {
                throw BrowserStorage.failure(e);
            }
        }

        @Override
        public void close() {
            handle.close();
        }
    }
}
