package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.EvmValidators.Consensus;

class EvmValidatorsTest {
    private static final String ONE = "0123456789abcdef0123456789abcdef01234567";

    @Test
    void nonsenseIsRefused() {
        for (var addresses : List.of(
                List.<String>of(),
                List.of(""),
                List.of("0x" + ONE.substring(2)),
                List.of(ONE.toUpperCase(Locale.ROOT)),
                List.of(ONE + "0"),
                List.of(ONE + "\n"),
                List.of(ONE, ONE),
                numbered(EvmValidators.MAX + 1))) {
            assertThrows(IllegalArgumentException.class, () -> new EvmValidators(1, Consensus.QBFT, addresses));
        }
        assertThrows(IllegalArgumentException.class, () -> new EvmValidators(-1, Consensus.QBFT, List.of(ONE)));
        for (var consensus : List.of(Consensus.CLIQUE, Consensus.ISTANBUL)) {
            assertThrows(IllegalArgumentException.class, () -> new EvmValidators(1, consensus, true, List.of(ONE)));
        }
    }

    @Test
    void holdsAsManyAsAreAllowed() {
        var addresses = numbered(EvmValidators.MAX);
        assertEquals(addresses, new EvmValidators(0, Consensus.CLIQUE, addresses).addresses());
        assertEquals("clique", Consensus.CLIQUE.toString());
        assertEquals("ibft2", Consensus.IBFT2.toString());
    }

    private static List<String> numbered(int count) {
        return IntStream.range(0, count).mapToObj("%040x"::formatted).toList();
    }
}
