package dev.demitasse.tokenizer;

import org.jspecify.annotations.Nullable;

/**
 * Splits text into words, within which BPE may merge: by one pattern or by several, each within the words of the one before. Text between
 * matches is a word, too ({@code Split} with {@code isolated} in Hugging Face's {@code tokenizer.json}).
 */
final class PreTokenizer {
    /** Receives words. */
    interface Words {
        /** Takes the word from {@code start} to {@code end} of the text. */
        void word(int start, int end);
    }

    private static final String CONTRACTIONS = "'s|'t|'re|'ve|'m|'ll|'d";
    private static final String ANY_CASE = "(?i:" + CONTRACTIONS + ")";
    private static final String LETTERS = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
    private static final String REST = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final String GPT_2 = CONTRACTIONS + "| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    private static final String LLAMA_3 = ANY_CASE + "|" + LETTERS + "|\\p{N}{1,3}" + REST;
    private static final String QWEN_2 = ANY_CASE + "|" + LETTERS + "|\\p{N}" + REST;
    private static final String QWEN_3_5 = ANY_CASE
            + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+"
            + "|\\s+(?!\\S)|\\s+";

    // Words of GPT-4o: capitals then small letters, or capitals alone.
    private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOWER_WORD = "[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "*" + LOWER + "+";
    private static final String UPPER_WORD = "[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "+" + LOWER + "*";
    private static final String SLASH_REST = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String GPT_4O =
            LOWER_WORD + ANY_CASE + "?|" + UPPER_WORD + ANY_CASE + "?|\\p{N}{1,3}" + SLASH_REST;
    private static final String TEKKEN = LOWER_WORD + "|" + UPPER_WORD + "|\\p{N}" + SLASH_REST;

    private static final String CJK = "[一-龥\u3040-ゟ゠-ヿ]+";
    private static final String DEEPSEEK_3 = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
            + "|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String DEEPSEEK_SCRIPTS = "[一-龥ࠀ-一가-\uD7FF]+";
    private static final String DEEPSEEK_LETTERS =
            "\\s?[A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293\u0295-\u02AF\u0370-"
                    + "\u0373\u0376\u0377\u037B-\u037D\u037F\u0386\u0388-\u038A\u038C\u038E-\u03A1\u03A3-\u03F5\u03F7-\u0481"
                    + "\u048A-\u052F\u0531-\u0556\u10A0-\u10C5\u13A0-\u13F5\u13F8-\u13FD\u1C90-\u1CBA\u1CBD-\u1CBF\u1D00-\u1D2B"
                    + "\u1D6B-\u1D77\u1D79-\u1D9A\u1E00-\u1F15\u1F18-\u1F1D\u1F20-\u1F45\u1F48-\u1F4D\u1F50-\u1F57\u1F59\u1F5B"
                    + "\u1F5D\u1F5F-\u1F7D\u1F80-\u1FB4\u1FB6-\u1FBC\u1FBE\u1FC2-\u1FC4\u1FC6-\u1FCC\u1FD0-\u1FD3\u1FD6-\u1FDB"
                    + "\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC\u2102\u2107\u210A-\u2113\u2115\u2119-\u211D\u2124\u2126\u2128"
                    + "\u212A-\u212D\u212F-\u2134\u2139\u213C-\u213F\u2145-\u2149\u214E\u2183\u2184\u2C00-\u2C7B\u2C7E-\u2CE4"
                    + "\u2CEB-\u2CEE\u2CF2\u2CF3\uA640-\uA66D\uA680-\uA69B\uA722-\uA76F\uA771-\uA787\uA78B-\uA78E\uAB70-\uABBF"
                    + "\uFB00-\uFB06\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A\uD801\uDC00-\uD801\uDC4F\uD801\uDCB0-\uD801\uDCD3"
                    + "\uD801\uDCD8-\uD801\uDCFB\uD803\uDC80-\uD803\uDCB2\uD803\uDCC0-\uD803\uDCF2\uD806\uDCA0-\uD806\uDCDF"
                    + "\uD83A\uDD00-\uD83A\uDD43]+";
    private static final String DEEPSEEK_SIGNS = "\\s?[!-/:-~！-／：-～‘-‟\u3000-。]+";
    // \s+$, which would be tried at each character of a run of white space.
    private static final String TRAILING_SPACE = "(?<!\\s)\\s+$";
    private static final String SEED_CODER =
            ANY_CASE + "|" + LETTERS + "|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String BAILING =
            "'(?i:[sdmt]|ll|ve|re)|" + LETTERS + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
    private static final String POLYGLOT = " ?[^(\\s|.,!?…。，、।۔،)]+";
    private static final String PUNCTUATION = "[\\p{P}$+<=>^~|]+";

