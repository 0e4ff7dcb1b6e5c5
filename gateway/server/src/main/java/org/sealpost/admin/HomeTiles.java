package org.sealpost.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sealpost.admin.BoxState.Certificates.Certificate;
import org.sealpost.record.ClockReading;

/// Every fact of a [BoxState] in words, and how alarming it is. The order is that of a record's way, then the
/// box.
final class HomeTiles {
    /// What ends within so many days is to be known today.
    private static final long SOON_DAYS = 30;

    private final BoxState state;
    private final Instant now;

    private HomeTiles(BoxState state) {
        this.state = state;
        this.now = state.clock().time();
    }

    /// @param owner whether it is the owner who looks
    static List<Tile> of(BoxState state, boolean owner) {
        var home = new HomeTiles(state);
        var tiles = new ArrayList<Tile>();
        tiles.add(home.capture());
        if (!state.sensors().isEmpty()) tiles.add(SensorTile.of(state.sensors(), home.now));
        tiles.add(home.seals());
        tiles.add(home.unanchored());
        for (var anchors : state.anchors()) tiles.add(home.anchors(anchors));
        tiles.add(home.room());
        tiles.add(home.time());
        tiles.add(home.token());
        tiles.add(home.certificates());
        tiles.add(home.software(owner));
        return List.copyOf(tiles);
    }

    private Tile capture() {
        var capture = state.capture();
        var tile = capture.taking() ? Tile.good("Capture", "taking") : Tile.bad("Capture", "refusing");
        tile = tile.showing(Phrases.count(capture.entries()), capture.entries() == 1 ? "entry" : "entries");
        if (capture.perSecond().isPresent()) {
            double rate = capture.perSecond().getAsDouble();
            var over = "over the last " + Phrases.duration(capture.over());
            tile = tile.line(rate > 0 ? Phrases.rate(rate) + " a second " + over : "None came " + over);
        }
        return capture.taking() ? tile : tile.line("The disk has no room: records are refused, none is dropped.");
    }

    private Tile seals() {
        var seals = state.seals();
        Tile tile;
        if (!seals.going()) tile = Tile.bad("Seals", state.token().ready() ? "held back" : "waiting for the HSM");
        else if (seals.note().isPresent()) tile = Tile.note("Seals", "sealing");
        else tile = Tile.good("Seals", "sealing");
        tile = tile.showing(Phrases.count(seals.waiting()), waiting(seals.waiting()));
        if (seals.note().isPresent())
            tile = tile.line(Phrases.capitalised(seals.note().get()) + ".");
        if (seals.newest().isEmpty()) return tile.line("No seal yet");
        return tile.line(
                "Newest seal: " + Phrases.counted(seals.sealed(), "entry,", "entries,"),
                Phrases.timeAndAge(seals.newest().get().time(), now));
    }

    private Tile unanchored() {
        var label = "Oldest record not anchored";
        if (state.anchors().isEmpty()) {
            return Tile.note(label, "no anchorage")
                    .showing("all")
                    .line("No anchorage is configured: nobody but this box holds its heads.");
        }
        if (state.oldestUnanchored().isEmpty()) {
            return Tile.good(label, "none waits").showing("none").line("Every anchorage holds every record finally.");
        }
        var oldest = state.oldestUnanchored().get();
        boolean away =
                state.anchors().stream().anyMatch(anchors -> anchors.trouble().isPresent());
        boolean urgent = state.anchors().stream().anyMatch(BoxState.Anchors::isUrgent);
        Tile tile;
        if (urgent) tile = Tile.bad(label, "held up");
        else if (away) tile = Tile.note(label, "held up");
        else tile = Tile.good(label, "under way");
        tile = oldest.age().isPresent()
                ? tile.showing(Phrases.duration(oldest.age().get()), "old")
                : tile.showing("age unknown");
        var record = "Record " + oldest.index() + ", captured";
        if (oldest.capturedAt().isEmpty()) return tile.line(record + " at a time that was erased");
        var at = oldest.capturedAt().get();
        tile = tile.line(record, Phrases.time(at.time()));
        return at.state() == ClockReading.State.UNTRUSTED ? tile.line("The clock was not trusted then.") : tile;
    }

