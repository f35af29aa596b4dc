package dev.demitasse.shard;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.hash.Sha256;
import dev.demitasse.store.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cuts a GGUF file into shards and writes their {@link Manifest}, for static hosts that limit the size of a file. */
public final class Shard {
    private static final String NO_HASH_YET = "0".repeat(64);

    private Shard() {}

    /**
     * Writes {@code NAME.000}, {@code NAME.001}, … and finally {@code NAME.json}. Holds one shard in memory. Keeps existing files
     * with the same content. Removes the files that it has written if not all can be written.
     *
     * @param model a GGUF file of a plain name ({@link Manifest#name})
     * @param folder is created if it does not exist
     * @param shardMib size of a shard in MiB
     * @return path of the manifest
     * @throws IllegalArgumentException if the model cannot be cut, or the folder has other files with these names
     * @throws IOException if a file cannot be read or written
     */
    public static Path write(Path model, Path folder, int shardMib) throws IOException {
        Manifest plan = plan(model, shardMib);
        Path manifest = folder.resolve(plan.name() + ".json");
        Files.createDirectories(folder);
        List<Path> written = new ArrayList<>();
        try {
            String json = writeShards(model, plan, folder, written).toJson();
            put(manifest, json.getBytes(StandardCharsets.UTF_8), written);
            written.clear();
        } finally {
            for (Path file : written) {
                Files.deleteIfExists(file);
            }
        }
        return manifest;
    }

    /** Returns the manifest, with zeros instead of the hashes. */
    private static Manifest plan(Path model, int shardMib) throws IOException {
        if (!Files.isRegularFile(model)) {
            throw new IllegalArgumentException("no such model file: " + model);
        }
        long bytes = Files.size(model);
        requireWhole(model, bytes);
        int shardBytes = shardMib << 20;
        String name = model.getFileName().toString();
        List<Manifest.Shard> shards = new ArrayList<>();
        for (long at = 0; at < bytes; at += shardBytes) {
            shards.add(new Manifest.Shard(String.format("%s.%03d", name, shards.size()), NO_HASH_YET));
        }
        return new Manifest(name, bytes, shardBytes, shards);
    }

    private static void requireWhole(Path model, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(model)) {
            Gguf header = Gguf.parse(
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(bytes, Integer.MAX_VALUE)), bytes);
            if (header == null) {
                throw new GgufException("its header is longer than 2 GiB");
            }
            if (header.metadata().integer("split.count", 1) > 1) {
                throw new GgufException(
                        "it is a part of a split model; llama.cpp's gguf-split --merge makes one file of them");
            }
        } catch (GgufException e) {
            throw new IllegalArgumentException("cannot cut " + model + ": " + e.getMessage(), e);
        }
    }

    private static Manifest writeShards(Path model, Manifest plan, Path folder, List<Path> written) throws IOException {
        List<Manifest.Shard> shards = new ArrayList<>();
        try (InputStream in = Files.newInputStream(model)) {
            for (int i = 0; i < plan.shards().size(); i++) {
                byte[] bytes = in.readNBytes(plan.shardLength(i));
                if (bytes.length < plan.shardLength(i)) {
                    throw new IOException(model + " has become shorter while it was read");
                }
                String file = plan.shards().get(i).file();
                put(folder.resolve(file), bytes, written);
                shards.add(new Manifest.Shard(file, Sha256.of(bytes)));
            }
        }
        return new Manifest(plan.name(), plan.bytes(), plan.shardBytes(), shards);
    }

    /**
     * Writes a file unless it exists with the same content.
     *
     * @param written receives the path, to remove the file if a later one cannot be written
     */
    private static void put(Path file, byte[] bytes, List<Path> written) throws IOException {
        if (Files.exists(file)) {
            if (Files.size(file) != bytes.length || !Arrays.equals(Files.readAllBytes(file), bytes)) {
                throw new IllegalArgumentException(
                        file + " is there already and holds something else; take another folder or remove it");
            }
            return;
        }
        // A file with the final name is complete, even if the process is killed.
        Path part = file.resolveSibling(file.getFileName() + ".part");
        written.add(part);
        Files.write(part, bytes);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        written.add(file);
    }

    /** Cuts the model. If that fails, prints one line to the error stream and exits with status 2. */
    public static void main(String[] args) {
        try {
            Options options = Options.parse(args);
            Path manifest = write(options.model(), options.folder(), options.shardMib());
            System.out.println("Wrote " + manifest + " and the shards it lists; load the model by the address of "
                    + manifest.getFileName() + ".");
        } catch (IllegalArgumentException e) {
            fail(e.getMessage());
        } catch (IOException e) {
            fail("the model can't be cut: " + e); // the message alone may be no more than a path
        }
    }

    private static void fail(@Nullable String problem) {
        System.err.println("demitasse: " + problem);
        System.exit(2);
    }
}
