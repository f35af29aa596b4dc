/** WebGPU seen from Java: typed bindings only, no JavaScript text. */
@NullMarked
package dev.demitasse.webgpu;

import org.jspecify.annotations.NullMarked;
