/**
 * Tokenizers: text to token ids and back, with the vocabularies, merges and special tokens of GGUF files.
 */
@NullMarked
package dev.demitasse.tokenizer;

import org.jspecify.annotations.NullMarked;
