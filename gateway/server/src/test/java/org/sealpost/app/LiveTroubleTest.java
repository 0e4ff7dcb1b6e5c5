package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What `anchor list` takes from a gateway's `/readyz`.
class LiveTroubleTest {
    private static final String SINCE = "2026-11-28T09:49:01Z";

    private static AnchorStanding.Live live(String parts) throws Exception {
        var page = new ObjectMapper().readTree("{\"parts\":[" + parts.replace('\'', '"') + "]}");
        return new AnchorStanding.Live(Optional.of(AnchorStanding.Live.read(page)), "");
    }

    /// As long as nobody confirmed it, the relay is well, and no head comes.
    @Test
    void thatNothingIsSealedIsToldBesideARelayThatIsWell() throws Exception {
        var live = live(
                "{'name':'relay evm','well':true},{'name':'sealer','well':false,'cause':'nothing is sealed, since evm"
                        + " says so','remedy':'wait','since':'" + SINCE + "'}");
        assertEquals(Optional.of(Optional.empty()), live.of("relay evm"));
        assertEquals(
                Optional.of("NOT SEALING: nothing is sealed, since evm says so; wait (since " + SINCE + ")"),
                AnchorStanding.sealing(live));
    }

    @Test
    void aWordOfASealerThatIsWellIsNoTrouble() throws Exception {
        var live = live("{'name':'sealer','well':true,'cause':'evm was not asked','since':'" + SINCE
                + "'},{'name':'relay evm','well':true,'cause':'a word'}");
        assertEquals(Optional.empty(), AnchorStanding.sealing(live));
        assertTrue(live.of("relay evm").orElseThrow().isEmpty());
    }

    @Test
    void whereNoGatewayWasAskedNothingIsSaid() {
        assertEquals(Optional.empty(), AnchorStanding.sealing(new AnchorStanding.Live(Optional.empty(), "stopped")));
    }
}
