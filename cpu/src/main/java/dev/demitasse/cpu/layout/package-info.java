/** What kernels and the backend that drives them agree on: how matrices lie in memory, commands, the control block. */
@NullMarked
package dev.demitasse.cpu.layout;

import org.jspecify.annotations.NullMarked;
