/** The CPU backend: lowers a plan to commands that the SIMD kernels carry out in a memory of their own. */
@NullMarked
package dev.demitasse.cpu;

import org.jspecify.annotations.NullMarked;
