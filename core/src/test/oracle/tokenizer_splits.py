"""Writes splits.tsv: how Hugging Face tokenizers cut texts into pieces, by each pattern that we scan by hand.

A line is the name of the pre-tokenizer in GGUF files, then the pieces, all separated by tabs; together they are the text.

Made with tokenizers 0.23.3. Run from core/:  python src/test/oracle/tokenizer_splits.py
"""

from pathlib import Path

from tokenizers import Regex
from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence, Split

from tokenizer_strings import escape, texts, write

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")

PRE_TOKENIZERS = {
    "gpt-2": ByteLevel(add_prefix_space=False, use_regex=True),
    "smollm": Sequence([Digits(individual_digits=True), ByteLevel(add_prefix_space=False, use_regex=True)]),
    "llama-bpe": Split(Regex(LLAMA3), "isolated"),
    "qwen2": Split(Regex(QWEN2), "isolated"),
}


def main():
    lines = []
    for name, pre_tokenizer in PRE_TOKENIZERS.items():
        for text in texts():
            pieces = [text[start:end] for _, (start, end) in pre_tokenizer.pre_tokenize_str(text)]
            assert "".join(pieces) == text
            lines.append("\t".join([name, *map(escape, pieces)]))
    write(Path("src/test/resources/tokenizer/splits.tsv"), lines)


main()
