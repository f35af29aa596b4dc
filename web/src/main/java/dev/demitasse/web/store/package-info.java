/** Stores models and sessions in the browser. Downloads models in chunks, verifies those with a known hash, and continues interrupted downloads. */
@NullMarked
package dev.demitasse.web.store;

import org.jspecify.annotations.NullMarked;
