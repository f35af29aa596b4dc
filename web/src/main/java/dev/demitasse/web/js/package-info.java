/** Typed JavaScript interfaces of the browser and of the messages between page and worker. Contains no JavaScript code. */
@NullMarked
package dev.demitasse.web.js;

import org.jspecify.annotations.NullMarked;
