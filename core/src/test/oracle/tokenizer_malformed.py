"""Writes malformed.tsv: what Hugging Face tokenizers make of bytes that are mostly not UTF-8.

A line is the bytes in hexadecimal and the text, separated by a tab.

Made with tokenizers 0.23.3 and transformers 5.23.0. Run from core/:  python src/test/oracle/tokenizer_malformed.py
"""

import random
from pathlib import Path

from tokenizers import decoders
from transformers.convert_slow_tokenizer import bytes_to_unicode

from tokenizer_strings import escape, write

# Bytes that begin or continue the longer forms, and the bounds of what may follow each.
CHOICES = bytes.fromhex("61 80 8f 90 9f a0 bf c1 c2 df e0 e1 ed ef f0 f1 f4 f5 ff")


def main():
    alphabet = bytes_to_unicode()
    decoder = decoders.ByteLevel()
    source = random.Random(20)
    found = {}
    for first in CHOICES:
        for second in CHOICES:
            found[bytes([first, second])] = None
    for _ in range(600):
        found[bytes(source.choice(CHOICES) for _ in range(source.randint(3, 6)))] = None
    lines = [data.hex() + "\t" + escape(decoder.decode([alphabet[b] for b in data])) for data in found]
    write(Path("src/test/resources/tokenizer/malformed.tsv"), lines)


main()
