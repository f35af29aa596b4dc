/** Models in Hugging Face's layout, converted to the form of a GGUF file. */
@NullMarked
package dev.demitasse.huggingface;

import org.jspecify.annotations.NullMarked;
