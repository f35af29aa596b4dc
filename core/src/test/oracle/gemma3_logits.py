"""Logits by Hugging Face transformers in float32, on weights that its own GGUF reader dequantizes, for the prompts of gemma3-270m-greedy-f32.json.

Made with Python 3.11, torch 2.15.0, transformers 5.24.0, gguf 0.19.0; run llama_cpp_greedy.mjs first:
    python core/src/test/oracle/gemma3_logits.py gemma-3-270m-Q4_K_M.gguf core/src/test/resources/reference

Writes, into the given folder:
    gemma3-270m-logits-every-256th.f32     logits after the last prompt token, of ids 0, 256, 512, ...: 1024 little-endian float32 for each prompt, in order
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

STRIDE = 256


def main(weights, folder):
    torch.set_num_threads(1)
    model = AutoModelForCausalLM.from_pretrained(
        weights.parent, gguf_file=weights.name, attn_implementation="eager", dtype=torch.float32
    ).eval()
    prompts = json.loads((folder / "gemma3-270m-greedy-f32.json").read_text())
    last = [model(torch.tensor([prompt["prompt_ids"]])).logits[0, -1] for prompt in prompts]
    torch.stack(last)[:, ::STRIDE].numpy().astype("<f4").tofile(folder / "gemma3-270m-logits-every-256th.f32")


if __name__ == "__main__":
    with torch.inference_mode():
        main(Path(sys.argv[1]), Path(sys.argv[2]))
