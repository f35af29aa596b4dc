package dev.demitasse.store;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A disk with a quota. Appended bytes are on it at once, as with OPFS. */
final class FakeDisk {
    private final Map<String, Map<String, byte[]>> directories = new TreeMap<>();
    /** The tab that has a partial chunk open, by directory and name. */
    private final Map<String, FakeTab> open = new HashMap<>();

    private long quota = Long.MAX_VALUE;

    /** Receives the name of each chunk that has been completed. */
    Consumer<String> onComplete = name -> {};

    /** Limits the bytes of all entries. */
    void quota(long bytes) {
        quota = bytes;
    }

    long bytes() {
        return directories.values().stream()
                .flatMap(entries -> entries.values().stream())
                .mapToLong(entry -> entry.length)
                .sum();
    }

    /** Returns the entries of a directory, by name. */
    Map<String, byte[]> entries(String id) {
        return directories.computeIfAbsent(id, unknown -> new TreeMap<>());
    }

    /** Deletes a directory, as a browser does that evicts a site's data. */
    void evict(String id) {
        directories.remove(id);
    }

    void closeAll(FakeTab tab) {
        open.values().removeIf(owner -> owner == tab);
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the storage as a tab sees it. */
    Storage storage(FakeTab tab) {
        return new Storage() {
            @Override
            public String id(String name) {
                return sha256(name.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .substring(0, 8);
            }

            @Override
            public ModelDirectory open(String id) {
                tab.step();
                entries(id);
                return new Directory(tab, id, true);
            }

            @Override
            public List<String> ids() {
                tab.step();
                return new ArrayList<>(directories.keySet());
            }

            @Override
            public void delete(String id) {
                tab.step();
                directories.remove(id);
            }
        };
    }

    /** Returns a directory that does not last. Its partial chunks are lost when they are closed. */
    ModelDirectory memory(FakeTab tab) {
        return new Directory(tab, "memory " + System.identityHashCode(tab), false);
    }

    private final class Directory implements ModelDirectory {
        private final FakeTab tab;
        private final String id;
        private final boolean lasts;

        Directory(FakeTab tab, String id, boolean lasts) {
            this.tab = tab;
            this.id = id;
            this.lasts = lasts;
        }

        @Override
        public String text(String name) {
            tab.step();
            byte[] text = entries(id).get(name);
            return text == null ? null : new String(text, java.nio.charset.StandardCharsets.UTF_8);
        }

        @Override
        public void putText(String name, String text) {
            tab.step();
            byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            if (bytes() + bytes.length > quota) {
                throw new StorageFullException();
            }
            entries(id).put(name, bytes);
        }

        @Override
        public Chunk chunk(String name) {
            tab.step();
            byte[] chunk = entries(id).get(name);
            return chunk == null
                    ? null
                    : target -> {
                        tab.step();
                        int middle = chunk.length / 2;
                        return target.accept(ByteBuffer.wrap(chunk, 0, middle).slice())
                                && target.accept(ByteBuffer.wrap(chunk, middle, chunk.length - middle)
                                        .slice());
                    };
        }

        @Override
        public PartialChunk partialChunk(String name) {
            tab.step();
            return new Partial(this, name);
        }

        @Override
        public Map<String, Long> sizes() {
            tab.step();
            Map<String, Long> sizes = new HashMap<>();
            entries(id).forEach((name, entry) -> sizes.put(name, (long) entry.length));
            return sizes;
        }

        @Override
        public void delete(String name) {
            tab.step();
            entries(id).remove(name);
        }

        @Override
        public boolean lasts() {
            return lasts;
        }
    }

    private final class Partial implements PartialChunk {
        private final Directory directory;
        private final String name;
        private final String partName;

        Partial(Directory directory, String name) {
            this.directory = directory;
            this.name = name;
            partName = name + SUFFIX;
            if (open.putIfAbsent(directory.id + " " + name, directory.tab) != null) {
                throw new IllegalStateException(name + " is open already");
            }
            directory.tab.simulation();
            entries(directory.id).putIfAbsent(partName, new byte[0]);
        }

        private byte[] bytes() {
            return entries(directory.id).getOrDefault(partName, new byte[0]);
        }

        @Override
        public long length() {
            return bytes().length;
        }

        @Override
        public void append(Bytes bytes) {
            byte[] before = bytes();
            int count = (int) Math.max(0, Math.min(bytes.length(), quota - FakeDisk.this.bytes()));
            byte[] after = Arrays.copyOf(before, before.length + count);
            bytes.slice(0, count).copyTo(after, before.length);
            entries(directory.id).put(partName, after);
            if (count < bytes.length()) {
                throw new StorageFullException();
            }
        }

        @Override
        public void feed(Chunk.Target target) {
            target.accept(ByteBuffer.wrap(bytes()));
        }

        @Override
        public void clear() {
            entries(directory.id).put(partName, new byte[0]);
        }

        @Override
        public String sha256() {
            String hash = FakeDisk.sha256(bytes());
            directory.tab.step();
            return hash;
        }

        @Override
        public void complete() {
            close(open.remove(directory.id + " " + name));
            directory.tab.step();
            byte[] bytes = entries(directory.id).remove(partName);
            entries(directory.id).put(name, bytes == null ? new byte[0] : bytes);
            onComplete.accept(name);
        }

        private void close(FakeTab owner) {
            if (owner != directory.tab) {
                throw new IllegalStateException(name + " is not open");
            }
        }

        @Override
        public void close() {
            if (open.remove(directory.id + " " + name, directory.tab) && !directory.lasts) {
                entries(directory.id).remove(partName);
            }
        }
    }
}
