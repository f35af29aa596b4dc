"""Logits by Hugging Face transformers in float32, on the dequantized weights, for the prompts of smollm2-135m-greedy.json.

Made with Python 3.11, torch 2.15.0, transformers 5.23.0, gguf 0.19.0, numpy 2.4.6; run llama_cpp_greedy.mjs first:
    python core/src/test/oracle/hf_logits.py SmolLM2-135M-Instruct.Q4_1.gguf core/src/test/resources/reference

Writes, into the given folder:
    smollm2-135m-hf.json                   for each prompt
        steps: before each of llama.cpp's tokens, given all those ahead of it: [argmax id, its logit, second-highest logit]
        greedy_ids: transformers' own greedy continuation, at most 64 tokens, ending with <|im_end|> or <|endoftext|>
    smollm2-135m-logits-NAME.f32           logits after the last prompt token, 49152 little-endian float32; two prompts
    smollm2-135m-logits-every-16th.f32     the same of ids 0, 16, 32, ..., 49136: 3072 for each prompt, in order
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM

MAX_TOKENS = 64
END_IDS = [0, 2]  # <|endoftext|>, <|im_end|>
FULL = ["prose", "chat-multi-turn"]
STRIDE = 16

TOP = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
BLOCK = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def halves_from_interleaved(weight, heads):
    """Undoes the converter's permutation of q and k rows: pairs (2i, 2i + 1) of a head become (i, i + half)."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def load(path):
    """The file's weights, dequantized to float32, in a LlamaForCausalLM."""
    reader = gguf.GGUFReader(path)

    def field(key):
        return reader.get_field("llama." + key).contents()

    heads = {"attn_q": field("attention.head_count"), "attn_k": field("attention.head_count_kv")}
    state = {}
    for tensor in reader.tensors:
        weight = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        name = tensor.name.removesuffix(".weight")
        if name.startswith("blk."):
            _, layer, part = name.split(".")
            if part in heads:
                weight = halves_from_interleaved(weight, heads[part])
            name = f"model.layers.{layer}.{BLOCK[part]}"
        else:
            name = TOP[name]
        state[name + ".weight"] = torch.from_numpy(np.array(weight, dtype=np.float32))
    tied = "lm_head.weight" not in state
    if tied:
        state["lm_head.weight"] = state["model.embed_tokens.weight"]
    config = LlamaConfig(
        vocab_size=state["model.embed_tokens.weight"].shape[0],
        hidden_size=field("embedding_length"),
        intermediate_size=field("feed_forward_length"),
        num_hidden_layers=field("block_count"),
        num_attention_heads=heads["attn_q"],
        num_key_value_heads=heads["attn_k"],
        max_position_embeddings=field("context_length"),
        rms_norm_eps=field("attention.layer_norm_rms_epsilon"),
        rope_parameters={"rope_type": "default", "rope_theta": field("rope.freq_base")},
        tie_word_embeddings=tied,
        attn_implementation="eager",
        dtype=torch.float32,
    )
    model = LlamaForCausalLM(config).eval()
    model.load_state_dict(state)
    return model


def greedy(model, prompt_ids):
    ids = torch.tensor([prompt_ids])
    out = model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        do_sample=False,
        max_new_tokens=MAX_TOKENS,
        eos_token_id=END_IDS,
        pad_token_id=END_IDS[0],
    )
    return out[0, len(prompt_ids) :].tolist()


def shortest(logit):
    """The fewest digits that give the same float32."""
    return float(str(np.float32(logit)))


def main(weights, folder):
    torch.set_num_threads(1)
    model = load(weights)
    results = []
    sampled = []
    for prompt in json.loads((folder / "smollm2-135m-greedy.json").read_text()):
        name, prompt_ids, generated_ids = prompt["name"], prompt["prompt_ids"], prompt["generated_ids"]
        logits = model(torch.tensor([prompt_ids + generated_ids[:-1]])).logits[0, len(prompt_ids) - 1 :]
        top = logits.topk(2)
        steps = [
            [int(ids[0]), shortest(values[0]), shortest(values[1])] for ids, values in zip(top.indices, top.values)
        ]
        results.append({"name": name, "steps": steps, "greedy_ids": greedy(model, prompt_ids)})
        last = logits[0].numpy().astype("<f4")
        sampled.append(last[::STRIDE])
        if name in FULL:
            last.tofile(folder / f"smollm2-135m-logits-{name}.f32")
    np.concatenate(sampled).tofile(folder / "smollm2-135m-logits-every-16th.f32")
    lines = [json.dumps(result, separators=(",", ":")) for result in results]
    (folder / "smollm2-135m-hf.json").write_text("[\n  " + ",\n  ".join(lines) + "\n]\n")


if __name__ == "__main__":
    with torch.inference_mode():
        main(sys.argv[1], Path(sys.argv[2]))
