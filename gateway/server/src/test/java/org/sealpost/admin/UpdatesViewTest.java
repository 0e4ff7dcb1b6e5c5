package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.ota.UpdateStatus;

/// What Home and the page of updates say of an agent's status.
class UpdatesViewTest {
    private static final Instant NOW = FakeAgent.AT.plusSeconds(90);
    private static final BoxState.Software SOFTWARE =
            new BoxState.Software("sealpost 0.1.0", Optional.of("0.1.0-7"), Optional.of(new BoxState.Slot("A")));

    private static Tile tile(UpdateStatus status) {
        return UpdateTile.of(SOFTWARE, status, false, NOW);
    }

    private static List<String> lines(Tile tile) {
        return tile.lines().stream()
                .map(line -> line.text() + line.time().map(time -> " " + time).orElse(""))
                .toList();
    }

    private static UpdateStatus with(String state, int percent, String of) {
        return FakeAgent.status(state, Optional.of(new UpdateStatus.Progress(percent, of)), Optional.empty());
    }

    private static UpdateStatus ended(String outcome, String why) {
        return FakeAgent.status(
                "idle", Optional.empty(), Optional.of(new UpdateStatus.Last("1.1.0", outcome, FakeAgent.AT, why)));
    }

    @Test
    void homeLeadsTheOwnerToUpdatesAndNobodyElse() throws Exception {
        var box = new FakeBox();
        assertEquals(Optional.empty(), software(box, true).link(), "there is no agent");
        box.software = SOFTWARE.with(new UpdateAgent.Seen(Optional.of(FakeAgent.IDLE), Optional.empty()));
        assertEquals(Optional.of("/updates"), software(box, true).link());
        assertEquals(Optional.empty(), software(box, false).link());
        box.software = SOFTWARE.with(new UpdateAgent.Seen(Optional.empty(), Optional.empty()));
        assertEquals("slot A", software(box, true).word(), "the agent has not answered yet");
        assertEquals(Optional.of("/updates"), software(box, true).link());
    }

    private static Tile software(FakeBox box, boolean owner) throws Exception {
        return HomeView.of(box.now(), owner).tiles().getLast();
    }

    @Test
    void whatRunsIsAllThatIsSaidWhereNothingHappened() {
        var tile = tile(FakeAgent.IDLE);
        assertEquals("good", tile.tone());
        assertEquals("slot B", tile.word());
        assertEquals("1.0.0", tile.value());
        assertEquals(List.of("Slot B, image 0.1.0-7, software sealpost 0.1.0"), lines(tile));
    }

    @Test
    void anUpdateThatWasConfirmedIsGood() {
        var tile = tile(ended("confirmed", ""));
        assertEquals("good", tile.tone());
        assertEquals(
                "Last update: 1.1.0 confirmed, 2026-11-25 10:00:00 UTC, 1 min 30 s ago",
                lines(tile).getLast());
    }

    @Test
    void anUpdateThatWasRolledBackIsANoteWithItsReason() {
        var tile = tile(ended("rolled-back", "slot B did not come up: its tries are used up"));
        assertEquals("note", tile.tone());
        assertEquals("rolled back", tile.word());
        assertEquals(
                List.of(
                        "Last update: 1.1.0 rolled back, 2026-11-25 10:00:00 UTC, 1 min 30 s ago",
                        "Why: slot B did not come up: its tries are used up"),
                lines(tile).subList(1, 3));
    }

    @Test
    void aRefusalIsANoteWithItsRule() {
        var tile = tile(FakeAgent.full());
        assertEquals("note", tile.tone());
        assertEquals("update refused", tile.word());
        assertTrue(lines(tile).contains("Offered: 1.1.0"));
        assertTrue(
                lines(tile)
                        .contains("Refused (expiry): timestamp.json ended on 2026-11-24; have a new one published,"
                                + " 2026-11-25 10:00:00 UTC, 1 min 30 s ago"),
                () -> lines(tile).toString());
    }

    @Test
    void theTrialAndWhatGoesOnIsANote() {
        assertEquals("on trial", tile(with("trial", 0, "check")).word());
        var fetching = tile(with("fetching", 40, "download"));
        assertEquals("updating", fetching.word());
        assertEquals(Optional.of(40L), fetching.meter());
        assertTrue(
                lines(fetching).contains("1.1.0 is being fetched. Download: 40 %."),
                () -> lines(fetching).toString());
    }

    @Test
    void aDamagedMemoryIsBadAndASilentAgentANote() {
        assertEquals(
                "bad",
                tile(FakeAgent.status("damaged", Optional.empty(), Optional.empty()))
                        .tone());
        var silent = UpdateTile.of(SOFTWARE, FakeAgent.IDLE, true, NOW);
        assertEquals("agent silent", silent.word());
        assertTrue(lines(silent).getLast().contains("does not answer"));
    }

    /// A server elsewhere words a refusal; the tile stays a tile.
    @Test
    void aSentenceWithoutAnEndIsCut() {
        var tile = tile(ended("rolled-back", "x".repeat(10_000)));
        assertTrue(lines(tile).getLast().length() < 300);
    }

    @Test
    void everyStateHasItsSentence() {
        for (var state : List.of(
                "idle", "offered", "fetching", "staged", "installing", "installed", "trial", "failed", "damaged")) {
            var sentence = UpdatesView.doing(FakeAgent.status(state, Optional.empty(), Optional.empty()));
            assertTrue(sentence.endsWith(".") && !sentence.contains("in the state"), sentence);
        }
        assertEquals(
                "The agent is in the state dancing.",
                UpdatesView.doing(FakeAgent.status("dancing", Optional.empty(), Optional.empty())));
    }
}
