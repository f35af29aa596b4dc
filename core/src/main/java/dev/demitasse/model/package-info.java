/** Architectures: build the plan of a model from its header, in a class each. */
@NullMarked
package dev.demitasse.model;

import org.jspecify.annotations.NullMarked;
