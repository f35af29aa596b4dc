/** OpenAI's API: requests, and the responses and chunks that answer them, as JSON text. */
@NullMarked
package dev.demitasse.openai;

import org.jspecify.annotations.NullMarked;
