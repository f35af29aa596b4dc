package dev.demitasse.chat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits an answer into reasoning, text and tool calls while the answer is generated. Text that may be the beginning of a
 * tag is held back until more text decides, so the result does not depend on how the text is split into pieces. A malformed
 * tool call stays text. White space around reasoning and before a tool call is removed.
 */
public final class AnswerParser {
    /** Reasoning and text that a step has decided on, in this order. */
    public record Delta(String reasoning, String text) {}

    private enum State {
        /** Only white space so far: reasoning may begin. */
        START,
        REASONING,
        TEXT,
        TOOL_CALL
    }

    private final AnswerFormat format;
    private final List<ToolCall> toolCalls = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    /** Input that is not decided yet. */
    private final StringBuilder held = new StringBuilder();
    /** White space before the tool call in {@link #held}; it belongs to the text if the call turns out to be malformed. */
    private String spaceBeforeCall = "";

    private @Nullable ToolCallFormat callFormat;
    /** Index in {@link #held} from which to search for the end of the tool call. */
    private int endSearched;

    private State state;
    private boolean skipsSpace;
    /** Whether the answer has a tool call or text other than white space. */
    private boolean answerBegun;

    private boolean ended;

    public AnswerParser(AnswerFormat format) {
        this.format = format;
        state = format.opened() ? State.REASONING : format.thinks() ? State.START : State.TEXT;
        skipsSpace = format.opened();
    }

    /** Adds the next piece of the answer, and returns what is decided now. */
    public Delta push(String piece) {
        held.append(piece);
        return advance();
    }

    /** Ends the answer, and returns what had been held back. */
    public Delta finish() {
        ended = true;
        return advance();
    }

    /** Returns the tool calls so far. */
    public List<ToolCall> toolCalls() {
        return Collections.unmodifiableList(toolCalls);
    }

    private Delta advance() {
        while (step()) {
            // Each step decides on a part of the held text.
        }
        Delta piece = new Delta(reasoning.toString(), text.toString());
        text.setLength(0);
        reasoning.setLength(0);
        return piece;
    }

    /** Returns whether another step may decide on more. */
    private boolean step() {
        if (skipsSpace) {
            held.delete(0, firstAfterSpace(held));
            if (held.length() == 0) {
                return false;
            }
            skipsSpace = false;
        }
        return switch (state) {
            case START -> start();
            case REASONING -> reasoning();
            case TEXT -> text();
            case TOOL_CALL -> toolCall();
        };
    }

    private boolean start() {
        String begin = held.substring(firstAfterSpace(held));
        if (!ended && begin.length() < AnswerFormat.THINK.length() && AnswerFormat.THINK.startsWith(begin)) {
            return false;
        }
        if (begin.startsWith(AnswerFormat.THINK)) {
            held.delete(0, held.length() - begin.length() + AnswerFormat.THINK.length());
            state = State.REASONING;
            skipsSpace = true;
        } else {
            state = State.TEXT;
        }
        return true;
    }

    private boolean reasoning() {
        int end = held.indexOf(AnswerFormat.END_THINK);
        if (end < 0) {
            take(ended ? held.length() : lastBeforeSpace(held, certain(AnswerFormat.END_THINK)), reasoning);
            return false;
        }
        take(lastBeforeSpace(held, end), reasoning);
        held.delete(0, held.indexOf(AnswerFormat.END_THINK) + AnswerFormat.END_THINK.length());
        state = State.TEXT;
        skipsSpace = true;
        return true;
    }

    private boolean text() {
        int call = held.length();
        for (ToolCallFormat each : format.toolCalls()) {
            int at = beginOf(each);
            if (at >= 0 && at < call) {
                call = at;
                callFormat = each;
            }
        }
        if (call < held.length()) {
            int textEnd = lastBeforeSpace(held, call);
            takeText(textEnd);
            spaceBeforeCall = held.substring(0, call - textEnd);
            held.delete(0, call - textEnd);
            state = State.TOOL_CALL;
            endSearched = 0;
            return true;
        }
        if (format.toolCalls().isEmpty()) {
            takeText(held.length());
        } else if (ended) {
            takeText(toolCalls.isEmpty() ? held.length() : lastBeforeSpace(held, held.length()));
        } else {
            int certain = held.length();
            for (ToolCallFormat each : format.toolCalls()) {
                certain = Math.min(certain, certain(each.begin()));
            }
            takeText(lastBeforeSpace(held, certain));
        }
        return false;
    }

    private int beginOf(ToolCallFormat each) {
        if (!each.isWholeAnswer()) {
            return held.indexOf(each.begin());
        }
        int first = firstAfterSpace(held);
        return !answerBegun && held.indexOf(each.begin(), first) == first ? first : -1;
    }

    private boolean toolCall() {
        if (callFormat == null) {
            throw new IllegalStateException("toolCall() called without a format");
        }
        String endTag = callFormat.end();
        int end = endTag.isEmpty() ? -1 : held.indexOf(endTag, endSearched);
        if (end < 0 && !ended) {
            endSearched = Math.max(0, held.length() - endTag.length() + 1);
            return false;
        }
        List<ToolCall> calls = callFormat.read(held.substring(0, end < 0 ? held.length() : end));
        answerBegun = true;
        state = State.TEXT;
        if (calls.isEmpty()) {
            text.append(spaceBeforeCall);
            take(callFormat.begin().length(), text);
        } else {
            toolCalls.addAll(calls);
            held.delete(0, end < 0 ? held.length() : end + endTag.length());
        }
        return true;
    }

    private void takeText(int length) {
        answerBegun |= firstAfterSpace(held) < length;
        take(length, text);
    }

    private void take(int length, StringBuilder to) {
        to.append(held, 0, length);
        held.delete(0, length);
    }

    /** Returns the length of the held text without an end that may be the beginning of a tag. */
    private int certain(String tag) {
        for (int length = Math.min(tag.length() - 1, held.length()); length > 0; length--) {
            if (tag.startsWith(held.substring(held.length() - length))) {
                return held.length() - length;
            }
        }
        return held.length();
    }

    private static int firstAfterSpace(CharSequence text) {
        int i = 0;
        while (i < text.length() && Character.isWhitespace(text.charAt(i))) {
            i++;
        }
        return i;
    }

    private static int lastBeforeSpace(CharSequence text, int end) {
        int i = end;
        while (i > 0 && Character.isWhitespace(text.charAt(i - 1))) {
            i--;
        }
        return i;
    }
}
