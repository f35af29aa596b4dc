/** The engine: loads models, keeps sessions, and generates answers. */
@NullMarked
package dev.demitasse.engine;

import org.jspecify.annotations.NullMarked;
