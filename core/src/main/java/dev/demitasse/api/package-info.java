/** Requests as OpenAI's API has them: what they ask of an engine. */
@NullMarked
package dev.demitasse.api;

import org.jspecify.annotations.NullMarked;
