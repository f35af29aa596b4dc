/** Jinja: the subset of the template language that chat templates use, with Python's semantics for values. */
@NullMarked
package dev.demitasse.jinja;

import org.jspecify.annotations.NullMarked;
