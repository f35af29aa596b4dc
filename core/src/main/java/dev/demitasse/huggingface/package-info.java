/** Models as Hugging Face keeps them, read into what a GGUF file would say. */
@NullMarked
package dev.demitasse.huggingface;

import org.jspecify.annotations.NullMarked;
