/** Grammars. */
@NullMarked
package dev.demitasse.grammar;

import org.jspecify.annotations.NullMarked;
