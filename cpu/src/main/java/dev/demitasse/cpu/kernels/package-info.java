/**
 * The kernels' source: programs that write WebAssembly. Run by the build, see {@link dev.demitasse.cpu.kernels.KernelModules}; no part of
 * the page.
 */
@NullMarked
package dev.demitasse.cpu.kernels;

import org.jspecify.annotations.NullMarked;
