"""Tiny random models of each architecture as GGUF in float32, and Hugging Face's float32 logits for them: resources/tiny.

Made with Python 3.11, torch 2.15.0, transformers 5.23.0, gguf 0.19.0:
    python core/src/test/oracle/tiny_models.py core/src/test/resources/tiny

NAME.gguf holds no tokenizer. NAME.json holds
    prompt     70 token ids
    logits     after the first 1, 17 and 70 of them
    greedy     24 ids that follow the first 17
    last       logits after those
    embedding  mean of the hidden states of the prompt's first 17, after the final norm
"""

import json
import math
import sys
from pathlib import Path

import gguf
import torch
import transformers as hf

VOCABULARY = 288
LENGTHS = [1, 17, 70]
SHAPE = dict(
    vocab_size=VOCABULARY,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=4,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=256,
    rms_norm_eps=1e-5,
    pad_token_id=None,
    bos_token_id=None,
    eos_token_id=None,
)
PLAIN = {"rope_type": "default", "rope_theta": 10000.0}
LLAMA3 = {
    "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
YARN = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 64}



def gemma3(rope):
    """Seven layers: five that see a window, one that sees everything, one more with a window."""
    return hf.Gemma3TextConfig(
        **{**SHAPE, "num_hidden_layers": 7}, head_dim=16, query_pre_attn_scalar=16, sliding_window=8,
        rope_parameters={"full_attention": {**rope, "rope_theta": 1000000.0}, "sliding_attention": PLAIN},
        tie_word_embeddings=True,
    )


def phi3_longrope(original):
    rope = {
        "rope_type": "longrope", "rope_theta": 10000.0, "original_max_position_embeddings": original,
        "short_factor": [1.0, 1.1, 1.3, 1.7], "long_factor": [1.2, 2.0, 4.0, 9.0],
    }
    return hf.Phi3Config(**SHAPE, original_max_position_embeddings=original, rope_parameters=rope)


MODELS = {
    "llama": (gguf.MODEL_ARCH.LLAMA, hf.LlamaConfig(**SHAPE, rope_parameters=PLAIN, tie_word_embeddings=False)),
    "llama3": (gguf.MODEL_ARCH.LLAMA, hf.LlamaConfig(**SHAPE, rope_parameters=LLAMA3, tie_word_embeddings=True)),
    "smollm3": (gguf.MODEL_ARCH.SMOLLM3, hf.SmolLM3Config(**SHAPE, rope_parameters=PLAIN, tie_word_embeddings=True)),
    "smollm3-yarn": (gguf.MODEL_ARCH.SMOLLM3, hf.SmolLM3Config(**SHAPE, rope_parameters=YARN, tie_word_embeddings=True)),
    "qwen2": (gguf.MODEL_ARCH.QWEN2, hf.Qwen2Config(**SHAPE, rope_parameters=PLAIN, tie_word_embeddings=True)),
    "gemma2": (
        gguf.MODEL_ARCH.GEMMA2,
        hf.Gemma2Config(
            **SHAPE, head_dim=16, query_pre_attn_scalar=16, sliding_window=8, attn_logit_softcapping=2.0,
            final_logit_softcapping=5.0, rope_parameters=PLAIN, tie_word_embeddings=True,
        ),
    ),
    "gemma3": (gguf.MODEL_ARCH.GEMMA3, gemma3(PLAIN)),
    "gemma3-linear": (gguf.MODEL_ARCH.GEMMA3, gemma3({**PLAIN, "rope_type": "linear", "factor": 8.0})),
    "phi3": (gguf.MODEL_ARCH.PHI3, hf.Phi3Config(**SHAPE, sliding_window=23, rope_parameters=PLAIN)),
    # Contexts of 128 are beyond one's pre-training and within the other's.
    "phi3-long": (gguf.MODEL_ARCH.PHI3, phi3_longrope(16)),
    "phi3-short": (gguf.MODEL_ARCH.PHI3, phi3_longrope(128)),
    "qwen3": (gguf.MODEL_ARCH.QWEN3, hf.Qwen3Config(**SHAPE, head_dim=16, rope_parameters=PLAIN, tie_word_embeddings=False)),
}
# The converter permutes the rows of q and k for interleaved RoPE in these (convert_hf_to_gguf.py, LlamaModel.permute).
INTERLEAVED = {gguf.MODEL_ARCH.LLAMA, gguf.MODEL_ARCH.SMOLLM3}
# Norms that multiply by 1 + weight: the converter adds the 1 (Gemma2Model.modify_tensors).
ONE_PLUS = {gguf.MODEL_ARCH.GEMMA2, gguf.MODEL_ARCH.GEMMA3}


