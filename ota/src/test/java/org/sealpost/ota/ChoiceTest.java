package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ChoiceTest {
    private static final Installed INSTALLED =
            new Installed("sealpost-amd64", Version.parse("1.1.0"), 2, 3, 2, Instant.EPOCH);

    private static ReleaseDescriptor release(String board, String version, int epoch, int readsFrom) {
        return release(board, version, epoch, 9, readsFrom);
    }

    private static ReleaseDescriptor release(String board, String version, int epoch, int dataFormat, int readsFrom) {
        var bundle = new ReleaseDescriptor.Bundle(1_000, "0".repeat(64));
        return new ReleaseDescriptor(board, Version.parse(version), epoch, dataFormat, readsFrom, bundle, "");
    }

    private static Choice choice() {
        return new Choice(INSTALLED, Memory.EMPTY, _ -> Optional.empty());
    }

    private static String ruleFor(Choice choice, ReleaseDescriptor... releases) {
        var chosen = choice.among(List.of(releases), Offer.From.URL);
        assertTrue(chosen.offer().isEmpty(), chosen::toString);
        return chosen.refused().map(UpdateAct.Refused::rule).orElse("nothing newer");
    }

    private static Version chosen(ReleaseDescriptor... releases) {
        return choice().among(List.of(releases), Offer.From.URL)
                .offer()
                .orElseThrow()
                .version();
    }

    @Test
    void theHighestThatPassesIsTaken() {
        var good = release("sealpost-amd64", "1.2.0", 2, 3);
        assertEquals(good.version(), chosen(release("sealpost-amd64", "1.1.5", 2, 3), good));
        assertEquals(
                Version.parse("1.10.0"),
                chosen(release("sealpost-amd64", "1.9.0", 2, 3), release("sealpost-amd64", "1.10.0", 2, 3)));
        assertEquals(good.version(), chosen(good, release("sealpost-amd64", "2.0.0", 2, 4)));
        assertEquals(good.version(), chosen(good, release("sealpost-arm64", "9.0.0", 2, 3)));
    }

    @Test
    void eachRuleHasItsWord() {
        assertEquals("nothing newer", ruleFor(choice()));
        assertEquals("nothing newer", ruleFor(choice(), release("sealpost-amd64", "1.1.0", 2, 3)));
        assertEquals("nothing newer", ruleFor(choice(), release("sealpost-amd64", "1.0.9", 9, 3)));
        assertEquals(Rule.BOARD, ruleFor(choice(), release("sealpost-arm64", "2.0.0", 2, 3)));
        assertEquals(Rule.EPOCH, ruleFor(choice(), release("sealpost-amd64", "2.0.0", 1, 3)));
        assertEquals(Rule.DATA_FORMAT, ruleFor(choice(), release("sealpost-amd64", "2.0.0", 2, 4)));
        assertEquals(Rule.DATA_FORMAT, ruleFor(choice(), release("sealpost-amd64", "2.0.0", 2, 2, 1)));
        var full = new Choice(INSTALLED, Memory.EMPTY, _ -> Optional.of("no room: 3 MiB more are needed"));
        assertEquals(Rule.ROOM, ruleFor(full, release("sealpost-amd64", "2.0.0", 2, 3)));
        var known = Memory.EMPTY;
        var fellBack = new Memory(
                0,
                known.state(),
                known.source(),
                5,
                4,
                known.wentBack(),
                new TreeSet<>(Set.of(Version.parse("2.0.0"))),
                known.setAside(),
                known.told(),
                known.refusal(),
                known.last());
        var remembering = new Choice(INSTALLED, fellBack, _ -> Optional.empty());
        assertEquals(Rule.NOT_AGAIN, ruleFor(remembering, release("sealpost-amd64", "2.0.0", 5, 3)));
        assertEquals(Rule.EPOCH, ruleFor(remembering, release("sealpost-amd64", "2.0.1", 4, 3)));
        assertEquals(Rule.DATA_FORMAT, ruleFor(remembering, release("sealpost-amd64", "2.0.1", 5, 3, 1)));
    }

    @Test
    void aRefusalNamesFileRuleAndRemedy() {
        var refused = choice().among(List.of(release("sealpost-amd64", "2.0.0", 1, 3)), Offer.From.STICK)
                .refused()
                .orElseThrow();
        assertEquals(
                "sealpost-amd64-2.0.0.release.json: security epoch 1 is below 2, which was confirmed here;"
                        + " take a release of epoch 2 or more",
                refused.sentence());
    }

    /// The owner went back from 1.3.0 by hand: the mended release may well be lower than that one.
    @Test
    void theVersionIsComparedWithWhatRunsAndNotWithWhatWasConfirmed() {
        var known = Memory.EMPTY;
        var last = new UpdateStatus.Last("1.3.0", "confirmed", Instant.EPOCH, "");
        var back = new Memory(
                0,
                known.state(),
                known.source(),
                2,
                known.dataFormat(),
                known.wentBack(),
                known.notAgain(),
                known.setAside(),
                known.told(),
                known.refusal(),
                Optional.of(last));
        var found = new Choice(INSTALLED, back, _ -> Optional.empty())
                .among(List.of(release("sealpost-amd64", "1.2.0", 2, 3)), Offer.From.URL);
        assertEquals(Version.parse("1.2.0"), found.offer().orElseThrow().version());
    }
}
