/** The benchmark that {@code bench/compare} runs: Demitasse and other engines on the same model files. */
package dev.demitasse.bench.peers;
