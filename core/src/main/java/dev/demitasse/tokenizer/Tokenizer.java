package dev.demitasse.tokenizer;

import dev.demitasse.gguf.GgufException;
import dev.demitasse.gguf.Metadata;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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
    /** More tokens that end an answer, as Ollama writes them. */
    static final String ENDS = "tokenizer.ggml.eos_token_ids";

    private static final String ADD_BOS = "tokenizer.ggml.add_bos_token";
    private static final String ADD_EOS = "tokenizer.ggml.add_eos_token";

    private static final int[] NO_RANGES = {};

    private static final String END_TAG = "</s>";
    private static final String GEMMA_END = "<eos>";

    /**
     * Texts of the tokens that end an answer even if the file does not name them, or says that they are normal text: files often name only one
     * of two or three. The same list as in llama.cpp's {@code llama-vocab.cpp}; the last lines are those of code models, between files.
     */
    private static final List<String> END_TEXTS = List.of(
            "<|endoftext|>",
            "<|im_end|>",
            "<|end_of_text|>",
            "<|eot_id|>",
            "<|eom_id|>",
            "<|end|>",
            "<end_of_turn>",
            "<turn|>",
            END_TAG,
            GEMMA_END,
            "<EOT>",
            "_<EOT>",
            "[EOT]",
            "[EOS]",
            "<end_of_utterance>",
            "[e~[",
            "<|return|>",
            "<|call|>",
            "<|calls|>",
            "<|flush|>",
            "<\uFF5Cend\u2581of\u2581sentence\uFF5C>",
            "<|fim_pad|>",
            "<fim-pad>",
            "<fim_pad>",
            "<PAD>",
            "[PAD]",
            "<|fim_repo|>",
            "<|repo_name|>",
            "<fim-repo>",
            "<REPO>",
            "<reponame>",
            "<|file_sep|>");

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
    private final List<String> warnings = new ArrayList<>();
    private final Set<Integer> endOfGeneration = new HashSet<>();
    private final Set<Integer> strippingRight = new HashSet<>();
    private final AddedTokens added;

    /**
     * Reads the special tokens.
     *
     * @param defaultBos the BOS of a file that names none, or {@link #NONE}; ignored if it is outside the vocabulary
     * @param defaultEos the same for EOS
     * @param addBosByDefault the default of {@code add_bos_token}
     */
    Tokenizer(Metadata metadata, Vocabulary vocabulary, int defaultBos, int defaultEos, boolean addBosByDefault) {
        this.vocabulary = vocabulary;
        bosId = id(metadata, BOS, defaultBos);
        eosId = id(metadata, EOS, defaultEos);
        addBos = adds(metadata, ADD_BOS, addBosByDefault && bosId != NONE, BOS, bosId);
        addEos = adds(metadata, ADD_EOS, false, EOS, eosId);
        addEnds(metadata);
        if (!metadata.has(Vocabulary.TYPES)) {
            endOfGeneration.forEach(vocabulary::makeSpecial);
            if (bosId != NONE) {
                vocabulary.makeSpecial(bosId);
            }
        }
        added = new AddedTokens(vocabulary);
        if (metadata.string(ARCHITECTURE, "").equals("phi3")) {
            findStrippingRight();
        }
    }

    private void findStrippingRight() {
        Set<Integer> keeping = new HashSet<>();
        for (String text : KEEP_SPACE) {
            keeping.add(vocabulary.id(text));
        }
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.isSpecial(id) && !keeping.contains(id)) {
                strippingRight.add(id);
            }
        }
    }

    /** Finds the tokens that end an answer, and makes those with known texts special. */
    private void addEnds(Metadata metadata) {
        if (eosId != NONE) {
            endOfGeneration.add(eosId);
        }
        for (String key : new String[] {EOS, END_OF_TURN, END_OF_MESSAGE, ENDS}) {
            if (metadata.has(key)) {
                for (long id : metadata.integersOrOne(key)) {
                    if (id >= 0 && id < vocabulary.size()) {
                        endOfGeneration.add((int) id);
                    } else if (!key.equals(EOS)) {
                        warnIgnored(key, id);
                    }
                }
            }
        }
        for (String text : END_TEXTS) {
            int id = vocabulary.id(text);
            if (id != NONE && !(text.equals(END_TAG) && isHtmlTag(id))) {
                vocabulary.makeSpecial(id);
                endOfGeneration.add(id);
            }
        }
    }

    /** Returns whether {@code </s>} is one of the HTML tags among the user-defined tokens of Gemma, whose EOS is another token. */
    private boolean isHtmlTag(int id) {
        return vocabulary.isUserDefined(id) && vocabulary.id(GEMMA_END) != NONE;
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

    /** Returns what the file says of its special tokens and was ignored, for the developer. */
    public final List<String> warnings() {
        return List.copyOf(warnings);
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
        encode(text, NO_RANGES, ids);
        if (addSpecial && addEos) {
            ids.add(eosId);
        }
        return ids.toArray();
    }

    /** Encodes untrusted text, in which the text of a special token is ordinary text. */
    public final int[] encodeLiteral(String text) {
        return encode(text, new int[] {0, text.length()});
    }

    /**
     * Encodes a prompt with parts that are not trusted. A special token is found only in the rest of the text. Otherwise the parts make no
     * difference: words and other tokens may cross their borders.
     *
     * @param literal start and end of each part, in ascending order
     */
    public final int[] encode(String text, int[] literal) {
        IntList ids = new IntList();
        encode(text, literal, ids);
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

    private void encode(String text, int[] literal, IntList ids) {
        AddedTokens.Search search = added.search(text, literal);
        int start = 0;
        while (search.find()) {
            encodeOrdinary(text, start, search.foundStart(), ids);
            ids.add(search.id());
            while (stripsRight(search.id()) && search.position() < text.length() && isSpace(text, search.position())) {
                search.advance();
            }
            start = search.position();
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

    /** Returns the id under a key, the first of an array; the default if there is none, or it is outside the vocabulary. */
    final int id(Metadata metadata, String key, int defaultId) {
        long[] ids = metadata.has(key) ? metadata.integersOrOne(key) : new long[0];
        for (long id : ids) {
            if (id >= 0 && id < size()) {
                return (int) id;
            }
            warnIgnored(key, id);
        }
        return defaultId < size() ? defaultId : NONE;
    }

    private void warnIgnored(String key, long id) {
        warnings.add(key + " is " + id + " but there are " + size() + " tokens; it is ignored");
    }

    private static boolean adds(Metadata metadata, String key, boolean defaultValue, String idKey, int id) {
        boolean adds = metadata.bool(key, defaultValue);
        if (adds && id == NONE && !metadata.has(idKey)) {
            throw new GgufException(key + " is true but " + idKey + " is missing");
        }
        return adds && id != NONE;
    }
}
