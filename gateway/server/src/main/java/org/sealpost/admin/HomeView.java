package org.sealpost.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.sealpost.admin.BoxState.Certificates.Certificate;
import org.sealpost.record.ClockReading;

/// What Home says: every fact of a [BoxState] in words, and how alarming it is.
///
/// @param calm  whether nobody is needed
/// @param asOf  the box's clock when it was asked
record HomeView(
        String title,
        boolean calm,
        String headline,
        String asOf,
        List<Problem> problems,
        List<Tile> tiles,
        List<Fact> facts) {
    private static final long SOON_DAYS = 30;

    /// @param since empty where nobody knows
    record Problem(String part, String cause, String remedy, Optional<String> since) {}

    /// A figure that is read from afar, and what belongs to it.
    ///
    /// @param tone  `good`, `note` for what should be known, `bad` for what needs somebody
    /// @param word  what the tone means here
    /// @param meter how full something is, 0 to 100; empty where nothing is
    record Tile(
            String label,
            String tone,
            String word,
            String value,
            String unit,
            List<String> lines,
            Optional<Long> meter) {
        static final String GOOD = "good";
        static final String NOTE = "note";
        static final String BAD = "bad";

        Tile(String label, String tone, String word, String value, String unit, List<String> lines) {
            this(label, tone, word, value, unit, lines, Optional.empty());
        }
    }

    record Fact(String name, String value) {}

    static HomeView of(BoxState state) {
        var now = state.clock().time();
        var problems = state.parts().stream()
                .filter(part -> !part.well())
                .map(part -> problem(part, now))
                .toList();
        boolean calm = problems.isEmpty();
        var headline = calm ? "All is well" : "Needs you";
        var tiles = new ArrayList<Tile>();
        tiles.add(capture(state.capture()));
        tiles.add(seals(state));
        tiles.add(unanchored(state));
        for (var anchors : state.anchors()) tiles.add(anchors(anchors, now, hasTrouble(state, anchors.name())));
        tiles.add(room(state));
        tiles.add(time(state));
        tiles.add(token(state.token(), now));
        tiles.add(certificates(state.certificates()));
        tiles.add(software(state.software()));
        return new HomeView(
                (calm ? "" : "! ") + headline,
                calm,
                headline,
                Phrases.time(now),
                problems,
                List.copyOf(tiles),
                List.of(
                        new Fact("Log origin", state.identity().origin()),
                        new Fact("Sealing key (SHA-256)", state.identity().sealingKey())));
    }

    private static Problem problem(HealthView.Part part, Instant now) {
        return new Problem(
                part.name(),
                part.cause(),
                part.remedy(),
                part.since().map(since -> Phrases.time(since) + ago(since, now)));
    }

    /// The clock may have been set meanwhile: nothing is said to have happened in the future.
    private static String ago(Instant since, Instant now) {
        return since.isAfter(now) ? "" : ", " + Phrases.duration(Duration.between(since, now)) + " ago";
    }

    private static boolean hasTrouble(BoxState state, String anchorage) {
        return state.parts().stream()
                .anyMatch(part -> !part.well() && part.name().equals("relay " + anchorage));
    }

    private static Tile capture(BoxState.Capture capture) {
        var lines = new ArrayList<String>();
        capture.perSecond()
                .ifPresent(rate ->
                        lines.add(Phrases.rate(rate) + " a second over the last " + Phrases.duration(capture.over())));
        if (!capture.taking()) lines.add("The disk has no room: records are refused, none is dropped.");
        return new Tile(
                "Capture",
                capture.taking() ? Tile.GOOD : Tile.BAD,
                capture.taking() ? "taking" : "refusing",
                Phrases.count(capture.entries()),
                capture.entries() == 1 ? "entry" : "entries",
                lines);
    }

    private static Tile seals(BoxState state) {
        var seals = state.seals();
        boolean well = state.parts().stream()
                .noneMatch(part -> !part.well() && part.name().equals("sealer"));
        var lines = new ArrayList<String>();
        lines.add(Phrases.counted(seals.sealed(), "entry", "entries") + " under a seal");
        if (seals.newest().isPresent()) {
            var sealed = seals.newest().get().time();
            lines.add("The newest seal is of");
            lines.add(Phrases.time(sealed) + ago(sealed, state.clock().time()));
        }
        return new Tile(
                "Seals",
                well ? Tile.GOOD : Tile.BAD,
                well ? "sealing" : "waiting for the token",
                Phrases.count(seals.waiting()),
                seals.waiting() == 1 ? "entry waits" : "entries wait",
                lines);
    }

    private static Tile unanchored(BoxState state) {
        var label = "Oldest record not anchored";
        if (state.anchors().isEmpty()) {
            return new Tile(
                    label,
                    Tile.NOTE,
                    "no anchorage",
                    "all",
                    "",
                    List.of("No anchorage is configured: nobody but this box holds its heads."));
        }
        if (state.oldestUnanchored().isEmpty()) {
            return new Tile(
                    label, Tile.GOOD, "none waits", "none", "", List.of("Every anchorage holds every record finally."));
        }
        var oldest = state.oldestUnanchored().get();
        boolean well = state.anchors().stream().noneMatch(anchors -> hasTrouble(state, anchors.name()));
        return new Tile(
                label,
                well ? Tile.GOOD : Tile.BAD,
                well ? "under way" : "held up",
                oldest.age().map(Phrases::duration).orElse("age unknown"),
                oldest.age().isPresent() ? "old" : "",
                List.of(
                        "Record " + Phrases.count(oldest.index()) + ", captured",
                        oldest.capturedAt()
                                .map(at -> Phrases.time(at.time())
                                        + (at.state() == ClockReading.State.UNTRUSTED ? " (clock not trusted)" : ""))
                                .orElse("at a time that was erased")));
    }

    private static Tile anchors(BoxState.Anchors anchors, Instant now, boolean trouble) {
        var lines = new ArrayList<String>();
        lines.add(
                anchors.finalSize() == 0
                        ? "No final head yet"
                        : "Last final head: " + Phrases.counted(anchors.finalSize(), "entry", "entries"));
        anchors.finalSince().ifPresent(since -> lines.add(Phrases.time(since) + ago(since, now)));
        if (!anchors.convincesOthers()) lines.add("Stands on this box alone: it proves nothing to others.");
        var tone = trouble ? Tile.BAD : anchors.convincesOthers() ? Tile.GOOD : Tile.NOTE;
        return new Tile(
                "Anchors: " + anchors.name(),
                tone,
                trouble ? "not anchoring" : anchors.convincesOthers() ? "anchoring" : "for itself only",
                Phrases.count(anchors.waiting()),
                anchors.waiting() == 1 ? "entry waits" : "entries wait",
                lines);
    }

    private static Tile room(BoxState state) {
        var room = state.room();
        var lines = new ArrayList<String>();
        lines.add(Phrases.bytes(room.usedBytes()) + " of " + Phrases.bytes(room.totalBytes()) + " used ("
                + Phrases.percent(room.usedBytes(), room.totalBytes()) + ")");
        var days = state.daysLeft();
        boolean full = !state.capture().taking() || room.usedBytes() >= room.refusingAtBytes();
        room.pace()
                .ifPresent(pace -> lines.add("Journals grow by "
                        + Phrases.bytes((long)
                                (pace.bytesPerSecond() * Duration.ofDays(1).toSeconds())) + " a day, measured over "
                        + Phrases.duration(pace.over())));
        if (room.pace().isEmpty()) lines.add("The pace is known after ten minutes of running.");
        var tone = full ? Tile.BAD : days.isPresent() && days.getAsLong() < SOON_DAYS ? Tile.NOTE : Tile.GOOD;
        String value;
        if (full) value = "full";
        else if (days.isPresent()) value = days.getAsLong() == 0 ? "under 1" : Phrases.count(days.getAsLong());
        else value = room.pace().isPresent() ? "not filling" : "not known yet";
        boolean counts = !full && days.isPresent();
        return new Tile(
                "Disk",
                tone,
                full ? "full" : tone.equals(Tile.NOTE) ? "make room soon" : "room",
                value,
                counts ? (days.getAsLong() < 2 ? "day until full" : "days until full") : "",
                lines,
                Optional.of(room.totalBytes() <= 0 ? 0 : 100 * room.usedBytes() / room.totalBytes()));
    }

    private static Tile time(BoxState state) {
        var clock = state.clock();
        boolean trusted = clock.state() != ClockReading.State.UNTRUSTED;
        var source = clock.source().name().toLowerCase(Locale.ROOT);
        var now = switch (clock.state()) {
            case SYNCED ->
                "Clock: synchronised"
                        + clock.maxErrorMillis().stream()
                                .mapToObj(error -> ", wrong by " + error + " ms at most")
                                .findFirst()
                                .orElse("")
                        + " (" + source + ")";
            case HOLDOVER -> "Clock: runs on by itself since it lost its source (" + source + ")";
            case UNTRUSTED -> "Clock: " + Phrases.time(clock.time()) + ", not trusted; records are marked so.";
        };
        var lines = new ArrayList<String>();
        state.lastGoodTime().ifPresent(good -> lines.add("Source: " + good.source()));
        lines.add(now);
        return new Tile(
                "Last good time",
                trusted ? Tile.GOOD : Tile.NOTE,
                trusted ? "clock is good" : "clock not trusted",
                state.lastGoodTime().map(good -> Phrases.time(good.time())).orElse("none yet"),
                "",
                lines);
    }

    private static Tile token(BoxState.Token token, Instant now) {
        return new Tile(
                "HSM",
                token.ready() ? Tile.GOOD : Tile.BAD,
                token.ready() ? "signs" : "does not sign",
                token.state(),
                "",
                List.of(token.description(), "Since", Phrases.time(token.since()) + ago(token.since(), now)));
    }

    private static Tile certificates(BoxState.Certificates certificates) {
        var label = "Certificates";
        if (certificates.known().isEmpty()) {
            return new Tile(
                    label,
                    Tile.NOTE,
                    "not certified",
                    "none",
                    "",
                    List.of("No CA has certified the sealing key: who checks evidence has to know the key itself."));
        }
        var lines = new ArrayList<String>();
        for (var certificate : certificates.known()) {
            lines.add(Phrases.capitalised(certificate.of()) + ": until " + Phrases.day(certificate.notAfter()) + ", "
                    + certificate.subject());
        }
        if (certificates.judgedAt().isEmpty()) {
            lines.add("The clock is not trusted, and no time is proven yet.");
            return new Tile(label, Tile.NOTE, "not judged", "unknown", "", lines);
        }
        var judgedAt = certificates.judgedAt().get();
        if (!certificates.certain()) {
            lines.add("The clock is not trusted: judged by " + Phrases.time(judgedAt) + ", it may be later.");
        }
        long least = certificates.known().stream()
                .mapToLong(certificate -> daysLeft(certificate, judgedAt))
                .min()
                .orElseThrow();
        if (least < 0) return new Tile(label, Tile.BAD, "expired", "expired", "", lines);
        boolean soon = least < SOON_DAYS;
        return new Tile(
                label,
                soon || !certificates.certain() ? Tile.NOTE : Tile.GOOD,
                soon ? "renew soon" : certificates.certain() ? "valid" : "not certain",
                (certificates.certain() ? "" : "at most ") + Phrases.count(least),
                least == 1 ? "day left" : "days left",
                lines);
    }

    /// Whole days; negative once it has ended.
    private static long daysLeft(Certificate certificate, Instant judgedAt) {
        return Math.floorDiv(
                Duration.between(judgedAt, certificate.notAfter()).toSeconds(),
                Duration.ofDays(1).toSeconds());
    }

    private static Tile software(BoxState.Software software) {
        var slot = software.slot();
        if (slot.isEmpty()) {
            return new Tile(
                    "Software",
                    Tile.NOTE,
                    "no slot",
                    software.version(),
                    "",
                    List.of("Not an appliance image: no slots, no way back."));
        }
        var lastGood = slot.get().lastGood();
        return new Tile(
                "Software",
                Tile.GOOD,
                "slot " + slot.get().name(),
                software.version(),
                "",
                List.of(lastGood.map(good -> "Last good slot: " + good).orElse("No slot has proved itself yet")));
    }
}
