package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UpdateCoreTest {
    private static final Next.Check LOOK = new Next.Check(Offer.From.URL);

    private final UpdateCore core = new UpdateCore(
            Memory.EMPTY,
            new UpdateCore.Box(
                    Slot.A,
                    true,
                    new Installed("sealpost-amd64", Version.parse("1.0.0"), 0, 1, 1, Instant.EPOCH),
                    0,
                    false,
                    false,
                    Optional.empty(),
                    _ -> Optional.empty()),
            Pace.DEFAULT,
            new Random(1),
            0);
    private long acts;

    private void setSource(String url) {
        var source = new UpdateAct.SourceSet(Optional.of(url), Optional.empty(), false);
        assertEquals(Optional.empty(), core.source(source, "owner", 0));
        var write = assertInstanceOf(Next.Write.class, core.next(0, false));
        core.wrote(new ActEntry(acts++, Instant.EPOCH, true, write.by(), write.act()), 0);
    }

    /// What the look found was said by the source that is none any more.
    @Test
    void aSourceThatIsSetDuringALookIsLookedAtItself() {
        setSource("https://first.example/");
        assertEquals(LOOK, core.next(0, false));
        setSource("https://second.example/");
        var bundle = new ReleaseDescriptor.Bundle(1_000, "0".repeat(64));
        var release = new ReleaseDescriptor("sealpost-amd64", Version.parse("2.0.0"), 0, 1, 1, bundle, "");

        core.done(LOOK, new Outcome.Verified(List.of(release)), 0);

        assertEquals(LOOK, core.next(0, false));
        core.done(LOOK, new Outcome.Verified(List.of(release)), 0);
        var write = assertInstanceOf(Next.Write.class, core.next(0, false));
        assertInstanceOf(UpdateAct.Offered.class, write.act());
    }
}
