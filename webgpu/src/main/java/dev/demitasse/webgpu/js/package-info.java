/** The browser's WebGPU (W3C) as a {@link dev.demitasse.webgpu.Device}: typed bindings only, no JavaScript text. */
@NullMarked
package dev.demitasse.webgpu.js;

import org.jspecify.annotations.NullMarked;
