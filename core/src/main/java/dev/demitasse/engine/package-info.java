/** Loading, sessions and the generation loop: from messages to streamed text. */
@NullMarked
package dev.demitasse.engine;

import org.jspecify.annotations.NullMarked;
