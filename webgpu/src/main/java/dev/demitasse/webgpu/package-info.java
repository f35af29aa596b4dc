/** The WebGPU backend, which executes plans as dispatches of WGSL kernels. */
@NullMarked
package dev.demitasse.webgpu;

import org.jspecify.annotations.NullMarked;
