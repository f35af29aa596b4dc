package dev.demitasse.store;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A browser, its disk and a server with one model; loads the model as the engine does. */
final class DownloadWorld {
    static final String URL = "https://example.org/model.gguf";

    private static final int READ_PAUSE_MS = 5;

    final Simulation simulation;
    final FakeServer server;
    final FakeDisk disk = new FakeDisk();
    /** The contents that a whole model may have. The last one is the server's. */
    final List<byte[]> versions = new ArrayList<>();

    private final FakeTab.Browser browser;
    private final int chunkBytes;
    /** Whether the model is loaded by its manifest, with hashes. */
    private final boolean isSharded;

    DownloadWorld(long seed, int bytes, int chunkBytes, int maxPiece, boolean isSharded) {
        this.chunkBytes = chunkBytes;
        this.isSharded = isSharded;
        simulation = new Simulation(seed);
        server = new FakeServer(simulation, maxPiece);
        browser = new FakeTab.Browser(simulation, server, disk);
        byte[] content = new byte[bytes];
        new Random(seed + 1).nextBytes(content);
        publish(content);
    }

    static DownloadWorld plain(int bytes, int chunkBytes) {
        return new DownloadWorld(1, bytes, chunkBytes, 7, false);
    }

    /** Puts a content on the server. */
    void publish(byte[] content) {
        versions.add(content);
        server.put(URL, content);
        if (isSharded) {
            List<Manifest.Shard> shards = new ArrayList<>();
            for (int from = 0; from < content.length; from += chunkBytes) {
                byte[] shard = Arrays.copyOfRange(content, from, Math.min(content.length, from + chunkBytes));
                String name = "shard" + from;
                shards.add(new Manifest.Shard(name, FakeDisk.sha256(shard)));
                server.put(Addresses.sibling(URL, name), shard);
            }
            String json = new Manifest("model.gguf", content.length, chunkBytes, shards).toJson();
            server.put(address(), json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    /** Returns the address that the model is loaded by. */
    String address() {
        return isSharded ? URL + ".json" : URL;
    }

    byte[] content() {
        return versions.get(versions.size() - 1);
    }

    FakeTab tab() {
        return new FakeTab(browser);
    }

    /** The result of a load. */
    static final class Outcome {
        byte @Nullable [] bytes;

        @Nullable
        RuntimeException error;

        long total;
        List<String> repaired = List.of();

        String message() {
            return error == null ? "no error" : String.valueOf(error.getMessage());
        }
    }

    /** Starts to load the model in a tab. */
    Outcome begin(FakeTab tab, boolean keep, Consumer<Download> whenBegun) {
        Outcome outcome = new Outcome();
        tab.start(() -> load(tab, keep, whenBegun, outcome));
        return outcome;
    }

    /** Loads the model in a new tab. */
    Outcome load() {
        return load(true);
    }

    Outcome load(boolean keep) {
        Outcome outcome = begin(tab(), keep, download -> {});
        simulation.run();
        return outcome;
    }

    StoredModels models(FakeTab tab) {
        return new StoredModels(disk.storage(tab), () -> disk.memory(tab), tab, chunkBytes);
    }

    /** Returns the entries of the model's directory, by name. */
    Map<String, byte[]> entries() {
        return disk.entries(disk.storage(tab()).id(address()));
    }

    /** Returns the stored models. */
    List<Object> list() {
        FakeTab tab = tab();
        List<Object> models = new ArrayList<>();
        tab.start(() -> models.addAll(models(tab).list()));
        simulation.run();
        return models;
    }

    private void load(FakeTab tab, boolean keep, Consumer<Download> whenBegun, Outcome outcome) {
        StoredModels models = models(tab);
        Download download = models.download(
                address(), keep, true, (stored, total) -> outcome.total = Math.max(outcome.total, total));
        whenBegun.accept(download);
        try {
            byte[] bytes = read(tab, download);
            requireVersion(bytes);
            if (download.lasts()) {
                models.loaded(address(), "name", "llama");
            }
            outcome.bytes = bytes;
        } catch (UnusableBytesException e) {
            outcome.error = e;
            download.end();
            models.discard(address());
        } catch (StoreException e) {
            outcome.error = e;
        } finally {
            outcome.repaired = download.repaired();
            download.close();
        }
    }

    private byte[] read(FakeTab tab, Download download) {
        ModelFile file = isSharded
                ? download.openShards(StoredModels.ONLY_FILE, address())
                : download.open(StoredModels.ONLY_FILE, address());
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        int index = 0;
        for (Chunk chunk = download.chunk(file, index); chunk != null; chunk = download.chunk(file, ++index)) {
            chunk.feed(bytes -> {
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                read.write(copy, 0, copy.length);
                return true;
            });
            tab.sleep(simulation.random().nextInt(READ_PAUSE_MS));
            download.done(file, index);
        }
        return read.toByteArray();
    }

    private void requireVersion(byte[] bytes) {
        if (versions.stream().noneMatch(version -> Arrays.equals(version, bytes))) {
            throw new AssertionError("the " + bytes.length + " bytes that were read are of no version of the model, "
                    + "or of several; the last one has " + content().length);
        }
    }

    /** Checks that each complete chunk on the disk is one of the model, and that all are of the same version. */
    void requireSoundDisk() {
        Map<String, byte[]> entries = disk.entries(disk.storage(tab()).id(address()));
        boolean isSound = versions.stream().anyMatch(version -> entries.entrySet().stream()
                .filter(entry -> entry.getKey().matches("model\\.[0-9]+"))
                .allMatch(entry -> isChunk(version, entry.getKey(), entry.getValue())));
        if (!isSound) {
            throw new AssertionError("the disk has chunks that are of no version of the model, or of several");
        }
    }

    private boolean isChunk(byte[] version, String name, byte[] chunk) {
        int from = Integer.parseInt(name.substring("model.".length())) * chunkBytes;
        int to = Math.min(version.length, from + chunkBytes);
        return from <= to && Arrays.equals(Arrays.copyOfRange(version, from, to), chunk);
    }
}
