package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.merkle.Hash;

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
    }

    @Test
    void aChainMayHaveHadSeveralSets() throws Exception {
        var file = parse(BOX.trustTextWithChain()
                + "validators evm 31337 istanbul " + ONE + "\nvalidators evm 31337 qbft " + ONE
                + "\nvalidators evm 31337 qbft bridges " + ONE + "\nvalidators evm 31337 qbft " + TWO + " " + ONE
                + "\nvalidators evm 31337 qbft " + ONE + "\n");
        var sets = List.of(
                new EvmValidators(31337, EvmValidators.Consensus.ISTANBUL, List.of(ONE)),
                new EvmValidators(31337, EvmValidators.Consensus.QBFT, List.of(ONE)),
                new EvmValidators(31337, EvmValidators.Consensus.QBFT, true, List.of(ONE)),
                new EvmValidators(31337, EvmValidators.Consensus.QBFT, List.of(TWO, ONE)));
        assertEquals(sets, new TrustStore(List.of(file)).validators(TestBox.CHAIN));
    }

    @Test
    void bridgesCountWhereTheLineSaysSo() throws Exception {
        for (var consensus : List.of("qbft", "ibft2")) {
            var plain = "validators evm 31337 " + consensus + " " + ONE + "\n";
            assertFalse(parse(BOX.trustTextWithChain() + plain)
                    .validators()
                    .getFirst()
                    .bridges());
            var line = "validators evm 31337 " + consensus + " bridges " + ONE + " " + TWO + "\n";
            var set = parse(BOX.trustTextWithChain() + line).validators().getFirst();
            assertTrue(set.bridges());
            assertEquals(List.of(ONE, TWO), set.addresses());
        }
        var chain = TrustFile.naming(TestBox.CHAIN);
        assertUnusable("no bridges with istanbul", chain + "validators evm 31337 istanbul bridges " + ONE);
        assertUnusable("no bridges with clique", chain + "validators evm 31337 clique bridges " + ONE);
        assertUnusable("0 validators", chain + "validators evm 31337 qbft bridges");
        assertUnusable("40 hex digits", chain + "validators evm 31337 qbft bridges bridges " + ONE);
        assertUnusable("40 hex digits", chain + "validators evm 31337 qbft " + ONE + " bridges");
        assertUnusable("40 hex digits", chain + "validators evm 31337 qbft Bridges " + ONE);
    }

    @Test
    void aContractIsNamedWithWhatMadeItOrWithout() throws Exception {
        var made = Hash.ofHex("66".repeat(32));
        var line = TrustFile.naming(TestBox.CHAIN, made);
        var file = parse(BOX.trustText() + line + "validators evm 31337 qbft " + ONE + "\n");
        assertEquals(List.of(TestBox.CHAIN), file.chains());
        var without = parse(BOX.trustTextWithChain());
        assertEquals(List.of(made), new TrustStore(List.of(without, file, file)).creations(TestBox.CHAIN));
        assertEquals(List.of(), new TrustStore(List.of(without)).creations(TestBox.CHAIN));
        assertEquals(1, new TrustStore(List.of(file)).validators(TestBox.CHAIN).size());
        assertUnusable("a second creation", line + line.strip());
        assertUnusable("unknown line", line.strip().replace("creation", "created"));
        assertUnusable("unknown line", line.strip().replace(" " + made, ""));
        assertUnusable("hex", line.strip().replace("66", "6G"));
        assertUnusable("unknown kind", line.strip().replace("code", "runtime"));
    }

    /// A node says 0x…, a wallet writes EIP-55: whoever copies either has named the same account.
    @Test
    void anAddressStandsAsANodeGivesIt() throws Exception {
        var digits = "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed";
        var set = new EvmValidators(31337, EvmValidators.Consensus.QBFT, List.of(digits, ONE));
        for (var form : List.of(
                digits,
                "0x" + digits,
                "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
                "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
                digits.toUpperCase(Locale.ROOT),
                "0x" + digits.toUpperCase(Locale.ROOT))) {
            var file = parse(BOX.trustTextWithChain() + "validators evm 31337 qbft " + form + " " + ONE + "\n");
            assertEquals(List.of(set), file.validators(), form);
        }
        var chain = TrustFile.naming(TestBox.CHAIN);
        var of = new AnchorIdentity.Evm(
                31337, TestBox.CHAIN.genesis(), HexFormat.of().parseHex(digits), TestBox.CHAIN.code());
        for (var form : List.of("0x" + digits, digits.toUpperCase(Locale.ROOT))) {
            var named = parse(BOX.trustText() + TrustFile.naming(of).replace(digits, form));
            assertEquals(List.of(of), named.chains(), form);
        }
        for (var wrong : List.of(
                "0X" + digits, "0x0x" + digits, "x" + digits, digits + "00", digits.substring(2), "0x", "5g" + ONE)) {
            assertUnusable("40 hex digits", chain + "validators evm 31337 qbft " + wrong);
            assertUnusable(
                    "40 hex digits", TrustFile.naming(of).replace(digits, wrong).strip());
        }
        assertUnusable(
                "named twice", chain + "validators evm 31337 qbft " + ONE + " 0x" + ONE.toUpperCase(Locale.ROOT));
        // A hash is copied from another line of ours, and has one form.
        assertUnusable("lower-case hex", chain.replace("genesis ", "genesis 0x").strip());
    }

    @Test
    void aLineOfValidatorsHasOneForm() {
        var chain = TrustFile.naming(TestBox.CHAIN);
        assertUnusable("unknown kind", chain + "validators");
        assertUnusable("unknown kind", chain + "validators evm 31337 qbft");
        assertUnusable("unknown kind", chain + "validators fabric 31337 qbft " + ONE);
        assertUnusable("not a chain id", chain + "validators evm 031337 qbft " + ONE);
        assertUnusable("unknown consensus", chain + "validators evm 31337 QBFT " + ONE);
        // Besu and GoQuorum call two different things by this name, so it is none here.
        assertUnusable(
                "unknown consensus, known are [qbft, clique, ibft2, istanbul]",
                chain + "validators evm 31337 ibft " + ONE);
        assertUnusable("40 hex digits", chain + "validators evm 31337 qbft " + ONE + " ");
        assertUnusable("named twice", chain + "validators evm 31337 qbft " + ONE + " " + ONE);
        var many = new StringBuilder();
        for (int i = 0; i < 65; i++) many.append(' ').append("%040x".formatted(i + 1));
        assertUnusable("65 validators", chain + "validators evm 31337 qbft" + many);
    }

    @Test
    void aChannelIsNamedWithWhoseWordCountsThere() throws Exception {
        var genesis = "44".repeat(32);
        var line =
                "channel fabric anchors genesis " + genesis + " chaincode sealpost endorsers 2 Org1MSP Org2MSP Org3MSP";
        var channel = new AnchorIdentity.Fabric("anchors", Hash.ofHex(genesis), "sealpost");
        var plain = new FabricTrust(channel, 2, List.of("Org1MSP", "Org2MSP", "Org3MSP"), Optional.empty());
        assertEquals(List.of(plain), parse(BOX.trustText() + line + "\n").channels());
        var config = "config fabric anchors block 17 header " + "55".repeat(32);
        var file = parse(BOX.trustText() + line + "\n" + config + "\n");
        var from = Optional.of(new FabricTrust.ConfigBlock(17, Hash.ofHex("55".repeat(32))));
        assertEquals(
                List.of(new FabricTrust(channel, 2, plain.organisations(), from)),
                new TrustStore(List.of(file)).channels(channel));
        assertEquals(
                List.of(),
                new TrustStore(List.of(file)).channels(new AnchorIdentity.Fabric("anchors", Hash.ofHex(genesis), "x")));
        assertUnusable("no line before names", config);
        assertUnusable("no line before names", config + "\n" + line);
        assertUnusable("a second config", line + "\n" + config + "\n" + config);
        assertUnusable("a second line", line + "\n" + line);
        assertUnusable("unknown kind of config", line + "\n" + config.replace("header", "head"));
        assertUnusable("not a number of a block", line + "\n" + config.replace("17", "017"));
        assertUnusable("hex", line + "\n" + config.replace("55", "5G"));
        assertUnusable("unknown kind of channel", line.replace(" Org1MSP Org2MSP Org3MSP", ""));
        assertUnusable("unknown kind of channel", line.replace("endorsers", "of"));
        assertUnusable("unknown kind of channel", "channel");
        assertUnusable("1 to the number of organisations", line.replace("rs 2", "rs 4"));
        assertUnusable("1 to the number of organisations", line.replace("rs 2", "rs 0"));
        assertUnusable("above 64", line.replace("rs 2", "rs 65"));
        assertUnusable("not a count", line.replace("rs 2", "rs two"));
        assertUnusable("named twice", line.replace("Org2MSP", "Org1MSP"));
        assertUnusable("no name of a channel", line.replace("fabric anchors", "fabric Anchors"));
        assertUnusable("not an MSP id", line + " ");
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
