"""A tiny random SmolLM3 with YaRN, as its model card has it for 128k, and a NoPE layer; Hugging Face's float32 logits far into it.

Made with Python 3.11, torch 2.15.0, transformers 5.23.0, gguf 0.19.0:
    python core/src/test/oracle/long_context.py core/src/test/resources/tiny

smollm3-128k.gguf holds no tokenizer. smollm3-128k.json holds for each number of tokens (`tokens` gives them) the logits after them; the
last number is beyond the 65,536 that the model was trained for.
"""

import json
import sys
from pathlib import Path

import torch
import transformers as hf
from tiny_models import gguf, randomize, write

LENGTHS = [1000, 10000, 70000]
CHUNK = 1000
SHAPE = dict(
    vocab_size=64,
    hidden_size=16,
    intermediate_size=24,
    num_hidden_layers=4,  # the last has no positional encoding
    num_attention_heads=2,
    num_key_value_heads=1,
    max_position_embeddings=131072,
    rms_norm_eps=1e-5,
    tie_word_embeddings=True,
    pad_token_id=None,
    bos_token_id=None,
    eos_token_id=None,
)
YARN = {"rope_type": "yarn", "rope_theta": 5000000.0, "factor": 2.0, "original_max_position_embeddings": 65536}
SHARPNESS = 3.0  # of attention; otherwise each of many positions has almost no weight


def tokens(count):
    """As LongSequence has them: the upper bits of a linear congruential generator."""
    state, ids = 1, []
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        ids.append((state >> 16) % SHAPE["vocab_size"])
    return torch.tensor([ids])


def logits(model, ids):
    """After each of LENGTHS. In chunks: nothing grows with the square of the length."""
    cache, found = hf.DynamicCache(), []
    with torch.no_grad():
        for start in range(0, max(LENGTHS), CHUNK):
            out = model(ids[:, start : start + CHUNK], past_key_values=cache, use_cache=True, logits_to_keep=1)
            if start + CHUNK in LENGTHS:
                found.append(out.logits[0, -1])
    return found


def model(rope):
    made = hf.SmolLM3ForCausalLM(hf.SmolLM3Config(**SHAPE, rope_parameters=rope)).float().eval()
    randomize(made, norm=1.0, embedding=0.3)
    with torch.no_grad():
        for layer in made.model.layers:
            layer.self_attn.q_proj.weight.mul_(SHARPNESS)
    return made


yarn = model(YARN)
folder = Path(sys.argv[1])
write(folder / "smollm3-128k.gguf", gguf.MODEL_ARCH.SMOLLM3, yarn.config, yarn)
ids = tokens(max(LENGTHS))
expected = logits(yarn, ids)
(folder / "smollm3-128k.json").write_text(
    json.dumps({str(n): [float(f"{v:.8g}") for v in row.tolist()] for n, row in zip(LENGTHS, expected)}) + "\n"
)
plain = logits(model({"rope_type": "default", "rope_theta": 5000000.0}), ids)
for n, row, other in zip(LENGTHS, expected, plain):
    print(n, "greatest", row.abs().max().item(), "difference without YaRN", (row - other).abs().max().item())
