package dev.demitasse.chat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits an answer, as its text arrives, into reasoning, text and tool calls. What may be the beginning of a marker is held back. A call
 * that can't be read stays text: nothing is lost.
 */
public final class AnswerParser {
    private enum State {
        START,
        REASONING,
        TEXT,
        TOOL_CALL
    }

    /** What became certain: reasoning and text, in this order. */
    public record Piece(String reasoning, String text) {}

    private final AnswerFormat format;
    private final List<ToolCall> toolCalls = new ArrayList<>();
    private State state;
    private String held = "";
    /** Line ends after a marker belong to it. */
    private boolean skipLineEnds;

    private @Nullable ToolCallFormat call;
    private StringBuilder reasoning = new StringBuilder();
    private StringBuilder text = new StringBuilder();

    public AnswerParser(AnswerFormat format) {
        this.format = format;
        state = format.opened() ? State.REASONING : State.START;
        skipLineEnds = format.opened();
    }

    /** Takes the next text. */
    public Piece push(String more) {
        held += more;
        while (advance()) {
            // each step consumes a marker or changes the state
        }
        return take();
    }

    /** The answer has ended: what was held back. */
    public Piece finish() {
        switch (state) {
            case REASONING -> reasoning.append(held);
            case TOOL_CALL -> endCall(held, "");
            default -> text.append(held);
        }
        held = "";
        return take();
    }

    /** Calls found so far. */
    public List<ToolCall> toolCalls() {
        return List.copyOf(toolCalls);
    }

    private Piece take() {
        Piece piece = new Piece(reasoning.toString(), text.toString());
        reasoning = new StringBuilder();
        text = new StringBuilder();
        return piece;
    }

    private boolean advance() {
        if (skipLineEnds) {
            int start = 0;
            while (start < held.length() && (held.charAt(start) == '\n' || held.charAt(start) == '\r')) {
                start++;
            }
            held = held.substring(start);
            if (held.isEmpty()) {
                return false;
            }
            skipLineEnds = false;
        }
        return switch (state) {
            case START -> start();
            case REASONING -> reason();
            case TEXT -> text();
            case TOOL_CALL -> toolCall();
        };
    }

    private boolean start() {
        String begun = held.stripLeading();
        boolean mayThink = format.thinks() && AnswerFormat.THINK.startsWith(begun);
        boolean mayCall = begun.isEmpty() && format.toolCalls().contains(ToolCallFormat.BARE_JSON);
        if (format.thinks() && begun.startsWith(AnswerFormat.THINK)) {
            held = begun.substring(AnswerFormat.THINK.length());
            skipLineEnds = true;
            state = State.REASONING;
        } else if (mayThink || mayCall) {
            return false;
        } else if (format.toolCalls().contains(ToolCallFormat.BARE_JSON)
                && begun.startsWith(ToolCallFormat.BARE_JSON.open())) {
            held = begun.substring(ToolCallFormat.BARE_JSON.open().length());
            call = ToolCallFormat.BARE_JSON;
            state = State.TOOL_CALL;
        } else {
            state = State.TEXT;
        }
        return true;
    }

    private boolean reason() {
        int end = held.indexOf(AnswerFormat.END_THINK);
        if (end < 0) {
            int certain = held.length() - beginningOf(AnswerFormat.END_THINK);
            reasoning.append(held, 0, certain);
            held = held.substring(certain);
            return false;
        }
        reasoning.append(held, 0, end);
        held = held.substring(end + AnswerFormat.END_THINK.length());
        skipLineEnds = true;
        state = State.TEXT;
        return true;
    }

    private boolean text() {
        int first = held.length();
        int kept = 0;
        for (ToolCallFormat candidate : format.toolCalls()) {
            if (candidate.close() == null) {
                continue;
            }
            int at = held.indexOf(candidate.open());
            if (at >= 0 && at < first) {
                first = at;
                call = candidate;
                state = State.TOOL_CALL;
            }
            kept = Math.max(kept, beginningOf(candidate.open()));
        }
        if (state == State.TOOL_CALL && call != null) {
            text.append(held, 0, first);
            held = held.substring(first + call.open().length());
            return true;
        }
        text.append(held, 0, held.length() - kept);
        held = held.substring(held.length() - kept);
        return false;
    }

    private boolean toolCall() {
        String close = call == null ? null : call.close();
        int end = close == null ? -1 : held.indexOf(close);
        if (end < 0 || close == null) {
            return false;
        }
        String inner = held.substring(0, end);
        held = held.substring(end + close.length());
        endCall(inner, close);
        state = State.TEXT;
        return true;
    }

    private void endCall(String inner, String close) {
        if (call == null) {
            return;
        }
        ToolCall parsed = call.parse(inner);
        if (parsed == null) {
            text.append(call.open()).append(inner).append(close);
        } else {
            toolCalls.add(parsed);
        }
    }

    /** Length of the longest end of the held text with which {@code marker} begins. */
    private int beginningOf(String marker) {
        int length = Math.min(marker.length() - 1, held.length());
        while (!held.endsWith(marker.substring(0, length))) {
            length--;
        }
        return length;
    }
}
