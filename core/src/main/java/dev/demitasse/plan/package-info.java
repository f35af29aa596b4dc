/** The operations of a transformer as records over named buffers, and the memory planner. Built once per model. */
@NullMarked
package dev.demitasse.plan;

import org.jspecify.annotations.NullMarked;
