/** GGUF v2/v3: metadata, tensor table, quantization block layouts. Imports no other package of the project. */
@NullMarked
package dev.demitasse.gguf;

import org.jspecify.annotations.NullMarked;
