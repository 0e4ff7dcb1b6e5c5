package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What follows from acts, in whatever order they can come.
class MemoryTest {
    private static final Offer OFFER = new Offer(SimulatedUpdates.release("1.1.0"), Offer.From.URL);
    private static final Version VERSION = OFFER.version();

    private static Memory of(UpdateAct... acts) {
        var memory = Memory.EMPTY;
        for (var act : acts) {
            memory = memory.after(new ActEntry(memory.next(), Instant.EPOCH, true, "owner", act));
        }
        return memory;
    }

    private static UpdateAct.Refused refused(String rule) {
        return new UpdateAct.Refused(rule, "bundle", "no", OFFER);
    }

    /// An order says that it is to be tried once more, by itself, too, where what refuses it then will pass.
    @Test
    void whatIsOrderedIsNotSetAsideAnyMore() {
        var setAside = of(new UpdateAct.Offered(OFFER), new UpdateAct.Ordered(VERSION), refused(Rule.RAUC));
        assertEquals(Set.of(VERSION), setAside.setAside());
        var again = of(
                new UpdateAct.Offered(OFFER),
                new UpdateAct.Ordered(VERSION),
                refused(Rule.RAUC),
                new UpdateAct.Offered(OFFER),
                new UpdateAct.Ordered(VERSION),
                refused(Rule.ROOM));
        assertEquals(Set.of(), again.setAside());
    }

    /// A server that shows half a publication must not keep a box from the whole one.
    @Test
    void metadataThatAreRefusedSetNoReleaseAside() {
        var expired = new UpdateAct.Refused(
                "expiry", "over", Offer.From.URL, Optional.of("timestamp.json"), Optional.empty());
        var refused = of(new UpdateAct.Offered(OFFER), new UpdateAct.Ordered(VERSION), expired);
        assertEquals(new State.Idle(), refused.state());
        assertEquals(Set.of(), refused.setAside());
    }
}
