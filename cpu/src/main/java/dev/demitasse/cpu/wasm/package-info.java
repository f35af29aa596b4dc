/** A small assembler: WebAssembly functions written as typed Java expressions. Only what the kernels need. */
@NullMarked
package dev.demitasse.cpu.wasm;

import org.jspecify.annotations.NullMarked;
