/** The benchmark that {@code bench/compare} runs: Demitasse beside other engines on the same model files. */
package dev.demitasse.bench.peers;
