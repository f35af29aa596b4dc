package dev.demitasse.store;

import dev.demitasse.json.JsonException;
import dev.demitasse.json.JsonField;
import dev.demitasse.json.JsonReader;
import dev.demitasse.json.JsonWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Lists the shards of a file, in order. They are stored next to the manifest, and all but the last have the same length.
 *
 * @param name of the file: ASCII letters, digits, dots, hyphens and underscores, not beginning with a dot
 * @param bytes length of the file, at least 1
 * @param shardBytes length of each shard but the last: whole MiB, from 1 to {@link #MAX_SHARD_MIB}
 * @param shards in order
 */
public record Manifest(String name, long bytes, int shardBytes, List<Shard> shards) {
    /** Maximum length of a shard in MiB: a shard is in memory while it is verified. */
    public static final int MAX_SHARD_MIB = 64;

    private static final int MIB = 1 << 20;
    private static final String FORMAT = "demitasse-shards";
    private static final long VERSION = 1;
    private static final int HASH_DIGITS = 64;

    /**
     * A part of the file.
     *
     * @param file name, as restricted as the manifest's, and unique
     * @param sha256 hash of the bytes: 64 hexadecimal digits in lower case
     */
    public record Shard(String file, String sha256) {}

    /**
     * Checks the fields.
     *
     * @throws IllegalArgumentException naming the invalid field
     */
    public Manifest {
        shards = List.copyOf(shards);
        requirePlain("name", name);
        if (bytes < 1) {
            throw new JsonField("bytes", bytes).isNot("at least 1");
        }
        if (shardBytes < MIB || shardBytes > MAX_SHARD_MIB * MIB || shardBytes % MIB != 0) {
            throw new JsonField("shardBytes", shardBytes)
                    .isNot("a multiple of " + MIB + " (1 MiB) of at most " + MAX_SHARD_MIB * MIB);
        }
        long count = (bytes - 1) / shardBytes + 1;
        if (shards.size() != count) {
            throw new IllegalArgumentException("shards has " + shards.size() + " elements; " + bytes
                    + " bytes in shards of " + shardBytes + " are " + count);
        }
        Set<String> files = new HashSet<>();
        for (int i = 0; i < shards.size(); i++) {
            String file = "shards[" + i + "].file";
            requirePlain(file, shards.get(i).file());
            if (!files.add(shards.get(i).file())) {
                throw new JsonField(file, shards.get(i).file()).isNot("another than that of a shard before it");
            }
            requireHash("shards[" + i + "].sha256", shards.get(i).sha256());
        }
    }

    /**
     * Parses a manifest, which need not be trusted.
     *
     * @throws IllegalArgumentException naming the field that is missing or invalid
     */
    public static Manifest parse(String json) {
        JsonField root = root(json);
        JsonField format = root.member("format");
        if (!FORMAT.equals(format.value())) {
            throw format.isNot("\"" + FORMAT + "\"");
        }
        JsonField version = root.member("version");
        if (!Objects.equals(version.value(), VERSION)) {
            throw version.isNot("" + VERSION);
        }
        List<Shard> shards = new ArrayList<>();
        for (JsonField shard : root.member("shards").elements()) {
            shards.add(new Shard(
                    shard.member("file").string(), shard.member("sha256").string()));
        }
        return new Manifest(
                root.member("name").string(),
                root.member("bytes").integer(1, Long.MAX_VALUE),
                (int) root.member("shardBytes").integer(MIB, MAX_SHARD_MIB * MIB),
                shards);
    }

    /** Returns the text for {@link #parse}, one field a line; always the same for the same manifest. */
    public String toJson() {
        List<Map<String, Object>> list = new ArrayList<>();
        for (Shard shard : shards) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("file", shard.file());
            fields.put("sha256", shard.sha256());
            list.add(fields);
        }
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("format", FORMAT);
        root.put("version", VERSION);
        root.put("name", name);
        root.put("bytes", bytes);
        root.put("shardBytes", shardBytes);
        root.put("shards", list);
        return JsonWriter.write(root, 2) + "\n";
    }

    /**
     * Returns the length of a shard in bytes.
     *
     * @throws IndexOutOfBoundsException if the shard does not exist
     */
    public int shardLength(int index) {
        Objects.checkIndex(index, shards.size());
        return (int) Math.min(shardBytes, bytes - (long) index * shardBytes);
    }

    private static JsonField root(String json) {
        Object root;
        try {
            root = JsonReader.read(json);
        } catch (JsonException e) {
            throw new IllegalArgumentException("the manifest is not JSON: " + e.getMessage(), e);
        }
        if (!(root instanceof Map)) {
            throw new JsonField("the manifest", root).isNot("an object");
        }
        return new JsonField("", root);
    }

    private static void requirePlain(String field, String name) {
        boolean isPlain = !name.isEmpty() && name.charAt(0) != '.';
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            isPlain &= isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || "._-".indexOf(c) >= 0;
        }
        if (!isPlain) {
            throw new JsonField(field, name).isNot("a file name of letters, digits, '.', '_' and '-', no '.' first");
        }
    }

    private static void requireHash(String field, String hash) {
        boolean isHash = hash.length() == HASH_DIGITS;
        for (int i = 0; i < hash.length(); i++) {
            char c = hash.charAt(i);
            isHash &= isDigit(c) || c >= 'a' && c <= 'f';
        }
        if (!isHash) {
            throw new JsonField(field, hash).isNot(HASH_DIGITS + " hexadecimal digits, in lower case");
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
