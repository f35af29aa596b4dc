/**
 * The kernels, as Java programs that write WebAssembly. The build runs them (see {@link dev.demitasse.cpu.kernels.KernelModules}); they are not
 * part of the page.
 */
@NullMarked
package dev.demitasse.cpu.kernels;

import org.jspecify.annotations.NullMarked;
