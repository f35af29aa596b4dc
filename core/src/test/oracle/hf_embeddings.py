"""Embeddings by Hugging Face transformers in float32, on the dequantized weights: the mean of a text's hidden states after the final norm.

Made with Python 3.11, torch 2.15.0, transformers 5.23.0, gguf 0.19.0, numpy 2.4.6:
    python core/src/test/oracle/hf_embeddings.py SmolLM2-135M-Instruct.Q4_1.gguf core/src/test/resources/reference

Writes, into the given folder:
    smollm2-135m-embeddings.f32    for the prompts NAMES of smollm2-135m-greedy.json, in order: 576 little-endian float32
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch

from hf_logits import load

NAMES = ["prose", "question", "chat-multi-turn"]


def main(weights, folder):
    model = load(weights).model
    ids = {prompt["name"]: prompt["prompt_ids"] for prompt in json.loads((folder / "smollm2-135m-greedy.json").read_text())}
    means = [model(torch.tensor([ids[name]])).last_hidden_state.mean(1)[0].numpy() for name in NAMES]
    np.concatenate(means).astype("<f4").tofile(folder / "smollm2-135m-embeddings.f32")


if __name__ == "__main__":
    with torch.inference_mode():
        main(sys.argv[1], Path(sys.argv[2]))
