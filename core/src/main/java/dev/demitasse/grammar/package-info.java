/** Structured output: from a JSON Schema to the tokens that may come next. */
@NullMarked
package dev.demitasse.grammar;

import org.jspecify.annotations.NullMarked;
