package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.Anchored;
import org.sealpost.record.ClockReading;

/// What Home says of each fact, and how alarming it calls it.
class HomeViewTest {
    private final FakeBox box = new FakeBox();

    @Test
    void allIsWellWhereEveryPartIs() throws IOException {
        var home = HomeView.of(box.now());
        assertTrue(home.calm());
        assertEquals("All is well", home.headline());
        assertEquals(List.of(), home.problems());
        assertFalse(home.tiles().stream().anyMatch(tile -> tile.tone().equals("bad")));
        assertTile("Capture", "good", "taking", "1,204,333 entries", "12 a second over the last 1 min");
        assertTile("Seals", "good", "sealing", "3 entries wait", "Newest seal: 1,204,330 entries");
        assertTile("Anchors: evm", "good", "anchoring", "233 entries wait", "1 min 30 s ago");
        assertTile("HSM", "good", "signs", "READY", "label \"box\"");
    }

    @Test
    void keysInFilesAreRedAndNeedSomebodyAlthoughEveryPartIsWell() throws IOException {
        box.token = new BoxState.Token(
                "keys in files",
                true,
                "READY",
                FakeBox.NOW.minusSeconds(60),
                Optional.of(new BoxState.Insecure("proves nothing", "Use an HSM.")));
        var home = HomeView.of(box.now());
        assertFalse(home.calm());
        assertEquals("Needs you", home.headline());
        assertEquals("INSECURE: proves nothing", home.problems().getFirst().cause());
        assertEquals("Use an HSM.", home.problems().getFirst().remedy());
        assertTile("HSM", "bad", "there is none", "INSECURE", "Proves nothing.");
        assertTile("HSM", "bad", "there is none", "INSECURE", "Use an HSM.");
    }

    @Test
    void eachRedPartStandsThereWithSinceCauseAndRemedy() throws IOException {
        box.goesRed();
        var home = HomeView.of(box.now());
        assertFalse(home.calm());
        assertEquals("Needs you", home.headline());
        assertTrue(home.title().startsWith("! "));
        assertEquals(
                List.of("token", "disk"),
                home.problems().stream().map(HomeView.Problem::part).toList());
        var token = home.problems().getFirst();
        assertTrue(token.cause().startsWith("ABSENT"));
        assertTrue(token.remedy().startsWith("plug it in"));
        assertEquals(Optional.of("2026-11-25 17:59:54 UTC, 4 min 11 s ago"), token.since());
        assertEquals(Optional.empty(), home.problems().getLast().since());
        assertTile("Capture", "bad", "refusing", "1,204,333 entries", "records are refused, none is dropped");
        assertTile("Seals", "bad", "waiting for the HSM", "3 entries wait", "");
        assertTile("HSM", "bad", "does not sign", "ABSENT", "");
        assertTile("Disk", "bad", "refusing", "full", "62.0 GiB of 64.0 GiB used (97\u00a0%)");
    }

    // --- anchors

    @Test
    void theOldestRecordThatIsNotAnchoredIsNamedWithItsAge() throws IOException {
        assertTile("Oldest record not anchored", "good", "under way", "1 min 40 s old", "Record 1204100, captured");
        var since = FakeBox.NOW.minusSeconds(90);
        var away = new Anchored.Trouble("node http://a: it refuses connections", "look whether it runs", since, false);
        box.anchors = List.of(new BoxState.Anchors("evm", Optional.of(away), true, 0, Optional.empty(), 5, false));
        assertTile("Oldest record not anchored", "note", "held up", "1 min 40 s old", "2026-11-25 18:02:25 UTC");
        assertTile("Anchors: evm", "note", "away", "5 entries wait", "Node http://a: it refuses connections");
        assertTile("Anchors: evm", "note", "away", "5 entries wait", "Since 2026-11-25 18:02:35 UTC, 1 min 30 s ago");
        var lasting = new Anchored.Trouble("node http://a: it refuses connections", "look whether it runs", since);
        box.anchors = List.of(new BoxState.Anchors("evm", Optional.of(lasting), true, 0, Optional.empty(), 5, false));
        assertTile("Oldest record not anchored", "bad", "held up", "1 min 40 s old", "2026-11-25 18:02:25 UTC");
        assertTile("Anchors: evm", "bad", "not anchoring", "5 entries wait", "No final head yet");
        box.oldest = Optional.of(new BoxState.Unanchored(
                7, Optional.of(FakeBox.clock(Instant.EPOCH, ClockReading.State.UNTRUSTED)), Optional.empty()));
        assertTile("Oldest record not anchored", "bad", "held up", "age unknown", "The clock was not trusted then.");
        box.oldest = Optional.empty();
        assertTile("Oldest record not anchored", "good", "none waits", "none", "Every anchorage holds every record");
    }

