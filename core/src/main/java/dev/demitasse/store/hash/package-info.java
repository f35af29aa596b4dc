/** Hashes of stored bytes. */
@NullMarked
package dev.demitasse.store.hash;

import org.jspecify.annotations.NullMarked;
