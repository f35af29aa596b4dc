/** Deterministic automata over bytes: regular expressions, number ranges, sets of texts, JSON strings. */
@NullMarked
package dev.demitasse.grammar.automaton;

import org.jspecify.annotations.NullMarked;
