package dev.demitasse.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.demitasse.TestWeights;
import dev.demitasse.gguf.Gguf;
import dev.demitasse.grammar.Grammar;
import dev.demitasse.grammar.TokenTrie;
import dev.demitasse.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers that a grammar restricts, and their maximum number of tokens. */
class GrammarFilterTest {
    private final Tokenizer tokenizer;
    private final TokenTrie trie;

    GrammarFilterTest() {
        ByteBuffer file = TestWeights.map(TestWeights.smolLm2());
        tokenizer = Tokenizer.of(Gguf.parse(file, file.capacity()).metadata());
        trie = new TokenTrie(tokenizer.size(), id -> tokenizer.isSpecial(id) ? null : tokenizer.bytes(id));
    }

    /** Of two answers, only the one that fits is begun; if neither fits, both may be begun. */
    @Test
    void anAnswerThatDoesNotFitIsBegunAllTheSame() {
        Grammar grammar = Grammar.choice(List.of(
                Grammar.literal("The quick brown fox jumps over the lazy dog, again and again."),
                Grammar.literal("A quick brown fox jumps over the lazy dog.")));
        int the = tokenizer.encodeLiteral("The")[0];
        assertTrue(new GrammarFilter(grammar, trie, tokenizer, 100).allows(the));
        assertFalse(new GrammarFilter(grammar, trie, tokenizer, 11).allows(the));
        GrammarFilter tooShort = new GrammarFilter(grammar, trie, tokenizer, 2);
        assertTrue(tooShort.allows(the));
        tooShort.accept(the);
        int[] next = tokenizer.encodeLiteral("The quick");
        assertTrue(tooShort.allows(next[next.length - 1]));
        assertFalse(tooShort.mustEnd());
    }
}