    /// It needs nobody: what such an account could do needs no trust.
    @Test
    void anAccountKeyInAFileIsSaidAndAlarmsNobody() throws IOException {
        var since = Optional.of(FakeBox.NOW.minusSeconds(90));
        box.anchors = List.of(new BoxState.Anchors("evm", Optional.empty(), true, 7, since, 0, true));
        assertTile("Anchors: evm", "good", "anchoring", "0 entries wait", "Account key in a file: whoever reads it");
        assertTrue(HomeView.of(box.now()).calm());
    }

    @Test
    void theBoxOwnLedgerIsSaidToProveNothing() throws IOException {
        assertTile("Anchors: local", "note", "for itself only", "3 entries wait", "it proves nothing to others");
        box.anchors = List.of();
        assertTile("Oldest record not anchored", "note", "no anchorage", "all", "nobody but this box holds its heads");
    }

    // --- the disk

    @Test
    void daysUntilTheDiskIsFullAreToldAtThePaceOfNow() throws IOException {
        // 49 GiB at 6,000 bytes a second.
        assertTile("Disk", "good", "room", "101 days until full", "494 MiB a day, as over the last 1 day 6 h");
        box.room = room(12L << 30, Optional.of(new BoxState.Pace(60_000, Duration.ofHours(1))));
        assertTile("Disk", "note", "make room soon", "10 days until full", "");
        box.room = room(12L << 30, Optional.of(new BoxState.Pace(6_000_000, Duration.ofHours(1))));
        assertTile("Disk", "note", "make room soon", "under 1 day until full", "");
    }

    @Test
    void aDiskThatDoesNotFillHasNoDays() throws IOException {
        box.room = room(12L << 30, Optional.of(new BoxState.Pace(0, Duration.ofHours(1))));
        assertTile("Disk", "good", "room", "not filling", "grow by 0 B a day");
        box.room = room(12L << 30, Optional.of(new BoxState.Pace(-5, Duration.ofHours(1))));
        assertTile("Disk", "good", "room", "not filling", "grow by 0 B a day");
        box.room = room(12L << 30, Optional.empty());
        assertTile("Disk", "good", "room", "not known yet", "after ten minutes");
        box.room = new BoxState.Room(0, 0, 0, Optional.empty());
        assertEquals(Optional.of(0L), tile("Disk").meter());
    }

    private static BoxState.Room room(long used, Optional<BoxState.Pace> pace) {
        return new BoxState.Room(used, 64L << 30, 61L << 30, pace);
    }

    // --- time and certificates

    @Test
    void aClockThatIsNotTrustedIsSaidToBeSoAndNobodyIsCalled() throws IOException {
        box.clock = FakeBox.clock(Instant.parse("1970-01-01T00:01:00Z"), ClockReading.State.UNTRUSTED);
        assertTile("Last good time", "note", "clock not trusted", "18:04:05 UTC, 2026-11-25", "From the time service");
        box.lastGoodTime = Optional.empty();
        assertTile("Last good time", "note", "clock not trusted", "none yet", "1970-01-01 00:01:00 UTC");
        assertTrue(HomeView.of(box.now()).calm());
        box.clock = FakeBox.clock(FakeBox.NOW, ClockReading.State.HOLDOVER);
        assertTile("Last good time", "good", "clock is good", "none yet", "since it lost its source");
    }

    @Test
    void daysLeftAreThoseOfTheCertificateThatEndsFirst() throws IOException {
        assertTile("Certificates", "good", "valid", "700 days left", "until 2028-10-25");
        box.certificates = certificates(29, Optional.of(FakeBox.NOW), true);
        assertTile("Certificates", "note", "renew soon", "29 days left", "Sealing key: CN=a");
        box.certificates = certificates(-1, Optional.of(FakeBox.NOW), true);
        assertTile("Certificates", "bad", "expired", "expired", "");
    }

    @Test
    void whereNoTimeIsSureCertificatesAreNotJudgedByTheClock() throws IOException {
        box.certificates = certificates(400, Optional.of(FakeBox.NOW), false);
        assertTile("Certificates", "note", "not certain", "at most 400 days left", "it may be later than");
        box.certificates = certificates(400, Optional.empty(), false);
        assertTile("Certificates", "note", "not judged", "unknown", "no time is proven yet");
        box.certificates = new BoxState.Certificates(List.of(), false, Optional.empty(), false);
        assertTile("Certificates", "note", "not certified", "none", "No CA has certified the sealing key");
    }

