/** Models in shards, as static hosts and the browser store them. */
@NullMarked
package dev.demitasse.store;

import org.jspecify.annotations.NullMarked;