    private final WordPattern[] patterns;

    private PreTokenizer(String... expressions) {
        patterns = new WordPattern[expressions.length];
        for (int i = 0; i < patterns.length; i++) {
            patterns[i] = WordPattern.of(expressions[i]);
        }
    }

    /**
     * Returns the pre-tokenizer with a name of llama.cpp's {@code convert_hf_to_gguf.py} and the patterns that {@code llama-vocab.cpp} gives
     * it, in the form of {@code tokenizer.json}; null if the name is unknown.
     */
    static @Nullable PreTokenizer of(String name) {
        return switch (name) {
            case "gpt-2",
                    "phi-2",
                    "mpt",
                    "olmo",
                    "jais",
                    "trillion",
                    "granite-docling",
                    "exaone4",
                    "gigachat",
                    "a.x-4.0",
                    "mellum",
                    "modern-bert",
                    "jina-es",
                    "jina-de",
                    "jina-v2-es",
                    "jina-v2-de" -> new PreTokenizer(GPT_2);
            case "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2" ->
                new PreTokenizer("\\p{Numeric}", GPT_2);
            case "llama-bpe",
                    "llama3",
                    "llama-v3",
                    "falcon3",
                    "falcon-h1",
                    "pixtral",
                    "midm-2.0",
                    "lfm2",
                    "jina-v5-nano",
                    "smaug-bpe",
                    "dbrx",
                    "glm4",
                    "chatglm-bpe" -> new PreTokenizer(LLAMA_3);
            case "qwen2",
                    "deepseek-r1-qwen",
                    "kormo",
                    "f2llmv2",
                    "megrez",
                    "stablelm2",
                    "hunyuan",
                    "solar-open",
                    "grok-2" -> new PreTokenizer(QWEN_2);
            case "qwen35" -> new PreTokenizer(QWEN_3_5);
            case "ufakzeka" -> new PreTokenizer(LETTERS + "|\\p{N}" + REST);
            case "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2", "granite-embed-multi-97m" ->
                new PreTokenizer(GPT_4O);
            case "tekken" -> new PreTokenizer(TEKKEN);
            case "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4" ->
                new PreTokenizer("\\p{N}{1,3}", CJK, DEEPSEEK_3);
            case "deepseek-llm" ->
                new PreTokenizer(
                        "[\\r\\n]", DEEPSEEK_LETTERS, DEEPSEEK_SIGNS, TRAILING_SPACE, DEEPSEEK_SCRIPTS, "\\p{N}+");
            case "deepseek-coder" ->
                new PreTokenizer("[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", DEEPSEEK_SCRIPTS, "\\p{N}");
            case "seed-coder" -> new PreTokenizer(SEED_CODER);
            case "bailingmoe", "bailingmoe2", "llada-moe" -> new PreTokenizer(BAILING);
            case "minicpm5" -> new PreTokenizer("\\p{N}{1,3}", ANY_CASE + "|" + LETTERS + "|\\p{N}+" + REST);
            case "bloom", "gpt3-finnish", "poro-chat" -> new PreTokenizer(POLYGLOT);
            case "viking" -> new PreTokenizer(POLYGLOT, "\\p{N}");
            case "falcon" -> new PreTokenizer("[\\p{P}$+<=>^~|`]+", GPT_2, "[0-9][0-9][0-9]");
            case "default" -> new PreTokenizer(PUNCTUATION, GPT_2, "\\p{N}+", "[0-9][0-9][0-9]");
            default -> null;
        };
    }

    /**
     * Splits a text.
     *
     * @param limit end of the text, as before an added token: what follows makes no difference
     */
    void split(String text, int start, int limit, Words words) {
        split(0, text, start, limit, words);
    }

    private void split(int stage, String text, int start, int limit, Words words) {
        if (stage == patterns.length) {
            words.word(start, limit);
            return;
        }
        int gap = start;
        for (int i = start; i < limit; ) {
            int end = patterns[stage].end(text, start, limit, i);
            if (end <= i) {
                i += Character.charCount(text.codePointAt(i));
                continue;
            }
            if (gap < i) {
                split(stage + 1, text, gap, i, words);
            }
            split(stage + 1, text, i, end, words);
            i = end;
            gap = end;
        }
        if (gap < limit) {
            split(stage + 1, text, gap, limit, words);
        }
    }
}
