/** A small HTTP server of the chat page, with the headers of a cross-origin isolated page. */
@NullMarked
package dev.demitasse.serve;

import org.jspecify.annotations.NullMarked;
