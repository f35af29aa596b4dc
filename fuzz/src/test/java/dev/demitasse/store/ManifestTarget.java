package dev.demitasse.store;

import dev.demitasse.fuzz.Input;
import dev.demitasse.fuzz.Target;
import dev.demitasse.json.FieldException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Manifests of shards, the notes about stored files, and the hashes of their chunks. What is accepted is written and read again without a change. */
public final class ManifestTarget extends Target {
    private static final String HASH = "0123456789abcdef".repeat(4);

    public ManifestTarget() {
        super(IllegalArgumentException.class, FieldException.class);
    }

    @Override
    protected void test(byte[] input) {
        String json = Input.text(input);
        checkEqual(json, Records.unseal(Records.seal(json)));
        String unsealed = Records.unseal(json);
        check(unsealed == null || Records.seal(unsealed).equals(json), "a seal of another text");
        String sums = ChunkSums.parse(json).toJson();
        checkEqual(sums, ChunkSums.parse(sums).toJson());
        ModelFile note = ModelFile.parse("k", json);
        if (note != null) {
            String written = note.toJson();
            ModelFile again = ModelFile.parse("k", written);
            check(again != null, written);
            checkEqual(written, again.toJson());
            checkEqual(note.bytes(), again.bytes());
        }
        Manifest manifest = Manifest.parse(json);
        checkEqual(manifest, Manifest.parse(manifest.toJson()));
        long sum = 0;
        for (int i = 0; i < manifest.shards().size(); i++) {
            check(manifest.shardLength(i) > 0, i);
            sum += manifest.shardLength(i);
        }
        checkEqual(manifest.bytes(), sum);
    }

    @Override
    protected List<byte[]> seeds() {
        String manifest = new Manifest(
                        "a.gguf",
                        (1 << 20) + 5,
                        1 << 20,
                        List.of(new Manifest.Shard("a.0", HASH), new Manifest.Shard("a.1", HASH)))
                .toJson();
        String note =
                "{\"url\": \"https://a/b\", \"bytes\": 5, \"pieceBytes\": 16777216, \"ranges\": true, \"etag\": \"\\\"x\\\"\","
                        + " \"modified\": \"Mon\"}";
        String sums = "{\"blockBytes\": 1048576, \"xxh64\": [\"1f\", \"abc\"], \"sha256\": \"" + HASH + "\"}";
        return Stream.of(manifest, note, sums, Records.seal(note))
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    protected List<String> dictionary() {
        return List.of(
                "demitasse-shards",
                "\"version\": 1",
                "\"shards\": [",
                "\"shardBytes\": 1048576",
                "\"sha256\": \"",
                HASH,
                "\"bytes\": ",
                "\"pieceBytes\": 1",
                "9223372036854775807",
                "67108864",
                "\"etag\": ",
                "\nxxh64:",
                "\"xxh64\": [");
    }

    @Override
    protected long maxAllocation(int inputLength) {
        return 200_000 + 500L * inputLength;
    }
}
