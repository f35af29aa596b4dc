package dev.demitasse.huggingface;

import dev.demitasse.gguf.Gguf;
import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.GgufStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files of a Hugging Face folder as their bytes arrive. Passes on the same as {@link GgufStream} for a GGUF file of the model.
 * Weights in float16, bfloat16 and float32 keep their values, as do those quantized by AWQ, which become Q5_0.
 *
 * <p>The constructor takes the small files. Then the caller repeats until {@link #file()} is null: pass the bytes of that file from
 * its start until {@link #accept} returns false. If there are several weight files, all headers are read first, so that a model
 * that cannot run is rejected before its weights are fetched; then each file is read from its start to its end.
 */
public final class FolderStream {
    private static final String INDEX = "model.safetensors.index.json";

    /** Names of the small files, of which the first two are required. */
    public static final List<String> TEXT_FILES = List.of(
            FolderMetadata.CONFIG,
            FolderMetadata.TOKENIZER,
            FolderMetadata.TOKENIZER_CONFIG,
            FolderMetadata.CHAT_TEMPLATE,
            FolderMetadata.GENERATION_CONFIG,
            INDEX);

    private final ModelConfig config;
    private final Map<String, Object> metadata;
    private final GgufStream.Sink sink;
    /** The tensors of each file according to the index; null without an index. */
    private final @Nullable Map<String, Set<String>> index;

    private final List<String> files;
    private final List<SafetensorsHeader> headers = new ArrayList<>();
    private @Nullable TensorView view;
    private int current;
    /** Reads the header of the current file; null when it is complete. */
    private @Nullable SafetensorsHeaderReader headerReader;

    private int nextTensor;
    private long position;

    /**
     * Begins to read a folder.
     *
     * @param name of the model
     * @param texts contents of those of the {@link #TEXT_FILES} that exist, by name
     * @throws GgufException naming the file and field that is missing, malformed or not supported
     */
    public FolderStream(String name, Map<String, String> texts, GgufStream.Sink sink) {
        this.sink = sink;
        config = ModelConfig.read(FolderMetadata.required(texts, FolderMetadata.CONFIG));
        metadata = FolderMetadata.of(name, config, texts);
        index = texts.containsKey(INDEX) ? index(FolderMetadata.required(texts, INDEX)) : null;
        files = index == null ? List.of("model.safetensors") : List.copyOf(index.keySet());
        open(0);
    }

    /** Returns the weight file to read next, from its first byte; null when all have been read. */
    public @Nullable String file() {
        return current < files.size() ? files.get(current) : null;
    }

    /** Returns the size of all weight files together, or {@link Gguf#UNKNOWN_LENGTH} until all headers have been read. */
    public long fileBytes() {
        return view == null ? Gguf.UNKNOWN_LENGTH : bytesOf(headers);
    }

    /** Returns the number of bytes read so far; 0 until all headers have been read. */
    public long readBytes() {
        if (view == null) {
            return 0;
        }
        boolean isInData = current < files.size() && headerReader == null;
        return bytesOf(headers.subList(0, current))
                + (isInData ? headers.get(current).bytes() + position : 0);
    }

    private static long bytesOf(List<SafetensorsHeader> files) {
        return files.stream().mapToLong(SafetensorsHeader::fileBytes).sum();
    }

    /**
     * Takes the next bytes of {@link #file()}.
     *
     * @return whether more of this file is wanted
     * @throws GgufException naming the file, tensor or field that is malformed, out of bounds or not supported
     */
    public boolean accept(ByteBuffer chunk) {
        if (headerReader != null) {
            SafetensorsHeader header = headerReader.accept(chunk);
            if (header == null) {
                return true;
            }
            headerReader = null;
            if (!isDataNext(header)) {
                return false;
            }
        }
        if (view == null) {
            throw new IllegalStateException("all files have been read");
        }
        return acceptData(view, headers.get(current), chunk);
    }

    /**
     * Ends the folder.
     *
     * @throws GgufException if files are missing or a file ended too early
     */
    public void finish() {
        if (file() == null) {
            return;
        }
        String where = headerReader != null
                ? "its header"
                : "tensor " + headers.get(current).tensors().get(nextTensor).name();
        throw new GgufException(file() + " ends inside " + where);
    }

    private void open(int file) {
        current = file;
        headerReader = file < files.size() ? new SafetensorsHeaderReader(files.get(file)) : null;
        nextTensor = 0;
        position = 0;
    }

    /** Takes the header of the current file, and returns whether its data is read next. */
    private boolean isDataNext(SafetensorsHeader header) {
        if (view != null) {
            if (!header.equals(headers.get(current))) {
                throw new GgufException(header.file() + " has changed since its header was read");
            }
            return true;
        }
        checkIndex(header);
        headers.add(header);
        if (headers.size() < files.size()) {
            open(current + 1);
            return false;
        }
        TensorView complete = new TensorView(config, headers, sink);
        FolderMetadata.pad(metadata, complete.vocabularySize());
        sink.header(complete.gguf(metadata));
        complete.loadTables();
        view = complete;
        if (files.size() > 1) {
            open(0);
            return false;
        }
        return true;
    }

    private boolean acceptData(TensorView tensorView, SafetensorsHeader header, ByteBuffer chunk) {
        List<SafetensorsTensor> tensors = header.tensors();
        while (chunk.hasRemaining() && nextTensor < tensors.size()) {
            SafetensorsTensor tensor = tensors.get(nextTensor);
            int count = (int) Math.min(chunk.remaining(), tensor.end() - position);
            tensorView.conversion(tensor).accept(chunk.duplicate().limit(chunk.position() + count));
            chunk.position(chunk.position() + count);
            position += count;
            if (position == tensor.end()) {
                nextTensor++;
            }
        }
        if (nextTensor < tensors.size()) {
            return true;
        }
        if (chunk.hasRemaining()) {
            throw new GgufException(header.file() + " goes on after its last tensor, at " + header.fileBytes());
        }
        open(current + 1);
        return false;
    }

    private void checkIndex(SafetensorsHeader header) {
        if (index == null) {
            return;
        }
        Set<String> expected = index.getOrDefault(header.file(), Set.of());
        Set<String> found = new TreeSet<>();
        for (SafetensorsTensor tensor : header.tensors()) {
            found.add(tensor.name());
            if (!expected.contains(tensor.name())) {
                throw new GgufException(
                        header.file() + " has tensor " + tensor.name() + ", which " + INDEX + " doesn't place there");
            }
        }
        for (String name : expected) {
            if (!found.contains(name)) {
                throw new GgufException(header.file() + " lacks tensor " + name + ", which " + INDEX + " places there");
            }
        }
    }

    private static Map<String, Set<String>> index(String text) {
        Fields weights = Fields.parse(INDEX, text).object("weight_map");
        Map<String, Set<String>> files = new TreeMap<>();
        for (String tensor : weights.names()) {
            String file = weights.string(tensor);
            // The name becomes part of an address.
            if (!isPlainName(file)) {
                throw weights.error(tensor, "is \"" + file + "\", which is not a safetensors file in the same folder");
            }
            files.computeIfAbsent(file, f -> new TreeSet<>()).add(tensor);
        }
        if (files.isEmpty()) {
            throw new GgufException(INDEX + ": weight_map names no tensors");
        }
        return files;
    }

    private static boolean isPlainName(String file) {
        for (int i = 0; i < file.length(); i++) {
            char c = file.charAt(i);
            boolean letterOrDigit = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letterOrDigit && "-_.".indexOf(c) < 0) {
                return false;
            }
        }
        return file.endsWith(".safetensors");
    }
}
