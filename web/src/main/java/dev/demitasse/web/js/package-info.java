/** Typed views of the browser's objects and of the messages between page and worker. No JavaScript text. */
@NullMarked
package dev.demitasse.web.js;

import org.jspecify.annotations.NullMarked;
