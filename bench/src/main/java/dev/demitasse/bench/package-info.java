/** Programs that measure the engine, and its parts on the JVM. */
package dev.demitasse.bench;
