/**
 * Downloads models in chunks, verifies chunks with a known hash, continues interrupted downloads, and keeps the models in a storage.
 * Everything outside is behind {@link dev.demitasse.store.Platform} and {@link dev.demitasse.store.Storage}, so that the same code runs
 * in the browser and in tests.
 */
@NullMarked
package dev.demitasse.store;

import org.jspecify.annotations.NullMarked;