    private Tile anchors(BoxState.Anchors anchors) {
        var label = "Anchors: " + anchors.name();
        Tile tile;
        if (anchors.isUrgent()) tile = Tile.bad(label, LedgersView.NOT_ANCHORING);
        else if (anchors.trouble().isPresent()) tile = Tile.note(label, LedgersView.AWAY);
        else if (!anchors.convincesOthers()) tile = Tile.note(label, "for itself only");
        else tile = Tile.good(label, "anchoring");
        tile = tile.showing(Phrases.count(anchors.waiting()), waiting(anchors.waiting()));
        tile = anchors.finalSince().isEmpty()
                ? tile.line("No final head yet")
                : tile.line(
                        "Last final head: " + Phrases.counted(anchors.finalSize(), "entry,", "entries,"),
                        Phrases.timeAndAge(anchors.finalSince().get(), now));
        // An urgent one stands at the top with all that is to be known of it.
        if (anchors.trouble().isPresent() && !anchors.isUrgent()) {
            var trouble = anchors.trouble().get();
            tile = tile.line(Phrases.told(trouble.cause())).line("Since", Phrases.timeAndAge(trouble.since(), now));
        }
        if (anchors.accountInFile()) {
            tile = tile.line("Account key in a file: whoever reads it can spend its balance, and forge nothing.");
        }
        tile = tile.leadingTo(LedgerPages.PATH);
        return anchors.convincesOthers() ? tile : tile.line("Stands on this box alone: it proves nothing to others.");
    }

    private Tile room() {
        var room = state.room();
        var days = state.daysLeft();
        boolean full = !state.capture().taking() || room.usedBytes() >= room.refusingAtBytes();
        boolean soon = days.isPresent() && days.getAsLong() < SOON_DAYS;
        Tile tile;
        if (full) tile = Tile.bad("Disk", "refusing").showing("full");
        else if (soon) tile = Tile.note("Disk", "make room soon");
        else tile = Tile.good("Disk", "room");
        if (!full && days.isPresent()) {
            long count = days.getAsLong();
            tile = tile.showing(
                    count == 0 ? "under 1" : Phrases.count(count), count < 2 ? "day until full" : "days until full");
        } else if (!full) {
            tile = tile.showing(room.pace().isPresent() ? "not filling" : "not known yet");
        }
        tile = tile.filledTo(room.totalBytes() <= 0 ? 0 : 100 * room.usedBytes() / room.totalBytes())
                .line(Phrases.bytes(room.usedBytes()) + " of " + Phrases.bytes(room.totalBytes()) + " used ("
                        + Phrases.percent(room.usedBytes(), room.totalBytes()) + "), refuses at "
                        + Phrases.percent(room.refusingAtBytes(), room.totalBytes()));
        if (room.pace().isEmpty()) return tile.line("The pace is known after ten minutes of running.");
        double aDay = room.pace().get().bytesPerSecond() * Duration.ofDays(1).toSeconds();
        return tile.line("Journals grow by " + Phrases.bytes((long) Math.max(0, aDay)) + " a day, as over the last "
                + Phrases.duration(room.pace().get().over()));
    }

    private Tile time() {
        var clock = state.clock();
        var source = clock.source().name().toLowerCase(Locale.ROOT);
        var tile = clock.state() == ClockReading.State.UNTRUSTED
                ? Tile.note("Last good time", "clock not trusted")
                : Tile.good("Last good time", "clock is good");
        if (state.lastGoodTime().isEmpty()) {
            tile = tile.showing("none yet");
        } else {
            var good = state.lastGoodTime().get();
            tile = tile.showing(Phrases.clock(good.time()), "UTC, " + Phrases.day(good.time()))
                    .line("From " + good.source());
        }
        return switch (clock.state()) {
            case SYNCED -> {
                var error = clock.maxErrorMillis();
                yield tile.line("The clock is synchronised (" + source + ")"
                        + (error.isPresent() ? ", wrong by " + error.getAsLong() + " ms at most." : "."));
            }
            case HOLDOVER -> tile.line("The clock runs on by itself since it lost its source (" + source + ").");
            case UNTRUSTED ->
                tile.line("The clock is not trusted, records are marked so. It says", Phrases.time(clock.time()));
        };
    }

