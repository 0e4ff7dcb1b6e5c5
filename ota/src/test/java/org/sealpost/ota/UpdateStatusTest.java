package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UpdateStatusTest {
    private static final Instant AT = Instant.parse("2026-11-25T10:00:00Z");

    static final UpdateStatus FULL = new UpdateStatus(
            "sealpost-amd64",
            "1.0.0",
            3,
            "A",
            false,
            "fetching",
            Optional.of("1.1.0"),
            Optional.of(new UpdateStatus.Progress(40, "download")),
            Optional.of(new UpdateStatus.Offer("1.1.0", "Fixes.", "url", 150_000_000)),
            Optional.of(new UpdateStatus.Refusal("expiry", "timestamp.json ended yesterday", AT)),
            Optional.of(new UpdateStatus.Last("1.0.0", "rolled-back", AT, "the gateway ended")),
            List.of("0.9.0"),
            new UpdateStatus.Source(Optional.of("https://updates.example/"), true, false),
            false,
            Optional.of(AT),
            Optional.of(new UpdateStatus.Setback("the server does not answer", AT)));

    private static final UpdateStatus BARE = new UpdateStatus(
            "sealpost-amd64",
            "1.0.0",
            0,
            "B",
            true,
            "idle",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            new UpdateStatus.Source(Optional.empty(), false, true),
            true,
            Optional.empty(),
            Optional.empty());

    @Test
    void isReadAsItWasWritten() {
        assertEquals(FULL, UpdateStatus.parse(FULL.toJson()));
        assertEquals(BARE, UpdateStatus.parse(BARE.toJson()));
        assertEquals(-1, FULL.toJson().indexOf('\n'));
    }

    @Test
    void whatIsNoStatusIsRefused() {
        for (var wrong : List.of("", "null", "[]", "{}", "{", FULL.toJson().replace("2026-11-25T", "yesterday "))) {
            assertThrows(IllegalArgumentException.class, () -> UpdateStatus.parse(wrong), wrong);
        }
        var missing = assertThrows(
                IllegalArgumentException.class,
                () -> UpdateStatus.parse(BARE.toJson().replace("board", "bored")));
        assertTrue(missing.getMessage().contains("board"), missing.getMessage());
    }
}
