/** The benchmark that {@code e2e/bench} runs: Demitasse beside other engines on the same model files. */
package dev.demitasse.e2e.bench;
