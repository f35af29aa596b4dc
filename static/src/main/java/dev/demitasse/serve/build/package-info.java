/** Build steps that complete the site; not part of the server. */
@NullMarked
package dev.demitasse.serve.build;

import org.jspecify.annotations.NullMarked;
