/** A backend in plain Java, exact and slow, by which the others are tested. */
@NullMarked
package dev.demitasse.backend.reference;

import org.jspecify.annotations.NullMarked;
