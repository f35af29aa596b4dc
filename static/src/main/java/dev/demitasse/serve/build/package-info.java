/** What the build runs to complete the site; no part of the server. */
@NullMarked
package dev.demitasse.serve.build;

import org.jspecify.annotations.NullMarked;
