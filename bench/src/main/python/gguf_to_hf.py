"""Writes a GGUF file of the Llama architecture as a folder of Hugging Face's: float32 weights, configuration, tokenizer.

    python gguf_to_hf.py SmolLM2-135M-Instruct.Q4_1.gguf FOLDER
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models
from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence

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


def weights(reader, heads):
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
        yield name + ".weight", np.ascontiguousarray(weight, dtype=np.float32)


def tokenizer(field):
    """The one of SmolLM's vocabularies, as core's tokenizer_smollm2.py has it."""
    assert field("tokenizer.ggml.pre") == "smollm"
    tokens = field("tokenizer.ggml.tokens")
    merges = [tuple(merge.split(" ")) for merge in field("tokenizer.ggml.merges")]
    types = field("tokenizer.ggml.token_type")
    result = Tokenizer(models.BPE(vocab={token: id for id, token in enumerate(tokens)}, merges=merges))
    result.pre_tokenizer = Sequence(
        [Digits(individual_digits=True), ByteLevel(add_prefix_space=False, use_regex=True)]
    )
    result.decoder = decoders.ByteLevel()
    special = [token for token, kind in zip(tokens, types) if kind == gguf.TokenType.CONTROL]
    result.add_special_tokens([AddedToken(token, normalized=False) for token in special])
    return result


def main(source, folder):
    reader = gguf.GGUFReader(source)

    def field(key):
        return reader.get_field(key).contents()

    heads = {"attn_q": field("llama.attention.head_count"), "attn_k": field("llama.attention.head_count_kv")}
    state = dict(weights(reader, heads))
    begin, end = field("tokenizer.ggml.bos_token_id"), field("tokenizer.ggml.eos_token_id")
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": len(state["model.embed_tokens.weight"]),
        "hidden_size": field("llama.embedding_length"),
        "intermediate_size": field("llama.feed_forward_length"),
        "num_hidden_layers": field("llama.block_count"),
        "num_attention_heads": heads["attn_q"],
        "num_key_value_heads": heads["attn_k"],
        "head_dim": field("llama.rope.dimension_count"),
        "hidden_act": "silu",
        "max_position_embeddings": field("llama.context_length"),
        "rms_norm_eps": round(field("llama.attention.layer_norm_rms_epsilon"), 9),
        "rope_theta": field("llama.rope.freq_base"),
        "tie_word_embeddings": "lm_head.weight" not in state,
        "attention_bias": False,
        "mlp_bias": False,
        "bos_token_id": begin,
        "eos_token_id": end,
        "pad_token_id": end,
        "torch_dtype": "float32",
    }
    tokens = field("tokenizer.ggml.tokens")
    tokenizer_config = {
        "tokenizer_class": "GPT2Tokenizer",
        "bos_token": tokens[begin],
        "eos_token": tokens[end],
        "pad_token": tokens[end],
        "unk_token": tokens[field("tokenizer.ggml.unknown_token_id")],
        "model_max_length": field("llama.context_length"),
        "clean_up_tokenization_spaces": False,
        "chat_template": field("tokenizer.chat_template"),
    }
    generation_config = {"bos_token_id": begin, "eos_token_id": end, "pad_token_id": end}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer(field).save(str(folder / "tokenizer.json"))
    for name, content in [
        ("config", config),
        ("tokenizer_config", tokenizer_config),
        ("generation_config", generation_config),
    ]:
        (folder / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")


main(sys.argv[1], Path(sys.argv[2]))
