/** Cuts models into shards for static hosts. */
@NullMarked
package dev.demitasse.shard;

import org.jspecify.annotations.NullMarked;
