/** Architectures: from a header to the plan of a model. One small file each. */
@NullMarked
package dev.demitasse.model;

import org.jspecify.annotations.NullMarked;
