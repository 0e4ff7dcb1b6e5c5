package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UpdateCoreTest {
    private static final Next.Check LOOK = new Next.Check(Offer.From.URL);
    private static final Next.Check LOOK_AT_STICK = new Next.Check(Offer.From.STICK);

    private UpdateCore core = core(Memory.EMPTY, true);
    private long acts;

    /// In slot A, with release 1.0.0.
    private static UpdateCore core(Memory memory, boolean proven) {
        var installed = new Installed("sealpost-amd64", Version.parse("1.0.0"), 0, 1, 1, Instant.EPOCH);
        var box = new UpdateCore.Box(
                Slot.A, proven, installed, false, 0, false, false, Optional.empty(), _ -> Optional.empty());
        return new UpdateCore(memory, box, Pace.DEFAULT, new Random(1), 0);
    }

    private void setSource(String url) {
        var source = new UpdateAct.SourceSet(Optional.of(url), Optional.empty(), false);
        assertEquals(Optional.empty(), core.source(source, "owner", 0));
        writes(UpdateAct.SourceSet.class, false);
    }

    /// What is written next is an act of this kind.
    private <T extends UpdateAct> T writes(Class<T> kind, boolean stick) {
        var write = assertInstanceOf(Next.Write.class, core.next(0, stick));
        core.wrote(new ActEntry(acts++, Instant.EPOCH, true, write.by(), write.act()), 0);
        return assertInstanceOf(kind, write.act());
    }

    private static ReleaseDescriptor release(String version) {
        var bundle = new ReleaseDescriptor.Bundle(1_000, "0".repeat(64));
        return new ReleaseDescriptor("sealpost-amd64", Version.parse(version), 0, 1, 1, bundle, "");
    }

    private void look(Next.Check check, boolean stick, Outcome outcome) {
        assertEquals(check, core.next(0, stick));
        core.begins(check);
        core.done(check, outcome, 0);
    }

    private static Outcome shows(String version) {
        return new Outcome.Verified(List.of(release(version)));
    }

    /// What the look found was said by the source that is none any more.
    @Test
    void aSourceThatIsSetDuringALookIsLookedAtItself() {
        setSource("https://first.example/");
        assertEquals(LOOK, core.next(0, false));
        core.begins(LOOK);
        setSource("https://second.example/");
        // As after each order.
        assertEquals(LOOK, core.next(0, false));
        var bundle = new ReleaseDescriptor.Bundle(1_000, "0".repeat(64));
        var release = new ReleaseDescriptor("sealpost-amd64", Version.parse("2.0.0"), 0, 1, 1, bundle, "");

        core.done(LOOK, new Outcome.Verified(List.of(release)), 0);

        look(LOOK, false, new Outcome.Verified(List.of(release)));
        var write = assertInstanceOf(Next.Write.class, core.next(0, false));
        assertInstanceOf(UpdateAct.Offered.class, write.act());
    }

    /// A setback of an earlier try is no reason to throw away what comes now; one that lasts is.
    @Test
    void aLookIsRefusedWhileBytesCome() {
        setSource("https://first.example/");
        look(LOOK, false, shows("2.0.0"));
        var offer = writes(UpdateAct.Offered.class, false).offer();
        assertEquals(Optional.empty(), core.order(new Order.Install(offer.version(), "owner"), 0));
        writes(UpdateAct.Ordered.class, false);
        var fetch = new Next.Fetch(offer);
        assertEquals(fetch, core.next(0, false));
        core.done(fetch, new Outcome.Setback("the server is away"), 0);

        assertTrue(core.came(offer, 0));
        assertTrue(core.order(new Order.Check("owner"), 0).isPresent());
        assertEquals(Optional.empty(), core.setback());

        core.done(fetch, new Outcome.Setback("the server is away"), 0);
        assertEquals(Optional.empty(), core.order(new Order.Check("owner"), 0));
        var refused = writes(UpdateAct.Refused.class, false);
        assertEquals(Rule.UNAVAILABLE, refused.rule());
        assertEquals(
                offer.release().bundle().path() + ": release 2.0.0 could not be fetched (the server is away);"
                        + " see that its source can be reached, and order it again",
                refused.sentence());
        assertFalse(core.came(offer, 0), "nobody waits for it any more");
    }

    /// Who asks again and again must not keep the box from what is there.
    @Test
    void aLookThatGoesOnWhenAnotherIsOrderedCounts() {
        setSource("https://first.example/");
        assertEquals(LOOK, core.next(0, false));
        core.begins(LOOK);
        assertEquals(Optional.empty(), core.order(new Order.Check("owner"), 0));
        core.done(LOOK, shows("2.0.0"), 0);
        assertEquals(
                Version.parse("2.0.0"),
                writes(UpdateAct.Offered.class, false).offer().version());
        look(LOOK, false, shows("2.0.0"));
        assertInstanceOf(Next.Wait.class, core.next(0, false));
    }

    @Test
    void aStickWithNothingNewerKeepsTheServerFromNothing() {
        setSource("https://first.example/");
        look(LOOK_AT_STICK, true, new Outcome.Verified(List.of()));
        look(LOOK, true, shows("2.0.0"));
        assertEquals(
                Offer.From.URL, writes(UpdateAct.Offered.class, true).offer().from());
        core.order(new Order.Check("owner"), 0);
        look(LOOK_AT_STICK, true, new Outcome.Verified(List.of()));
        assertEquals(LOOK, core.next(0, true), "the server's offer stands");
    }

    @Test
    void whatTheServerRefusesTakesNoOfferOfTheStickAway() {
        setSource("https://first.example/");
        look(LOOK_AT_STICK, true, shows("2.0.0"));
        writes(UpdateAct.Offered.class, true);
        var expired = new UpdateAct.Refused(
                "expiry", "expired", Offer.From.URL, Optional.of("timestamp.json"), Optional.empty());
        look(LOOK, true, new Outcome.Refused(expired));
        writes(UpdateAct.Refused.class, true);
        assertInstanceOf(State.Offered.class, core.memory().state());
    }

    /// Else the trial would refuse the stick's metadata, and a good release would fall back.
    @Test
    void anOrderedReleaseOfAStickIsVerifiedOnceMoreAfterTheServerWasSeen() {
        setSource("https://first.example/");
        look(LOOK_AT_STICK, true, shows("2.0.0"));
        var offer = writes(UpdateAct.Offered.class, true).offer();
        look(LOOK, true, new Outcome.Verified(List.of()));
        core.order(new Order.Install(offer.version(), "owner"), 0);
        writes(UpdateAct.Ordered.class, true);
        look(LOOK_AT_STICK, true, shows("2.0.0"));
        assertEquals(new Next.Fetch(offer), core.next(0, true));
    }

    @Test
    void whatIsNotOfferedAnyMoreIsNamedByItsFile() {
        setSource("https://first.example/");
        look(LOOK, false, shows("2.0.0"));
        var offer = writes(UpdateAct.Offered.class, false).offer();
        core.order(new Order.Check("owner"), 0);
        look(LOOK, false, new Outcome.Verified(List.of()));
        var refused = writes(UpdateAct.Refused.class, false);
        assertEquals(Optional.of(offer.release().targetName()), refused.file());
        assertTrue(refused.sentence().startsWith(offer.release().targetName() + ": release 2.0.0, which the url"));
    }

    @Test
    void anOrderedReleaseOfAStickThatHasBecomeOldIsRefused() {
        setSource("https://first.example/");
        look(LOOK_AT_STICK, true, shows("2.0.0"));
        var offer = writes(UpdateAct.Offered.class, true).offer();
        look(LOOK, true, new Outcome.Verified(List.of()));
        core.order(new Order.Install(offer.version(), "owner"), 0);
        writes(UpdateAct.Ordered.class, true);
        var old = new UpdateAct.Refused(
                "version", "older", Offer.From.STICK, Optional.of("timestamp.json"), Optional.empty());
        look(LOOK_AT_STICK, true, new Outcome.Refused(old));
        writes(UpdateAct.Refused.class, true);
        assertEquals(new State.Idle(), core.memory().state());
    }

    /// Its trial would ask another one than the one that brought it.
    @Test
    void noSourceIsSetWhileAReleaseIsOnItsWayIntoASlot() {
        setSource("https://first.example/");
        look(LOOK, false, shows("2.0.0"));
        var offer = writes(UpdateAct.Offered.class, false).offer();
        core.order(new Order.Install(offer.version(), "owner"), 0);
        writes(UpdateAct.Ordered.class, false);
        var fetch = new Next.Fetch(offer);
        assertEquals(fetch, core.next(0, false));
        core.done(fetch, new Outcome.Done(), 0);
        writes(UpdateAct.Verified.class, false);

        var second = new UpdateAct.SourceSet(Optional.of("https://second.example/"), Optional.empty(), false);
        assertTrue(core.source(second, "owner", 0).orElseThrow().contains("under way (staged)"));
        assertEquals(
                Optional.of("https://first.example/"), core.memory().source().url());
    }

    /// Else it would say so every two seconds.
    @Test
    void aSlotThatIsNotConfirmedIsNoFailureOfAReleaseInTheOtherSlot() {
        setSource("https://first.example/");
        look(LOOK, false, shows("2.0.0"));
        var offer = writes(UpdateAct.Offered.class, false).offer();
        var memory = core.memory()
                .after(new ActEntry(acts++, Instant.EPOCH, true, "owner", new UpdateAct.Ordered(offer.version())))
                .after(new ActEntry(acts++, Instant.EPOCH, true, "a", new UpdateAct.Verified(offer.version(), "0")))
                .after(new ActEntry(
                        acts++,
                        Instant.EPOCH,
                        true,
                        "a",
                        new UpdateAct.Installing(offer.version(), Slot.B, Collections.emptySortedSet())));
        core = core(memory, false);
        var well = new Outcome.Gateway(Outcome.Gateway.Answer.PARTS, Collections.emptySortedSet(), "", "");
        core.done(assertInstanceOf(Next.Look.class, core.next(0, false)), new Outcome.Seen(well), 0);
        core.done(assertInstanceOf(Next.Pass.class, core.next(0, false)), new Outcome.Done(), 0);
        var asked = assertInstanceOf(Next.AskConfirmed.class, core.next(0, false));
        core.done(asked, new Outcome.Confirmation(Outcome.Confirmation.Proof.FAILED), 0);
        assertInstanceOf(Next.Wait.class, core.next(0, false));
    }
}
