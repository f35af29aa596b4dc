"""Writes NAME.tsv for real vocabularies: token ids and decoded text by Hugging Face tokenizers.

NAME is llama3, qwen3, gemma3 or llama2; the files NAME/tokenizer.json lie where e2e/setup put them. A line is a text, its ids
(with what the tokenizer adds itself), what they decode to with special tokens ("\\=" if that is the text) and without ("\\=" if
that is the same).

Made with tokenizers 0.23.3. Run from core/:
    python src/test/oracle/tokenizer_vocabularies.py ~/.cache/demitasse/tokenizers
"""

import sys
from pathlib import Path

from tokenizers import Tokenizer

from tokenizer_strings import escape, texts, write

WITH_SPECIAL = {
    "llama3": [
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi!<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        "a<|eot_id|>b", " <|eot_id|> ", "<|eot_id|", "<<|eot_id|>>", "<|EOT_ID|>", "<|reserved_special_token_7|>x", "12<|eom_id|>34",
    ],
    "qwen3": [
        "<|im_start|>user\nHi!<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n", "<tool_call>\n{}\n</tool_call>",
        "a<think>b", " </think> ", "<think", "<|im_end|", "e\u0301<|im_end|>\u0301", "<tool_response><|endoftext|>",
    ],
    "gemma3": [
        "<bos><start_of_turn>user\nHi!<end_of_turn>\n<start_of_turn>model\n", "a<eos>b", " <end_of_turn> ", "<start_of_turn", "<unused7>x",
        "<table><tr><td>1</td></tr></table>", "a\n\n\nb", "\t\t\tx", "a    b     c", "\u2581a\u2581\u2581b", "<h1>x</h1>", "[multimodal]",
    ],
    "llama2": ["<s>[INST] Hi! [/INST]", "a</s>b", " </s> ", "<s", "</s></s>", "<unk>", "\u2581a", "a\u2581\u2581b", "<0x41>", "<s> x</s> <s>y"],
}  # fmt: skip
MORE = [
    "\u1100\u1161\u11a8 \u1112\u1161\u11ab\u1100\u1173\u11af \uac00\u11a8 \u1100\u1173\u1161", "\u212b \u2126 \u2000 \u0344 \u0958 \u0f73 \ufb1d \U0001d15e",
    "a\u0327\u0301 a\u0301\u0327 q\u0307\u0323 q\u0323\u0307 \u1e0b\u0323 \u0041\u030a\u0301", "\u0915\u093c \u09c7\u09be \u0b47\u0b3e \u0bc6\u0bbe \u0cca\u0cd5 \u1025\u102e",
    "\u0300a\u0300", "\u00e9\u0301\u0302", "\uf900\ufa10 \U0002f800", "\u05d0\u05b7\u05bc \ufb2e", "\U00011131\U00011127 \U000114b9\U000114ba",
]  # fmt: skip

for name, special in WITH_SPECIAL.items():
    tokenizer = Tokenizer.from_file(str(Path(sys.argv[1]) / name / "tokenizer.json"))
    lines = []
    for text in texts() + MORE + special:
        ids = tokenizer.encode(text).ids
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
    write(Path(f"src/test/resources/tokenizer/{name}.tsv"), lines)
