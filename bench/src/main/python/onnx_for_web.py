"""Copies a model of onnxruntime-genai's builder to the layout of Transformers.js: one file, next to its tokenizer and configuration.

    python onnx_for_web.py BUILT-FOLDER HUGGING-FACE-FOLDER TARGET-FOLDER
"""

import json
import shutil
import sys
from pathlib import Path

import onnx

OTHERS = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"]


def main(built, source, target):
    config = json.loads((source / "config.json").read_text())
    model = onnx.load(built / "model.onnx")
    # Transformers.js makes the empty cache by the inputs' shapes, and takes a name that it doesn't know for 0.
    for value in [*model.graph.input, *model.graph.output]:
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.dim_param == "kv_cache_dim":
                dimension.dim_value = config["head_dim"]
    (target / "onnx").mkdir(parents=True)
    onnx.save(model, target / "onnx" / "model_q4.onnx")
    for name in OTHERS:
        shutil.copy(source / name, target / name)


main(*map(Path, sys.argv[1:]))
