/** Backends: execute a plan with its weights and a KV cache. */
@NullMarked
package dev.demitasse.backend;

import org.jspecify.annotations.NullMarked;
