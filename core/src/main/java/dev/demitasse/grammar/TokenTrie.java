package dev.demitasse.grammar;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

public final class TokenTrie {
    public TokenTrie(int size, IntFunction<byte @Nullable []> bytes) {}
}
