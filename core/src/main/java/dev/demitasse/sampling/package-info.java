/** Sampling: chooses the next token by its logits. */
@NullMarked
package dev.demitasse.sampling;

import org.jspecify.annotations.NullMarked;
