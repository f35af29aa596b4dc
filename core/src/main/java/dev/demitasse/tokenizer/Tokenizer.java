package dev.demitasse.tokenizer;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;
import java.util.HashSet;
import java.util.Set;

/**
 * Encodes text as token ids, and decodes them. Immutable.
 *
 * <p>Two kinds of token are never the result of merges. <em>Special</em> tokens (GGUF type control or unknown) control the model, for
 * example {@code <|im_end|>}; <em>user-defined</em> tokens are text that is never split, for example {@code <think>}. Both are
 * found in a text before it is split: the longest token at the earliest position, as added tokens in Hugging Face tokenizers.
 */
public abstract class Tokenizer {
    /** The id of a token that does not exist. */
    public static final int NONE = -1;

    static final String MODEL = "tokenizer.ggml.model";

    private static final String ARCHITECTURE = "general.architecture";
    private static final String BOS = "tokenizer.ggml.bos_token_id";
    private static final String EOS = "tokenizer.ggml.eos_token_id";
    private static final String END_OF_TURN = "tokenizer.ggml.eot_token_id";
    private static final String END_OF_MESSAGE = "tokenizer.ggml.eom_token_id";
    private static final String ADD_BOS = "tokenizer.ggml.add_bos_token";
    private static final String ADD_EOS = "tokenizer.ggml.add_eos_token";

    /**
     * Special tokens that end an answer even if the file does not name them: files often name only one of two or three. A part of the
     * list in llama.cpp's {@code llama-vocab.cpp}.
     */
    private static final Set<String> END_TEXTS = Set.of(
            "<|endoftext|>", "<|im_end|>", "<|end_of_text|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<end_of_turn>");

    /**
     * Special tokens of Phi-3 that keep the white space after them; the others remove it ({@code rstrip} in {@code tokenizer.json},
     * which GGUF files lack). The same list as in llama.cpp.
     */
    private static final Set<String> KEEP_SPACE = Set.of("<unk>", "<s>", "<|endoftext|>");

    final Vocabulary vocabulary;
    private final int bosId;
    private final int eosId;
    private final boolean addBos;
    private final boolean addEos;
    private final Set<Integer> endOfGeneration = new HashSet<>();
    private final Set<Integer> strippingRight = new HashSet<>();
    private final AddedTokens allAdded = new AddedTokens();
    private final AddedTokens userDefined = new AddedTokens();

    /**
     * Reads the special tokens.
     *
     * @param addBosByDefault the default of {@code add_bos_token}
     */
    Tokenizer(Metadata metadata, Vocabulary vocabulary, boolean addBosByDefault) {
        int size = vocabulary.size();
        this.vocabulary = vocabulary;
        bosId = id(metadata, BOS, size);
        eosId = id(metadata, EOS, size);
        addBos = adds(metadata, ADD_BOS, addBosByDefault && bosId != NONE, BOS, bosId);
        addEos = adds(metadata, ADD_EOS, false, EOS, eosId);
        boolean stripRight = metadata.string(ARCHITECTURE, "").equals("phi3");
        for (int id = 0; id < size; id++) {
            add(id, stripRight);
        }
        for (String key : new String[] {EOS, END_OF_TURN, END_OF_MESSAGE}) {
            endOfGeneration.add(id(metadata, key, size));
        }
        endOfGeneration.remove(NONE);
    }

    private void add(int id, boolean stripRight) {
        boolean isSpecial = vocabulary.isSpecial(id);
        if (!isSpecial && !vocabulary.isUserDefined(id)) {
            return;
        }
        String token = vocabulary.token(id);
        if (token.isEmpty()) {
            return;
        }
        allAdded.add(token, id);
        if (!isSpecial) {
            userDefined.add(token, id);
        }
        if (stripRight && isSpecial && !KEEP_SPACE.contains(token)) {
            strippingRight.add(id);
        }
        if (END_TEXTS.contains(token)) {
            endOfGeneration.add(id);
        }
    }

    /**
     * Reads a file's tokenizer.
     *
     * @throws GgufException naming the {@code tokenizer.ggml} key, and index, that is missing, malformed or unsupported
     */
    public static Tokenizer of(Metadata metadata) {
        String model = metadata.string(MODEL);
        return switch (model) {
            case "gpt2" -> ByteLevelBpe.read(metadata);
            case "llama" -> SentencePieceBpe.read(metadata);
            default -> throw new GgufException(MODEL + " is " + Vocabulary.quote(model) + ", which is not supported");
        };
    }

