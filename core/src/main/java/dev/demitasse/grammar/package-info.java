/** Structured output: grammars over bytes, and the tokens of a vocabulary that continue a text of a grammar. */
@NullMarked
package dev.demitasse.grammar;

import org.jspecify.annotations.NullMarked;
