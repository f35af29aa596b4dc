"""Random blocks of every supported quantization type and their float32 values by gguf-py: resources/quant/TYPE.{blocks,f32}.

Made with Python 3.11, gguf 0.19.0, numpy:
    python core/src/test/oracle/quant_blocks.py core/src/test/resources/quant
"""

import sys
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

# Where each type's float16 scales lie in a block.
SCALES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
    "IQ4_NL": [0], "IQ4_XS": [0],
}
# Zero, minus zero, the least and a large subnormal, the least normal, and the greatest of either sign.
EDGES = np.array([0x0000, 0x8000, 0x0001, 0x03FF, 0x8400, 0x7BFF, 0xFBFF], np.uint16)

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(20)
for name in ["F32", "F16", "BF16", *SCALES]:
    kind = GGMLQuantizationType[name]
    elements, size = GGML_QUANT_SIZES[kind]
    count = 512 if elements == 1 else 24 if elements == 32 else 10
    blocks = random.integers(0, 256, (count, size), np.uint8)
    if name == "F16":
        blocks[: len(EDGES)] = EDGES.view(np.uint8).reshape(-1, 2)
        blocks[len(EDGES)] = [0x00, 0x7C]  # infinity
    for at in SCALES.get(name, []):
        scales = random.normal(0, 0.02, count).astype(np.float16)
        scales[: len(EDGES)] = EDGES.view(np.float16)
        blocks[:, at : at + 2] = scales.view(np.uint8).reshape(-1, 2)
    blocks[-1, :] = np.where(np.isin(np.arange(size), [a + d for a in SCALES.get(name, []) for d in (0, 1)]), blocks[-1], 0xFF)
    flat = blocks.reshape(-1)
    values = flat.view(np.float32) if name == "F32" else dequantize(flat, kind)
    (folder / f"{name}.blocks").write_bytes(flat.tobytes())
    (folder / f"{name}.f32").write_bytes(np.ascontiguousarray(values, np.float32).tobytes())
