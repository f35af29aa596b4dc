/** Models as static hosts and the browser's storage keep them: in shards, listed by a manifest. */
@NullMarked
package dev.demitasse.store;

import org.jspecify.annotations.NullMarked;
