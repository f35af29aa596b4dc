package dev.demitasse.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.demitasse.OddModels;
import dev.demitasse.gguf.Gguf;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares a SentencePiece vocabulary, of which {@code \n\n} is a piece and {@code \n} is not, with llama.cpp. */
class OddPiecesTest {
    @Test
    void charactersThatAreNotTokensMergeToTokens() {
        List<String> pieces = new ArrayList<>(List.of("▁▁", "▁▁▁▁", "\n\n", "a▁b"));
        pieces.addAll(OddModels.PIECES.subList(0, OddModels.PIECES.size() - 1));
        ByteBuffer file = OddModels.file("llama", f -> OddModels.sentencePiece(f, List.of(), pieces));
        Tokenizer tokenizer = Tokenizer.of(Gguf.parse(file, file.capacity()).metadata());
        List<String[]> fixture = Fixture.read("odd-pieces.tsv");
        assertEquals(300, fixture.size());
        for (String[] fields : fixture) {
            int[] ids =
                    Stream.of(fields[1].split(" ")).mapToInt(Integer::parseInt).toArray();
            assertArrayEquals(ids, tokenizer.encodeLiteral(Fixture.unescape(fields[0])), fields[0]);
        }
    }
}
