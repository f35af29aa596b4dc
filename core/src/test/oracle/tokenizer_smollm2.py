"""Writes smollm2.tsv: token ids and decoded text by Hugging Face tokenizers for the vocabulary of SmolLM2.

The tokenizer is put together from a GGUF file's tokens and merges as SmolLM2's tokenizer.json has it. A line is a text, its
ids, what they decode to with special tokens ("\\=" if that is the text) and without ("\\=" if that is the same).

Made with tokenizers 0.23.3 and gguf 0.19.0. Run from core/:
    python src/test/oracle/tokenizer_smollm2.py .../SmolLM2-135M-Instruct.Q4_1.gguf
"""

import sys
from pathlib import Path

from gguf import GGUFReader, TokenType
from tokenizers import AddedToken, Tokenizer, decoders, models
from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence

from tokenizer_strings import escape, texts, write

WITH_SPECIAL = [
    "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\nHi!<|im_end|>\n"
    "<|im_start|>assistant\n",
    "<|im_start|>",
    "<|im_end|><|im_end|>",
    "<|endoftext|>",
    "a<|endoftext|>b",
    " <|im_end|> ",
    "  <|im_end|>  x",
    "\n<|im_end|>\n",
    "<|im_start|",
    "<|im_start|<|im_start|>|>",
    "<<|im_end|>>",
    "<|<|im_end|>",
    "<|IM_END|>",
    "<|im_ end|>",
    "<repo_name>a/b<file_sep>c.py\n<reponame><filename>",
    "<gh_stars>1<issue_start><issue_comment>no<issue_closed>",
    "<jupyter_start><jupyter_text>t<jupyter_code>1+1<jupyter_output>2<jupyter_script><empty_output>",
    "<repo_name><repo_name",
    "don<|im_end|>'t",
    "12<|im_end|>34",
    "😀<|im_end|>😀",
    "   <|im_end|>1",
]


def smollm2(gguf):
    fields = GGUFReader(gguf).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
    types = fields["tokenizer.ggml.token_type"].contents()
    tokenizer = Tokenizer(models.BPE(vocab={token: id for id, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = Sequence(
        [Digits(individual_digits=True), ByteLevel(add_prefix_space=False, use_regex=True)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    special = [token for token, kind in zip(tokens, types) if kind == TokenType.CONTROL]
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in special])
    assert tokenizer.get_vocab_size() == len(tokens)
    return tokenizer


def main():
    tokenizer = smollm2(sys.argv[1])
    lines = []
    for text in texts() + WITH_SPECIAL:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        decoded = tokenizer.decode(ids, skip_special_tokens=False)
        visible = tokenizer.decode(ids, skip_special_tokens=True)
        lines.append(
            "\t".join(
                [
                    escape(text),
                    " ".join(map(str, ids)),
                    r"\=" if decoded == text else escape(decoded),
                    r"\=" if visible == decoded else escape(visible),
                ]
            )
        )
    write(Path("src/test/resources/tokenizer/smollm2.tsv"), lines)


if __name__ == "__main__":
    main()
