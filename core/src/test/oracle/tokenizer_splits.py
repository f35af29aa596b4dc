"""Writes splits.tsv and more-splits.tsv: how Hugging Face tokenizers cut texts into pieces, by the pattern of each name.

In splits.tsv, a line is the name of the pre-tokenizer in GGUF files, then the pieces, all separated by tabs; together they are the text.
In more-splits.tsv, a line is a name, then for each of the same texts the lengths of its pieces in UTF-16 units, as digits and letters;
z is followed by those of a piece of 35 units or more, in brackets.

Made with tokenizers 0.23.3. Run from core/:  python src/test/oracle/tokenizer_splits.py
"""

from pathlib import Path

from tokenizers import Regex
from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence, Split

from tokenizer_strings import escape, texts, write

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
WORDS = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+"
LLAMA3 = WORDS + r"|\p{N}{1,3}" + REST
QWEN2 = WORDS + r"|\p{N}" + REST
QWEN35 = (
    CONTRACTIONS
    + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LOWER = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
UPPER = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
SLASH = r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
GPT4O = LOWER + CONTRACTIONS + "?|" + UPPER + CONTRACTIONS + r"?|\p{N}{1,3}" + SLASH
TEKKEN = LOWER + "|" + UPPER + r"|\p{N}" + SLASH
DEEPSEEK3 = (
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
CJK = "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"
SCRIPTS = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"
LETTERS = (
    r"\\s?[A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-\u0373\u0376\u0377"
    r"\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5"
    r"\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d"
    r"\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4"
    r"\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d"
    r"\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4"
    r"\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06"
    r"\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a\U00010400-\U0001044f\U000104b0-\U000104d3\U000104d8-\U000104fb\U00010c80-\U00010cb2"
    r"\U00010cc0-\U00010cf2\U000118a0-\U000118df\U0001e900-\U0001e943]+"
).encode().decode("unicode_escape")
SIGNS = r"\s?[!-/:-~" + "\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+"
POLYGLOT = r" ?[^(\s|.,!?" + "\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c" + ")]+"
GPT2 = ByteLevel(add_prefix_space=False, use_regex=True)
# ByteLevel's own pattern, for what follows it: ByteLevel would pass on the letters that it spells bytes with.
GPT2_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def split(pattern):
    return Split(Regex(pattern), "isolated")


def sequence(*patterns):
    return Sequence([split(pattern) if isinstance(pattern, str) else pattern for pattern in patterns])


# The patterns that llama.cpp's llama-vocab.cpp has for a name; its comments have the original where its own engine needs another.
PRE_TOKENIZERS = {
    "gpt-2": GPT2,
    "smollm": sequence(Digits(individual_digits=True), GPT2),
    "llama-bpe": split(LLAMA3),
    "qwen2": split(QWEN2),
    "qwen35": split(QWEN35),
    "ufakzeka": split(QWEN2.removeprefix(CONTRACTIONS + "|")),
    "gpt-4o": split(GPT4O),
    "tekken": split(TEKKEN),
    "deepseek-v3": sequence(r"\p{N}{1,3}", CJK, DEEPSEEK3),
    "deepseek-llm": sequence("[\r\n]", LETTERS, SIGNS, r"\s+$", SCRIPTS, r"\p{N}+"),
    "deepseek-coder": sequence("[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", SCRIPTS, r"\p{N}"),
    "seed-coder": split(WORDS + r"|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+"),
    "bailingmoe": split(
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
    ),
    "minicpm5": sequence(r"\p{N}{1,3}", WORDS + r"|\p{N}+" + REST),
    "bloom": split(POLYGLOT),
    "viking": sequence(POLYGLOT, r"\p{N}"),
    "falcon": sequence(r"[\p{P}\$\+<=>\^~\|`]+", GPT2_PATTERN, "[0-9][0-9][0-9]"),
    "default": sequence(r"[\p{P}\$\+<=>\^~\|]+", GPT2_PATTERN, r"\p{N}+", "[0-9][0-9][0-9]"),
}


WRITTEN_OUT = ["gpt-2", "smollm", "llama-bpe", "qwen2"]


def pieces(name, text):
    parts = [text[start:end] for _, (start, end) in PRE_TOKENIZERS[name].pre_tokenize_str(text)]
    assert "".join(parts) == text
    return parts


def length(piece):
    units = len(piece.encode("utf-16-le")) // 2
    return "0123456789abcdefghijklmnopqrstuvwxy"[units] if units < 35 else f"z({units})"


def main():
    folder = Path("src/test/resources/tokenizer")
    write(folder / "splits.tsv", ["\t".join([name, *map(escape, pieces(name, text))]) for name in WRITTEN_OUT for text in texts()])
    write(
        folder / "more-splits.tsv",
        ["\t".join([name, *("".join(map(length, pieces(name, text))) for text in texts())]) for name in PRE_TOKENIZERS if name not in WRITTEN_OUT],
    )


if __name__ == "__main__":
    main()
