/** The CPU backend: translates a plan to commands, which the SIMD kernels execute in a memory of their own. */
@NullMarked
package dev.demitasse.cpu;

import org.jspecify.annotations.NullMarked;
