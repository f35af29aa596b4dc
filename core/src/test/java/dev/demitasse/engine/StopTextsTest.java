package dev.demitasse.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class StopTextsTest {
    @Test
    void textBeforeAStopPassesThrough() {
        StopTexts stops = new StopTexts(List.of("END"));
        assertEquals("a b ", stops.push("a b E"));
        assertEquals("", stops.push("N"));
        assertFalse(stops.reached());
        assertEquals("", stops.push("D and more"));
        assertTrue(stops.reached());
    }

    @Test
    void falseStartIsReleased() {
        StopTexts stops = new StopTexts(List.of("END"));
        assertEquals("", stops.push("EN"));
        assertEquals("EN", stops.push("EN"), "the second start is still held");
        assertEquals("EN", stops.finish());
        assertFalse(stops.reached());
    }

    @Test
    void earliestOfSeveralEnds() {
        StopTexts stops = new StopTexts(List.of("lazy dog", "fox"));
        assertEquals("the ", stops.push("the fox and the lazy dog"));
        assertTrue(stops.reached());
    }

    @Test
    void repetitiveStopIsFound() {
        StopTexts stops = new StopTexts(List.of("aab"));
        StringBuilder out = new StringBuilder();
        for (String piece : "aaaab".split("")) {
            out.append(stops.push(piece));
        }
        assertEquals("aa", out.toString());
        assertTrue(stops.reached());
    }

    @Test
    void withoutStopsNothingIsHeldBack() {
        StopTexts stops = new StopTexts(List.of());
        assertEquals("text", stops.push("text"));
        assertEquals("", stops.finish());
    }
}