    /// The box's own TLS certificate has none, and hides neither that of the sealing key nor that it is missing.
    @Test
    void aCertificateWithoutAnEndIsSaidToHaveNone() throws IOException {
        var tls = new BoxState.Certificates.Certificate(
                "pages (TLS)", "CN=sealpost box", Instant.parse("9999-12-31T23:59:59Z"));
        box.certificates = new BoxState.Certificates(
                List.of(FakeBox.certificate("sealing key", "CN=a", 400), tls), true, Optional.of(FakeBox.NOW), true);
        assertTile("Certificates", "good", "valid", "400 days left", "CN=sealpost box, without an end");
        box.certificates = new BoxState.Certificates(List.of(tls), false, Optional.of(FakeBox.NOW), true);
        assertTile("Certificates", "note", "not certified", "none", "CN=sealpost box, without an end");
    }

    @Test
    void whatTheLogGoesOnFromIsTold() throws IOException {
        assertEquals(Optional.empty(), fact("Goes on from"));
        box.goesOnFrom = Optional.of(new BoxState.GoesOnFrom("port-7/00000000", Optional.of("restored")));
        assertEquals(Optional.of("port-7/00000000, which ended: restored"), fact("Goes on from"));
        box.goesOnFrom = Optional.of(new BoxState.GoesOnFrom("port-7/00000000", Optional.empty()));
        assertEquals(Optional.of("port-7/00000000, which ended"), fact("Goes on from"));
    }

    private Optional<String> fact(String name) throws IOException {
        return HomeView.of(box.now()).facts().stream()
                .filter(fact -> fact.name().equals(name))
                .map(HomeView.Fact::value)
                .findFirst();
    }

    private static BoxState.Certificates certificates(int days, Optional<Instant> judgedAt, boolean certain) {
        return new BoxState.Certificates(
                List.of(FakeBox.certificate("sealing key", "CN=a", days)), true, judgedAt, certain);
    }

    // --- the box

    @Test
    void whatIsNoApplianceIsSaidToBeNone() throws IOException {
        assertTile("Software", "good", "slot A", "sealpost 0.1.0", "");
        box.software = new BoxState.Software("sealpost 0.1.0", Optional.empty(), Optional.empty());
        assertTile("Software", "note", "no slot", "sealpost 0.1.0", "Not an appliance image");
        box.software =
                new BoxState.Software("sealpost 0.1.0", Optional.of("0.1.0-7"), Optional.of(new BoxState.Slot("B")));
        assertTile("Software", "good", "slot B", "sealpost 0.1.0", "Image 0.1.0-7");
    }

    @Test
    void aBoxThatHasJustBegunHasNothingToShow() throws IOException {
        box.capture = new BoxState.Capture(true, 1, OptionalDouble.empty(), Duration.ZERO);
        assertTile("Capture", "good", "taking", "1 entry", "");
        box.seals = new BoxState.Seals(true, Optional.empty(), Optional.empty(), 0, 1);
        assertTile("Seals", "good", "sealing", "1 entry waits", "No seal yet");
    }

    @Test
    void whoSealsUnaskedOrIsHeldBackSaysSo() throws IOException {
        var newest = box.seals.newest();
        box.seals = new BoxState.Seals(true, Optional.of("no ledger has answered"), newest, 3, 1);
        assertTile("Seals", "note", "sealing", "1 entry waits", "No ledger has answered.");
        box.seals = new BoxState.Seals(false, Optional.empty(), newest, 3, 1);
        assertTile("Seals", "bad", "held back", "1 entry waits", "");
    }

    private Tile tile(String label) throws IOException {
        return HomeView.of(box.now()).tiles().stream()
                .filter(tile -> tile.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    private void assertTile(String label, String tone, String word, String figure, String says) throws IOException {
        var tile = tile(label);
        assertEquals(tone, tile.tone(), tile::toString);
        assertEquals(word, tile.word(), tile::toString);
        assertEquals(figure, (tile.value() + " " + tile.unit()).strip());
        var lines = tile.lines().stream()
                .map(line -> line.text() + " " + line.time().orElse(""))
                .collect(Collectors.joining("\n"));
        assertTrue(lines.contains(says), () -> "\"" + says + "\" is not in " + lines);
    }
}
