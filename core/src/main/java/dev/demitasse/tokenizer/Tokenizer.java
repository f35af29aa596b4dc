package dev.demitasse.tokenizer;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;
import java.util.HashSet;
import java.util.Set;

/**
 * A model's vocabulary: text to token ids and back. Immutable.
 *
 * <p>Two kinds of token never come of ordinary text. <em>Special</em> tokens (GGUF type control or unknown) steer the
 * model, such as {@code <|im_end|>}; <em>user-defined</em> tokens are text that always stays whole, such as
 * {@code <think>}. Both are found in text before it is split: the longest first, at the earliest position, as added
 * tokens are in Hugging Face tokenizers.
 */
public abstract class Tokenizer {
    /** In place of an id where there is no token. */
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
     * Special tokens that end an answer whatever the file says, since files often name only one of a model's two or
     * three. A part of the list in llama.cpp's {@code llama-vocab.cpp}.
     */
    private static final Set<String> END_TEXTS = Set.of(
            "<|endoftext|>", "<|im_end|>", "<|end_of_text|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<end_of_turn>");

    /**
     * Phi-3's special tokens swallow the white space after them ({@code rstrip} in its tokenizer.json, which files don't
     * tell), except for these; the same list as in llama.cpp.
     */
    private static final Set<String> KEEP_SPACE = Set.of("<unk>", "<s>", "<|endoftext|>");

    final Vocabulary vocabulary;
    private final int bosId;
    private final int eosId;
    private final boolean addBos;
    private final boolean addEos;
    private final Set<Integer> endOfGeneration = new HashSet<>();
    private final Set<Integer> swallowing = new HashSet<>();
    private final AddedTokens allAdded = new AddedTokens();
    private final AddedTokens userDefined = new AddedTokens();

    /**
     * @param addBosIfUnsaid what holds when the file has no {@code add_bos_token}
     */
    Tokenizer(Metadata metadata, Vocabulary vocabulary, boolean addBosIfUnsaid) {
        int size = vocabulary.size();
        this.vocabulary = vocabulary;
        bosId = id(metadata, BOS, size);
        eosId = id(metadata, EOS, size);
        addBos = adds(metadata, ADD_BOS, addBosIfUnsaid && bosId != NONE, BOS, bosId);
        addEos = adds(metadata, ADD_EOS, false, EOS, eosId);
        boolean swallowSpace = metadata.string(ARCHITECTURE, "").equals("phi3");
        for (int id = 0; id < size; id++) {
            add(id, swallowSpace);
        }
        for (String key : new String[] {EOS, END_OF_TURN, END_OF_MESSAGE}) {
            endOfGeneration.add(id(metadata, key, size));
        }
        endOfGeneration.remove(NONE);
    }

    private void add(int id, boolean swallowSpace) {
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
        if (swallowSpace && isSpecial && !KEEP_SPACE.contains(token)) {
            swallowing.add(id);
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

    /** Number of tokens; ids are below it. */
    public final int size() {
        return vocabulary.size();
    }

    /** The token that begins a text, or {@link #NONE}. */
    public final int bosId() {
        return bosId;
    }

    /** The token that ends a text, or {@link #NONE}. */
    public final int eosId() {
        return eosId;
    }

    /** Whether an answer is over when the model yields this token. */
    public final boolean isEndOfGeneration(int id) {
        return endOfGeneration.contains(id);
    }

    /** All tokens of which {@link #isEndOfGeneration} is true. */
    public final int[] endOfGeneration() {
        int[] ids = new int[endOfGeneration.size()];
        int count = 0;
        for (int id : endOfGeneration) {
            ids[count++] = id;
        }
        return ids;
    }

    /** Whether a token steers the model and is no part of the text that a reader sees. */
    public final boolean isSpecial(int id) {
        return vocabulary.isSpecial(checked(id));
    }

    /**
     * What a token stands for: maybe part of a character only.
     *
     * @throws IndexOutOfBoundsException if there is no such id
     */
    public final byte[] bytes(int id) {
        return meaning(checked(id));
    }

    /**
     * The ids of a rendered prompt, in which the text of a special token stands for the token.
     *
     * @param addSpecial to begin with BOS and end with EOS where the file says so; not for a chat template's output,
     *     which holds them already
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

    /** The ids of text from outside, in which the text of a special token is but text. */
    public final int[] encodeLiteral(String text) {
        IntList ids = new IntList();
        encode(text, userDefined, ids);
        return ids.toArray();
    }

    /** The text of tokens; bytes that aren't UTF-8 become U+FFFD as in {@link StreamDecoder}. */
    public final String decode(int[] ids, boolean withSpecial) {
        StreamDecoder decoder = new StreamDecoder(this, withSpecial);
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            decoder.push(id, text);
        }
        return trimmed(text.append(decoder.finish()).toString());
    }

    /** A decoded text without what encoding had put before it. */
    String trimmed(String decoded) {
        return decoded;
    }

    /** What a token decodes to; of one that is special or user-defined, its text. */
    abstract byte[] meaning(int id);

    /** Appends the ids of {@code text} from {@code start} to {@code end}, which holds no added token. */
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
            while (swallowsSpace(found.id()) && i < text.length() && isSpace(text, i)) {
                i++;
            }
            start = i;
        }
        encodeOrdinary(text, start, text.length(), ids);
    }

    private boolean swallowsSpace(int id) {
        return swallowing.contains(id);
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

    private static boolean adds(Metadata metadata, String key, boolean ifUnsaid, String idKey, int id) {
        boolean adds = metadata.bool(key, ifUnsaid);
        if (adds && id == NONE) {
            throw new GgufException(key + " is true but " + idKey + " is missing");
        }
        return adds;
    }
}
