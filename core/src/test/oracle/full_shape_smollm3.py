"""A model of SmolLM3-3B's full shape with random weights, some 1.8 GB: what it takes to load and run the real one.

Made with Python 3.11, gguf 0.19.0, numpy:
    python core/src/test/oracle/full_shape_smollm3.py Q4_0 smollm3-3b-random-Q4_0.gguf [tokenizer.json]
    python core/src/test/oracle/full_shape_smollm3.py Q4_K_M smollm3-3b-random-Q4_K_M.gguf [tokenizer.json]

The shape is transformers' SmolLM3Config; types per tensor as llama.cpp's quantizer mixes them. The vocabulary is Llama 3's
where its tokenizer.json is given (SmolLM3's differs in the special tokens only), else one of numbered tokens.
"""

import json
import sys

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

WIDTH, LAYERS, HEADS, KV_HEADS, HIDDEN, VOCABULARY = 2048, 36, 16, 4, 11008, 128256
HEAD = WIDTH // HEADS
random = np.random.default_rng(7)


def blocks(rows, columns, kind, deviation):
    """Rows of random blocks whose values have about the given standard deviation."""
    size, bytes_ = gguf.GGML_QUANT_SIZES[kind]
    data = random.integers(0, 256, (rows, columns // size, bytes_), dtype=np.uint8)

    def put_half(offset, value):
        data[:, :, offset : offset + 2] = np.frombuffer(np.float16(value).tobytes(), np.uint8)

    if kind == Type.Q4_0:  # d, then values in [-8, 7]
        put_half(0, deviation / 4.6)
    elif kind == Type.Q4_K:  # d, dmin, 6-bit scales and minima (32 on average), then values in [0, 15]
        put_half(0, deviation / 4.6 / 32)
        put_half(2, deviation / 4.6 * 7.5 / 32)
    elif kind == Type.Q6_K:  # values in [-32, 31], 8-bit scales, d at the end
        data[:, :, 192:208] = 64
        put_half(208, deviation / 18.5 / 64)
    return data.reshape(rows, -1)


def q4_k_m(name, layer):
    """llama-quant.cpp, llama_tensor_get_type: half of attn_v and ffn_down and the embedding get six bits."""
    more_bits = layer < LAYERS // 8 or layer >= 7 * LAYERS // 8 or (layer - LAYERS // 8) % 3 == 2
    return Type.Q6_K if name == "token_embd" or (name in ("attn_v", "ffn_down") and more_bits) else Type.Q4_K


def q4_0(name, layer):
    return Type.Q6_K if name == "token_embd" else Type.Q4_0


mix = {"Q4_0": q4_0, "Q4_K_M": q4_k_m}[sys.argv[1]]
writer = gguf.GGUFWriter(sys.argv[2], "smollm3")
writer.add_name(f"SmolLM3-3B's shape, random, {sys.argv[1]}")
writer.add_context_length(65536)
writer.add_embedding_length(WIDTH)
writer.add_block_count(LAYERS)
writer.add_feed_forward_length(HIDDEN)
writer.add_head_count(HEADS)
writer.add_head_count_kv(KV_HEADS)
writer.add_layer_norm_rms_eps(1e-6)
writer.add_rope_freq_base(5000000.0)
writer.add_tokenizer_model("gpt2")
writer.add_tokenizer_pre("llama-bpe")
tokens = [f"t{i}" for i in range(VOCABULARY)]
types = [gguf.TokenType.NORMAL] * VOCABULARY
merges = []
if len(sys.argv) > 3:
    with open(sys.argv[3], encoding="utf-8") as file:
        tokenizer = json.load(file)
    for token, i in tokenizer["model"]["vocab"].items():
        tokens[i] = token
    for token in tokenizer["added_tokens"]:
        tokens[token["id"]] = token["content"]
        types[token["id"]] = gguf.TokenType.CONTROL
    merges = [m if isinstance(m, str) else " ".join(m) for m in tokenizer["model"]["merges"]]
else:
    tokens[:256] = [chr(i) if 33 <= i <= 126 else f"byte {i}" for i in range(256)]
writer.add_token_list(tokens)
writer.add_token_types(types)
writer.add_token_merges(merges)
writer.add_bos_token_id(128000)
writer.add_eos_token_id(128001)
writer.add_add_bos_token(False)

shapes = [("token_embd", -1, VOCABULARY, WIDTH)]
for layer in range(LAYERS):
    shapes += [
        ("attn_q", layer, HEADS * HEAD, WIDTH),
        ("attn_k", layer, KV_HEADS * HEAD, WIDTH),
        ("attn_v", layer, KV_HEADS * HEAD, WIDTH),
        ("attn_output", layer, WIDTH, HEADS * HEAD),
        ("ffn_gate", layer, HIDDEN, WIDTH),
        ("ffn_up", layer, HIDDEN, WIDTH),
        ("ffn_down", layer, WIDTH, HIDDEN),
    ]
for name, layer, rows, columns in shapes:
    kind = mix(name, layer)
    block = f"blk.{layer}." if layer >= 0 else ""
    writer.add_tensor(f"{block}{name}.weight", blocks(rows, columns, kind, 1 / np.sqrt(columns)), raw_dtype=kind)
for name in ["output_norm"] + [f"blk.{layer}.{part}_norm" for layer in range(LAYERS) for part in ("attn", "ffn")]:
    writer.add_tensor(f"{name}.weight", np.ones(WIDTH, np.float32))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
