/** Typed bindings of the browser's WebGPU (W3C), and the {@link dev.demitasse.webgpu.Device} over them. */
@NullMarked
package dev.demitasse.webgpu.js;

import org.jspecify.annotations.NullMarked;