    /** Returns the number of tokens; ids are below it. */
    public final int size() {
        return vocabulary.size();
    }

    /** Returns the token that begins a text, or {@link #NONE}. */
    public final int bosId() {
        return bosId;
    }

    /** Returns the token that ends a text, or {@link #NONE}. */
    public final int eosId() {
        return eosId;
    }

    /** Returns whether a token ends an answer. */
    public final boolean isEndOfGeneration(int id) {
        return endOfGeneration.contains(id);
    }

    /** Returns all tokens that end an answer. */
    public final int[] endOfGeneration() {
        int[] ids = new int[endOfGeneration.size()];
        int count = 0;
        for (int id : endOfGeneration) {
            ids[count++] = id;
        }
        return ids;
    }

    /** Returns whether a token controls the model, and is not part of the visible text. */
    public final boolean isSpecial(int id) {
        return vocabulary.isSpecial(checked(id));
    }

    /**
     * Returns the bytes of a token, which may be an incomplete character.
     *
     * @throws IndexOutOfBoundsException if there is no such id
     */
    public final byte[] bytes(int id) {
        return decodedBytes(checked(id));
    }

    /**
     * Encodes a prompt, in which the text of a special token becomes the token.
     *
     * @param addSpecial whether to add BOS and EOS if the file says so; false for the output of a chat template, which has them already
     */
    public final int[] encode(String text, boolean addSpecial) {
        IntList ids = new IntList();
        if (addSpecial && addBos) {
            ids.add(bosId);
        }
        encode(text, allAdded, ids);
        if (addSpecial && addEos) {
            ids.add(eosId);
        }
        return ids.toArray();
    }

    /** Encodes untrusted text, in which the text of a special token is ordinary text. */
    public final int[] encodeLiteral(String text) {
        IntList ids = new IntList();
        encode(text, userDefined, ids);
        return ids.toArray();
    }

    /** Decodes tokens; bytes that are not UTF-8 become U+FFFD as in {@link StreamDecoder}. */
    public final String decode(int[] ids, boolean withSpecial) {
        StreamDecoder decoder = new StreamDecoder(this, withSpecial);
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            decoder.push(id, text);
        }
        return trimmed(text.append(decoder.finish()).toString());
    }

    /** Removes from a decoded text the characters that encoding adds before it. */
    String trimmed(String decoded) {
        return decoded;
    }

    /** Returns the bytes of a token; the text of one that is special or user-defined. */
    abstract byte[] decodedBytes(int id);

    /** Appends the ids of {@code text} from {@code start} to {@code end}, which contains no added token. */
    abstract void encodeOrdinary(String text, int start, int end, IntList ids);

    private void encode(String text, AddedTokens added, IntList ids) {
        int start = 0;
        for (int i = 0; i < text.length(); ) {
            AddedTokens.Node found = added.longestAt(text, i);
            if (found == null) {
                i++;
                continue;
            }
            encodeOrdinary(text, start, i, ids);
            ids.add(found.id());
            i += found.length();
            while (stripsRight(found.id()) && i < text.length() && isSpace(text, i)) {
                i++;
            }
            start = i;
        }
        encodeOrdinary(text, start, text.length(), ids);
    }

    private boolean stripsRight(int id) {
        return strippingRight.contains(id);
    }

    private static boolean isSpace(String text, int index) {
        return UnicodeClasses.of(text.charAt(index)) == UnicodeClasses.SPACE;
    }

    private int checked(int id) {
        if (id < 0 || id >= size()) {
            throw new IndexOutOfBoundsException("token id " + id + " is not below " + size());
        }
        return id;
    }

    static int id(Metadata metadata, String key, int size) {
        int id = metadata.integer(key, NONE);
        if (metadata.has(key) && (id < 0 || id >= size)) {
            throw new GgufException(key + " is " + id + " but there are " + size + " tokens");
        }
        return id;
    }

    private static boolean adds(Metadata metadata, String key, boolean defaultValue, String idKey, int id) {
        boolean adds = metadata.bool(key, defaultValue);
        if (adds && id == NONE) {
            throw new GgufException(key + " is true but " + idKey + " is missing");
        }
        return adds;
    }
}
