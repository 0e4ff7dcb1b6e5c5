package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The lines of a trust file that say whose word counts about a ledger.
class TrustInLedgersTest {
    private static final TestBox BOX = new TestBox("demo-port/7f3a9c41", TestBox.newKeys(), 1, 4);
    private static final String ONE = "0a".repeat(20);
    private static final String TWO = "0b".repeat(20);

    private static TrustFile parse(String text) throws TrustUnusable {
        return TrustFile.parse("test.trust", text.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertUnusable(String words, String lines) {
        var refused = assertThrows(TrustUnusable.class, () -> parse(BOX.trustText() + lines + "\n"));
        assertTrue(String.valueOf(refused.getMessage()).contains(words), refused.getMessage());
    }

    @Test
    void validatorsAreOfAChainThatTheFileNames() throws Exception {
        var file = parse(BOX.trustTextWithChain() + "validators evm 31337 qbft " + ONE + " " + TWO + "\n");
        var set = new EvmValidators(31337, EvmValidators.Consensus.QBFT, List.of(ONE, TWO));
        assertEquals(List.of(set), file.validators());
        assertEquals(List.of(set), new TrustStore(List.of(file)).validators(TestBox.CHAIN));
        assertEquals(0, file.authorities().size(), "nobody becomes a trusted signer by it");
        var elsewhere = new AnchorIdentity.Evm(31337, TestBox.CHAIN.code(), new byte[20], TestBox.CHAIN.code());
        assertEquals(List.of(), new TrustStore(List.of(file)).validators(elsewhere), "another chain of that number");
        var chain = TrustFile.naming(TestBox.CHAIN).strip();
        assertUnusable("no line before names", "validators evm 31337 qbft " + ONE);
        assertUnusable("no line before names", "validators evm 31337 qbft " + ONE + "\n" + chain);
        assertUnusable("no line before names", chain + "\nvalidators evm 31338 qbft " + ONE);
        assertUnusable(
                "a second set", chain + "\nvalidators evm 31337 qbft " + ONE + "\nvalidators evm 31337 clique " + TWO);
    }

    @Test
    void aLineOfValidatorsHasOneForm() {
        var chain = TrustFile.naming(TestBox.CHAIN);
        assertUnusable("unknown kind", chain + "validators");
        assertUnusable("unknown kind", chain + "validators evm 31337 qbft");
        assertUnusable("unknown kind", chain + "validators fabric 31337 qbft " + ONE);
        assertUnusable("not a chain id", chain + "validators evm 031337 qbft " + ONE);
        assertUnusable("unknown consensus", chain + "validators evm 31337 QBFT " + ONE);
        assertUnusable("unknown consensus", chain + "validators evm 31337 ibft " + ONE);
        assertUnusable("40 lower-case", chain + "validators evm 31337 qbft 0x" + ONE);
        assertUnusable("40 lower-case", chain + "validators evm 31337 qbft " + "0A".repeat(20));
        assertUnusable("40 lower-case", chain + "validators evm 31337 qbft " + ONE + " ");
        assertUnusable("named twice", chain + "validators evm 31337 qbft " + ONE + " " + ONE);
        var many = new StringBuilder();
        for (int i = 0; i < 65; i++) many.append(' ').append("%040x".formatted(i + 1));
        assertUnusable("65 validators", chain + "validators evm 31337 qbft" + many);
    }

    @Test
    void aFileThatNamesOnlyALedgerIsStillNone() {
        var refused = assertThrows(
                TrustUnusable.class,
                () -> parse(TrustFile.FIRST_LINE + "\n" + TrustFile.naming(TestBox.CHAIN) + "validators evm 31337 qbft "
                        + ONE + "\n"));
        assertTrue(String.valueOf(refused.getMessage()).contains("neither a key nor a ca"), refused.getMessage());
    }
}
