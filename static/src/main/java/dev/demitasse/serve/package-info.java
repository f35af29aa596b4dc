/** The chat page from this machine: a small HTTP server with the headers of a cross-origin isolated page. */
@NullMarked
package dev.demitasse.serve;

import org.jspecify.annotations.NullMarked;
