/** What executes a plan: takes the weights as they arrive, keeps the KV cache, computes logits. */
@NullMarked
package dev.demitasse.backend;

import org.jspecify.annotations.NullMarked;
