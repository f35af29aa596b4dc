package dev.demitasse.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.gguf.GgufBuilder;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.TensorType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Lists, exports, imports and deletes stored models. */
class StoredModelsTest {
    private static final int CHUNK = 100;

    private final DownloadWorld world = DownloadWorld.plain(450, CHUNK);

    /** An action on the models of a tab. */
    private interface Action {
        Object perform(StoredModels models);
    }

    private Object in(FakeTab tab, Action action) {
        Object[] result = new Object[1];
        RuntimeException[] error = new RuntimeException[1];
        tab.start(() -> {
            try {
                result[0] = action.perform(world.models(tab));
            } catch (RuntimeException e) {
                error[0] = e;
            }
        });
        world.simulation.run();
        if (error[0] != null) {
            throw error[0];
        }
        return result[0];
    }

    private record File(String name, byte[] content) implements SourceFile {
        @Override
        public long bytes() {
            return content.length;
        }

        @Override
        public void read(long from, long count, Target target) {
            target.accept(new FakeBytes(Arrays.copyOfRange(content, (int) from, (int) from + 1)));
            target.accept(new FakeBytes(Arrays.copyOfRange(content, (int) from + 1, (int) (from + count))));
        }

        @Override
        public boolean feed(Chunk.Target target) {
            return target.accept(ByteBuffer.wrap(content));
        }
    }

    private static byte[] gguf() {
        return new GgufBuilder()
                .string("general.architecture", "llama")
                .tensor("output.weight", TensorType.F32, 32, 3)
                .build();
    }

    private byte[] joined(StoredModels models, String url) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        ModelDirectory directory = models.directory(url);
        for (List<String> chunks : models.files(url).values()) {
            for (String each : chunks) {
                directory.chunk(each).feed(bytes -> {
                    byte[] copy = new byte[bytes.remaining()];
                    bytes.get(copy);
                    joined.write(copy, 0, copy.length);
                    return true;
                });
            }
        }
        return joined.toByteArray();
    }

    @Test
    void completeModelIsListedAndExported() {
        world.load();
        Map<?, ?> model = (Map<?, ?>) world.list().get(0);
        assertEquals(DownloadWorld.URL, model.get("url"));
        assertEquals(true, model.get("complete"));
        assertTrue((long) model.get("bytes") >= 450, model.toString());
        assertEquals(
                Map.of(
                        "model.gguf",
                        List.of("model.00000", "model.00001", "model.00002", "model.00003", "model.00004")),
                in(world.tab(), models -> models.files(DownloadWorld.URL)));
        assertArrayEquals(world.content(), (byte[]) in(world.tab(), models -> joined(models, DownloadWorld.URL)));
    }

    @Test
    void incompleteModelIsListedButNotExported() {
        FakeTab tab = world.tab();
        world.server.at(300, tab::kill);
        world.begin(tab, true, download -> {});
        world.simulation.run();
        assertEquals(false, ((Map<?, ?>) world.list().get(0)).get("complete"));
        StoreException e =
                assertThrows(StoreException.class, () -> in(world.tab(), models -> models.files(DownloadWorld.URL)));
        assertEquals("there is no complete stored model " + DownloadWorld.URL, e.getMessage());
    }

    @Test
    void importedModelLoadsWithoutAServer() {
        byte[] content = gguf();
        in(world.tab(), models -> {
            models.importFiles(List.of(new File("a.gguf", content)), "local:a.gguf");
            return null;
        });
        assertArrayEquals(content, (byte[]) in(world.tab(), models -> joined(models, "local:a.gguf")));
        assertEquals("llama", ((Map<?, ?>) world.list().get(0)).get("architecture"));
        assertEquals(List.of(), world.server.requests());
    }

    @Test
    void failedImportLeavesNothing() {
        byte[] content = gguf();
        List<SourceFile> truncated = List.of(new File("a.gguf", Arrays.copyOf(content, content.length - 1)));
        assertThrows(GgufException.class, () -> importFiles(truncated));
        world.disk.quota(content.length / 2);
        assertThrows(StorageFullException.class, () -> importFiles(List.of(new File("a.gguf", content))));
        assertEquals(List.of(), world.list());
    }

    private void importFiles(List<SourceFile> files) {
        in(world.tab(), models -> {
            models.importFiles(files, "local:a.gguf");
            return null;
        });
    }

    @Test
    void modelThatIsBeingDownloadedIsNotDeleted() {
        List<String> refusals = new ArrayList<>();
        FakeTab other = world.tab();
        world.server.at(
                200,
                () -> other.start(() -> {
                    try {
                        world.models(other).delete(DownloadWorld.URL);
                    } catch (StoreException e) {
                        refusals.add(e.getMessage());
                    }
                }));
        assertArrayEquals(world.content(), world.load().bytes);
        assertEquals(List.of(DownloadWorld.URL + " is being downloaded"), refusals);
        in(other, models -> {
            models.delete(DownloadWorld.URL);
            return null;
        });
        assertEquals(List.of(), world.list());
    }
}
