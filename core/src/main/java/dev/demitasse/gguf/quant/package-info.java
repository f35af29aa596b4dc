/** Dequantization: the block layouts of ggml's quantization types, one class each. */
@NullMarked
package dev.demitasse.gguf.quant;

import org.jspecify.annotations.NullMarked;
