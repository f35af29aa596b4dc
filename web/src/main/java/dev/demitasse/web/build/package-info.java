/** Runs in the build, on the JVM. */
@NullMarked
package dev.demitasse.web.build;

import org.jspecify.annotations.NullMarked;
