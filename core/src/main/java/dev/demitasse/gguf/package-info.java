/** GGUF files, versions 2 and 3: metadata, tensor table, split models. */
@NullMarked
package dev.demitasse.gguf;

import org.jspecify.annotations.NullMarked;
