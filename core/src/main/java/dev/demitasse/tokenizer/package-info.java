/**
 * Text to token ids and back: byte-level BPE with the pre-tokenizers and special tokens that GGUF files name. Imports only
 * {@code gguf}.
 */
@NullMarked
package dev.demitasse.tokenizer;

import org.jspecify.annotations.NullMarked;
