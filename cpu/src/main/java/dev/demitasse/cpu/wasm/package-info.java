/** A small assembler: WebAssembly functions as typed Java expressions, with the instructions that the kernels use. */
@NullMarked
package dev.demitasse.cpu.wasm;

import org.jspecify.annotations.NullMarked;
