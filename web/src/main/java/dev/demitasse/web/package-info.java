/** The engine's dedicated worker: requests from the page in, tokens out. */
@NullMarked
package dev.demitasse.web;

import org.jspecify.annotations.NullMarked;