    private Tile token() {
        var token = state.token();
        if (token.insecure().isPresent()) {
            var insecure = token.insecure().get();
            return Tile.bad("HSM", "there is none")
                    .showing("INSECURE")
                    .line(token.description())
                    .line(Phrases.capitalised(insecure.cause()) + ".")
                    .line(insecure.remedy());
        }
        return (token.ready() ? Tile.good("HSM", "signs") : Tile.bad("HSM", "does not sign"))
                .showing(token.state())
                .line(token.description().isEmpty() ? "It was not seen yet." : token.description())
                .line("Since " + Phrases.timeAndAge(token.since(), now));
    }

    private Tile certificates() {
        var certificates = state.certificates();
        var tile = judged("Certificates", certificates);
        for (var certificate : certificates.known()) {
            tile = tile.line(
                    Phrases.capitalised(certificate.of()) + ": " + certificate.subject() + ",",
                    certificate.ends() ? "until " + Phrases.day(certificate.notAfter()) : "without an end");
        }
        return tile;
    }

    private static Tile judged(String label, BoxState.Certificates certificates) {
        if (!certificates.certified()) {
            return Tile.note(label, "not certified")
                    .showing("none")
                    .line("No CA has certified the sealing key: who checks evidence has to know the key itself.");
        }
        if (certificates.judgedAt().isEmpty()) {
            return Tile.note(label, "not judged")
                    .showing("unknown")
                    .line("The clock is not trusted, and no time is proven yet.");
        }
        var judgedAt = certificates.judgedAt().get();
        var least = certificates.known().stream()
                .filter(Certificate::ends)
                .mapToLong(certificate ->
                        Duration.between(judgedAt, certificate.notAfter()).toSeconds())
                .map(seconds -> Math.floorDiv(seconds, Duration.ofDays(1).toSeconds()))
                .min();
        if (least.isEmpty()) return Tile.good(label, "valid").showing("no end");
        long days = least.getAsLong();
        if (days < 0) return Tile.bad(label, "expired").showing("expired");
        boolean soon = days < SOON_DAYS;
        var left = days == 1 ? "day left" : "days left";
        if (!certificates.certain()) {
            return Tile.note(label, soon ? "renew soon" : "not certain")
                    .showing("at most " + Phrases.count(days), left)
                    .line("The clock is not trusted, it may be later than", Phrases.time(judgedAt));
        }
        return (soon ? Tile.note(label, "renew soon") : Tile.good(label, "valid")).showing(Phrases.count(days), left);
    }

    private Tile software(boolean owner) {
        var software = state.software();
        if (software.update().isEmpty()) return withoutAgent(software);
        var seen = software.update().get();
        var tile = seen.status()
                .map(status -> UpdateTile.of(software, status, seen.silence().isPresent(), now))
                .orElseGet(() -> withoutAgent(software));
        return owner ? tile.leadingTo(UpdatePages.PATH) : tile;
    }

    private static Tile withoutAgent(BoxState.Software software) {
        if (software.slot().isEmpty()) {
            return Tile.note("Software", "no slot")
                    .showing(software.version())
                    .line("Not an appliance image: no slots, no way back by itself.");
        }
        var tile = Tile.good("Software", "slot " + software.slot().get().name()).showing(software.version());
        return software.image().isPresent()
                ? tile.line("Image " + software.image().get())
                : tile;
    }

    private static String waiting(long count) {
        return count == 1 ? "entry waits" : "entries wait";
    }
}