def randomize(model, norm, embedding):
    torch.manual_seed(7)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter.normal_(norm, 0.2)
            else:
                parameter.normal_(0.0, embedding if "embed" in name else 0.3 if "bias" in name else 0.25)


def permute(weight, heads):
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def llama3_factors(rope, dimensions):
    """What rope_freqs.weight holds (convert_hf_to_gguf.py, LlamaModel.generate_extra_tensors)."""
    factors = []
    for i in range(0, dimensions, 2):
        wavelength = 2 * math.pi * rope["rope_theta"] ** (i / dimensions)
        low = rope["original_max_position_embeddings"] / rope["low_freq_factor"]
        high = rope["original_max_position_embeddings"] / rope["high_freq_factor"]
        if wavelength < high:
            factors.append(1.0)
        elif wavelength > low:
            factors.append(rope["factor"])
        else:
            smooth = (rope["original_max_position_embeddings"] / wavelength - rope["low_freq_factor"]) / (
                rope["high_freq_factor"] - rope["low_freq_factor"]
            )
            factors.append(1 / ((1 - smooth) / rope["factor"] + smooth))
    return torch.tensor(factors, dtype=torch.float32)


def longrope_magnitude(config):
    """Factor on cos and sin (convert_hf_to_gguf.py, Phi3MiniModel.generate_extra_tensors)."""
    original = config.original_max_position_embeddings
    return math.sqrt(1 + math.log(config.max_position_embeddings / original) / math.log(original))


def write(path, architecture, config, model):
    writer = gguf.GGUFWriter(path, gguf.MODEL_ARCH_NAMES[architecture])
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    rope = config.rope_parameters.get("full_attention", config.rope_parameters)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(rope["rope_theta"])
    if rope["rope_type"] == "yarn":
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(rope["factor"])
        writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
    if rope["rope_type"] == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])
    if rope["rope_type"] == "longrope":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LONGROPE)
        writer.add_rope_scaling_attn_factors(longrope_magnitude(config))
        writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
        for length in ("short", "long"):
            factors = torch.tensor(rope[length + "_factor"], dtype=torch.float32)
            writer.add_tensor(f"rope_factors_{length}.weight", factors.numpy())
    if getattr(config, "sliding_window", None) is not None:
        writer.add_sliding_window(config.sliding_window)
    if architecture == gguf.MODEL_ARCH.GEMMA2:
        writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
        writer.add_final_logit_softcapping(config.final_logit_softcapping)
    if rope["rope_type"] == "llama3":
        writer.add_tensor("rope_freqs.weight", llama3_factors(rope, head).numpy())
    names = gguf.get_tensor_name_map(architecture, config.num_hidden_layers)
    for name, weight in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        if architecture in ONE_PLUS and name.endswith("norm.weight"):
            weight = weight + 1
        if architecture in INTERLEAVED and ("q_proj" in name or "k_proj" in name):
            weight = permute(weight, config.num_attention_heads if "q_proj" in name else config.num_key_value_heads)
        writer.add_tensor(names.get_name(name, try_suffixes=(".weight", ".bias")), weight.contiguous().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()



def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (architecture, config) in MODELS.items():
        config._attn_implementation = "eager"
        model = hf.AutoModelForCausalLM.from_config(config).float().eval()
        if architecture in ONE_PLUS:
            randomize(model, norm=0.0, embedding=0.08)  # which the model multiplies by sqrt(hidden_size)
        else:
            randomize(model, norm=1.0, embedding=0.3)
        write(folder / f"{name}.gguf", architecture, config, model)
        prompt = torch.randint(0, VOCABULARY, (1, max(LENGTHS)), generator=torch.Generator().manual_seed(3))
        with torch.no_grad():
            after = lambda ids: model(ids, use_cache=False).logits[0, -1]
            logits = [after(prompt[:, :length]).tolist() for length in LENGTHS]
            ids = prompt[:, :17]
            for _ in range(24):
                ids = torch.cat([ids, after(ids).argmax().reshape(1, 1)], 1)
            rounded = lambda values: [float(f"{value:.8g}") for value in values]
            expected = {
                "prompt": prompt[0].tolist(),
                "logits": [rounded(values) for values in logits],
                "greedy": ids[0, 17:].tolist(),
                "last": rounded(after(ids).tolist()),
                "embedding": rounded(model.model(prompt[:, :17], use_cache=False).last_hidden_state.mean(1)[0].tolist()),
            }
        (folder / f"{name}.json").write_text(json.dumps(expected) + "\n")
        print(name, (folder / f"{name}.gguf").stat().st_size, len(set(expected["greedy"])), max(map(abs, expected["last"])))


if __name__ == "__main__":
    main()
