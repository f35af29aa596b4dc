"""Writes a copy of a GGUF file with every tensor in float32, so that llama.cpp can run it without rounding activations.

Made with Python 3.11, gguf 0.19.0, numpy:
    python core/src/test/oracle/dequantize_gguf.py SmolLM2-135M-Instruct.Q4_1.gguf smollm2-f32.gguf
    node core/src/test/oracle/llama_cpp_greedy.mjs smollm2-f32.gguf core/src/test/resources/reference/smollm2-135m-greedy-f32.json
"""

import sys

import gguf
from gguf.quants import dequantize

source, target = sys.argv[1:]
reader = gguf.GGUFReader(source)
writer = gguf.GGUFWriter(target, reader.fields["general.architecture"].contents())
for name, field in reader.fields.items():
    if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type"):
        continue
    item = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
    writer.add_key_value(name, field.contents(), field.types[0], item)
writer.add_file_type(gguf.LlamaFileType.ALL_F32)
for tensor in reader.tensors:
    writer.add_tensor(tensor.name, dequantize(tensor.data, tensor.tensor_type))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
