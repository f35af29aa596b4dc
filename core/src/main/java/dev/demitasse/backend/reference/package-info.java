/** Plain Java, exact, slow: the judge of the other backends. */
@NullMarked
package dev.demitasse.backend.reference;

import org.jspecify.annotations.NullMarked;
