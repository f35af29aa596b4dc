/** Compiles JSON Schema to grammars. */
@NullMarked
package dev.demitasse.grammar.schema;

import org.jspecify.annotations.NullMarked;
