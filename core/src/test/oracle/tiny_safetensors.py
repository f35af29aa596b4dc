"""Tiny random models as Hugging Face folders, and Hugging Face's float32 logits for them: resources/huggingface.

Made with Python 3.11, torch 2.15.0, transformers 5.23.0, tokenizers 0.23.3, safetensors 0.8.0:
    python core/src/test/oracle/tiny_safetensors.py core/src/test/resources/huggingface

NAME/ is written by save_pretrained, in float16 or bfloat16, without a tokenizer: all use the one next to the folders. NAME-awq has its layers' matrices quantized at random, with all zero points from 0 to 15, packed as AutoAWQ's
WQLinear_GEMM does. NAME.json holds, as tiny_models.py's does,
    prompt     70 token ids
    logits     after the first 1, 17 and 70 of them, of the stored values in float32
    greedy     24 ids that follow the first 17
    last       logits after those
chat.json holds a question to llama, its tokens by the tokenizer and template, and the greedy answer's.
"""

import copy
import json
import shutil
import sys
from pathlib import Path

import tokenizers
import torch
import transformers as hf
from safetensors.torch import save_file

VOCABULARY = 288
LENGTHS = [1, 17, 70]
SHAPE = dict(
    vocab_size=VOCABULARY,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
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
LINEAR = {"rope_type": "linear", "rope_theta": 1000000.0, "factor": 8.0}
# All lengths but 1, where nothing is turned, are beyond the context of pre-training: the long factors hold.
LONGROPE = {
    "rope_type": "longrope", "rope_theta": 10000.0, "original_max_position_embeddings": 16,
    "short_factor": [1.0, 1.1, 1.3, 1.7], "long_factor": [1.2, 2.0, 4.0, 9.0],
}
AWQ = {**SHAPE, "intermediate_size": 64}
GROUP = 32
MODELS = {
    "llama": (torch.bfloat16, hf.LlamaConfig(**SHAPE, rope_parameters=PLAIN, tie_word_embeddings=False)),
    "llama3": (torch.float16, hf.LlamaConfig(**SHAPE, rope_parameters=LLAMA3, tie_word_embeddings=True)),
    "smollm3": (torch.bfloat16, hf.SmolLM3Config(**{**SHAPE, "num_hidden_layers": 4}, rope_parameters=YARN)),
    "qwen2": (torch.bfloat16, hf.Qwen2Config(**SHAPE, rope_parameters=PLAIN, tie_word_embeddings=True)),
    "qwen3": (torch.float16, hf.Qwen3Config(**SHAPE, head_dim=16, rope_parameters=PLAIN, tie_word_embeddings=False)),
    "gemma2": (
        torch.float16,
        hf.Gemma2Config(
            **SHAPE, head_dim=16, query_pre_attn_scalar=16, sliding_window=8, attn_logit_softcapping=2.0,
            final_logit_softcapping=5.0, rope_parameters=PLAIN,
        ),
    ),
    "gemma3": (
        torch.bfloat16,
        hf.Gemma3TextConfig(
            **{**SHAPE, "num_hidden_layers": 7, "hidden_size": 24}, head_dim=16, query_pre_attn_scalar=16,
            sliding_window=8, rope_parameters={"full_attention": LINEAR, "sliding_attention": PLAIN},
        ),
    ),
    "phi3": (torch.bfloat16, hf.Phi3Config(**SHAPE, original_max_position_embeddings=16, rope_parameters=LONGROPE)),
    "llama-awq": (torch.float16, hf.LlamaConfig(**AWQ, rope_parameters=PLAIN, tie_word_embeddings=True)),
    "qwen2-awq": (torch.float16, hf.Qwen2Config(**AWQ, rope_parameters=PLAIN, tie_word_embeddings=True)),
}
CORPUS = "the cat and the dog went there and then the dog and the cat went on and on where the others went"
SHARDED = {"llama", "llama-awq"}
# Configurations as transformers 4 wrote them.
OLD_CONFIGS = {"llama3", "gemma3"}


def randomize(model, norm, embedding):
    torch.manual_seed(7)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter.normal_(norm, 0.2)
            else:
                parameter.normal_(0.0, embedding if "embed" in name else 0.3 if "bias" in name else 0.25)


def pack(numbers):
    """Eight columns to an int32, in AutoAWQ's order."""
    packed = torch.zeros(numbers.shape[0], numbers.shape[1] // 8, dtype=torch.int64)
    for place, column in enumerate([0, 2, 4, 6, 1, 3, 5, 7]):
        packed |= numbers[:, column::8] << (4 * place)
    return packed.to(torch.int32)


def quantize(model):
    """Gives the layers' matrices random quantized values, and returns what is stored in their place."""
    stored = {}
    generator = torch.Generator().manual_seed(11)
    for name, module in model.named_modules():
        if not isinstance(module, torch.nn.Linear) or name == "lm_head":
            continue
        outputs, inputs = module.weight.shape
        q = torch.randint(0, 16, (inputs, outputs), generator=generator)
        zeros = torch.randint(0, 16, (inputs // GROUP, outputs), generator=generator)
        scales = (0.02 + 0.04 * torch.rand(inputs // GROUP, outputs, generator=generator)).half()
        values = (q - zeros.repeat_interleave(GROUP, 0)).float() * scales.float().repeat_interleave(GROUP, 0)
        with torch.no_grad():
            module.weight.copy_(values.T)
        stored[name + ".qweight"] = pack(q)
        stored[name + ".qzeros"] = pack(zeros)
        stored[name + ".scales"] = scales
    return stored


def save_awq(model, stored, dtype, folder):
    state = {
        name: weight.to(dtype)
        for name, weight in model.state_dict().items()
        if name != "lm_head.weight" and name.removesuffix("weight") + "qweight" not in stored
    }
    state.update(stored)
    model.config.save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    config["quantization_config"] = {
        "quant_method": "awq", "bits": 4, "group_size": GROUP, "version": "gemm", "zero_point": True,
        "modules_to_not_convert": None,
    }
    write_json(folder / "config.json", config)
    names = sorted(state)
    halves = [names[: len(names) // 2], names[len(names) // 2 :]] if folder.name in SHARDED else [names]
    if len(halves) == 1:
        save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
        return
    places = {}
    for i, half in enumerate(halves):
        file = f"model-{i + 1:05}-of-{len(halves):05}.safetensors"
        save_file({name: state[name] for name in half}, folder / file, metadata={"format": "pt"})
        places.update({name: file for name in half})
    write_json(folder / "model.safetensors.index.json", {"metadata": {}, "weight_map": places})


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def to_old(path):
    config = json.loads(path.read_text())
    rope = config.pop("rope_parameters")
    if "sliding_attention" in rope:
        config["rope_local_base_freq"] = rope["sliding_attention"]["rope_theta"]
        rope = rope["full_attention"]
        config["sliding_window_pattern"] = 6
        del config["layer_types"]
    config["rope_theta"] = rope.pop("rope_theta")
    config["rope_scaling"] = rope
    write_json(path, config)


def save_tokenizer(folder):
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=VOCABULARY - 8, initial_alphabet=sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=["<|im_start|>", "<|im_end|>"], show_progress=False,
    )
    tokenizer.train_from_iterator([CORPUS], trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    template = (
        "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    write_json(folder / "tokenizer_config.json", {"eos_token": "<|im_end|>", "chat_template": template})


root = Path(sys.argv[1])
root.mkdir(parents=True, exist_ok=True)
save_tokenizer(root)
for name, (dtype, config) in MODELS.items():
    folder = root / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    config._attn_implementation = "eager"
    model = hf.AutoModelForCausalLM.from_config(config).float().eval()
    if "gemma" in name:
        randomize(model, norm=0.0, embedding=0.08)  # which the model multiplies by sqrt(hidden_size)
    else:
        randomize(model, norm=1.0, embedding=0.3)
    stored = quantize(model) if name.endswith("-awq") else {}
    # The parameters alone: transformers' own tables, RoPE's say, stay in float32.
    for parameter_name, parameter in model.named_parameters():
        if parameter_name.removesuffix("weight") + "qweight" not in stored:
            parameter.data = parameter.data.to(dtype).float()
    if stored:
        save_awq(model, stored, dtype, folder)
    else:
        copy.deepcopy(model).to(dtype).save_pretrained(folder, max_shard_size="40KB" if name in SHARDED else "1GB")
        (folder / "generation_config.json").unlink(missing_ok=True)
    if name in OLD_CONFIGS:
        to_old(folder / "config.json")
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
        }
    (root / f"{name}.json").write_text(json.dumps(expected) + "\n")
    print(name, {file.name: file.stat().st_size for file in folder.iterdir()}, len(set(expected["greedy"])))
    if name == "llama":
        tokenizer = tokenizers.Tokenizer.from_file(str(root / "tokenizer.json"))
        question = "Where do the names come from?"
        text = f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"
        ids = torch.tensor([tokenizer.encode(text).ids])
        answer = []
        for _ in range(16):
            answer.append(after(ids).argmax().item())
            ids = torch.cat([ids, torch.tensor([answer[-1:]])], 1)
        write_json(root / "chat.json", {"question": question, "prompt": ids[0, :-16].tolist(), "answer": answer})
