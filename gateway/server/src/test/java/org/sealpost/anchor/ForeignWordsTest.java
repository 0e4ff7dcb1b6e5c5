package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/// What strangers say ends up in logs and on terminals.
class ForeignWordsTest {
    @Test
    void nothingInThemMovesACursorOrTurnsALine() {
        assertEquals("a?2J?b", ForeignWords.shortened("a\u009b2J\u202eb"));
        assertEquals("?c?d?e?", ForeignWords.shortened("\u0085c\u2028d\u2029e\u001b"));
        assertEquals("zu sp\u00e4t", ForeignWords.shortened("zu sp\u00e4t"));
    }

    @Test
    void aCharacterThatIsCutInTwoIsNone() {
        assertEquals("x".repeat(255) + "?", ForeignWords.shortened("x".repeat(255) + "\ud83d\ude00"));
    }
}
