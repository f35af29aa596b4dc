/** The contract between the backend and its kernels: the layout of matrices, of the KV cache, of commands and of the control block. */
@NullMarked
package dev.demitasse.cpu.layout;

import org.jspecify.annotations.NullMarked;
