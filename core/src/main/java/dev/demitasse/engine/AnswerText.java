package dev.demitasse.engine;

import dev.demitasse.chat.AnswerFormat;
import dev.demitasse.chat.AnswerParser;
import dev.demitasse.chat.ToolCall;
import dev.demitasse.tokenizer.StreamDecoder;
import dev.demitasse.tokenizer.Tokenizer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Turns the tokens of an answer into its text, up to a stop text, with reasoning and tool calls told apart. */
final class AnswerText {
    private final Tokenizer tokenizer;
    private final StreamDecoder decoder;
    private final StopTexts stopTexts;
    private final AnswerParser parser;
    /** Special tokens whose text is a stop text: they have no visible text, in which it would be found. */
    private final Set<Integer> stopTokens = new HashSet<>();

    AnswerText(Tokenizer tokenizer, AnswerFormat format, List<String> stop) {
        this.tokenizer = tokenizer;
        decoder = new StreamDecoder(tokenizer, format.markers());
        stopTexts = new StopTexts(stop);
        parser = new AnswerParser(format);
        for (String text : stop) {
            int[] ids = tokenizer.encode(text, false);
            if (ids.length == 1 && tokenizer.isSpecial(ids[0])) {
                stopTokens.add(ids[0]);
            }
        }
    }

    /** Appends a token, and returns the text that is certain with it. */
    AnswerParser.Delta push(int id) {
        if (stopTokens.contains(id)) {
            return parser.push(stopTexts.stop());
        }
        return parser.push(tokenizer.isEndOfGeneration(id) ? "" : stopTexts.push(decoder.push(id)));
    }

    /** Returns whether a stop text was reached. */
    boolean isStopped() {
        return stopTexts.reached();
    }

    /** Returns the text that was held back, when no more tokens come. */
    AnswerParser.Delta finish() {
        String text = stopTexts.reached() ? "" : stopTexts.push(decoder.finish()) + stopTexts.finish();
        AnswerParser.Delta more = parser.push(text);
        AnswerParser.Delta rest = parser.finish();
        return new AnswerParser.Delta(more.reasoning() + rest.reasoning(), more.text() + rest.text());
    }

    /** Returns the tool calls, after {@link #finish}. */
    List<ToolCall> toolCalls() {
        return parser.toolCalls();
    }
}
