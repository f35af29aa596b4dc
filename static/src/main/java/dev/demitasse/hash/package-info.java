/** Hashes that identify the content of a file. */
@NullMarked
package dev.demitasse.hash;

import org.jspecify.annotations.NullMarked;
