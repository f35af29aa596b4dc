/** What tells that a file is the one that was meant. */
@NullMarked
package dev.demitasse.hash;

import org.jspecify.annotations.NullMarked;
