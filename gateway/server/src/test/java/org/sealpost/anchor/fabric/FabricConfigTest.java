package org.sealpost.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.anchor.fabric.FabricConfig.Peer;

class FabricConfigTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "host",
                ":1",
                "host:",
                "host:0",
                "host:65536",
                "host:x",
                "grpcs://host:1",
                "a@host:1",
                "::1:7051"
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Peer.of(text));
    }

    @Test
    void anAddressOfSixteenBytesStandsInBrackets() {
        assertEquals(new Peer("::1", 7051), Peer.of("[::1]:7051"));
        assertEquals("[::1]:7051", Peer.of("[::1]:7051").toString());
    }

    @Test
    void aPeerThatWouldConfirmItselfIsRefused() {
        var twice = List.of(Peer.of("peer:7051"), Peer.of("other:7051"), Peer.of("peer:7051"));
        var refused = assertThrows(
                IllegalArgumentException.class,
                () -> FabricConfig.requireGood(twice, "anchors", "sealpost", "Org1MSP", Duration.ofSeconds(1)));
        assertEquals("a peer's address stands there twice", refused.getMessage());
    }
}
