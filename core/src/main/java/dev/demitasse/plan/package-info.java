/** Plans: the operations of a model as records over buffers, and the placement of the buffers in memory. */
@NullMarked
package dev.demitasse.plan;

import org.jspecify.annotations.NullMarked;
