"""SmolLM2's perplexity over a text, by Hugging Face transformers in float32, on the dequantized weights.

The text is the beginning of Lewis Carroll's "Alice's Adventures in Wonderland" (1865).

Made with Python 3.11, torch 2.15.0, transformers 5.23.0, gguf 0.19.0, tokenizers 0.23.3:
    python core/src/test/oracle/perplexity.py SmolLM2-135M-Instruct.Q4_1.gguf core/src/test/resources/reference

Writes perplexity.json: {tokens, perplexity}, of all tokens but the first.
"""

import json
import sys
from pathlib import Path

import torch
from hf_logits import load
from tokenizer_smollm2 import smollm2

weights, folder = sys.argv[1], Path(sys.argv[2])
ids = torch.tensor([smollm2(weights).encode((folder / "alice.txt").read_text()).ids])
with torch.no_grad():
    logits = load(weights)(ids).logits[0, :-1]
loss = torch.nn.functional.cross_entropy(logits, ids[0, 1:])
result = {"tokens": ids.shape[1], "perplexity": round(loss.exp().item(), 6)}
(folder / "perplexity.json").write_text(json.dumps(result) + "\n")
print(result)
