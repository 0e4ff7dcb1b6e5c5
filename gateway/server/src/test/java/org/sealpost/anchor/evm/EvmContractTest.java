package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.merkle.Hash;

class EvmContractTest {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(7);
    private static final Address ADDRESS = EvmLedger.accountOf(ACCOUNT);
    private static final String NO_REASON = "{\"code\":3,\"message\":\"execution reverted\"}";

    @TempDir
    Path folder;

    private Anvil anvil;
    private Path pin;

    @BeforeEach
    void start() throws Exception {
        anvil = Anvil.start();
        anvil.fund(ADDRESS);
        pin = folder.resolve("contract.pin");
    }

    @AfterEach
    void stop() {
        anvil.close();
    }

    private Address deploy() throws AnchorageSetback, IOException {
        return EvmContract.deployOnce(anvil.config(0), ACCOUNT, pin);
    }

    @Test
    void isDeployedOnceAndFoundEverAfter() throws Exception {
        var contract = deploy();
        String pinned = Files.readString(pin);
        assertEquals(contract, deploy());
        assertEquals(pinned, Files.readString(pin));
        assertEquals(1, anvil.chain().nonce(ADDRESS, anvil.height()), "one transaction was sent");
    }

    /// As after a crash between writing the pin file and sending.
    @Test
    void theSameTransactionIsSentAgainAfterACrash() throws Exception {
        String before = anvil.rpc().text("evm_snapshot");
        var contract = deploy();
        anvil.rpc().call("evm_revert", before);
        assertEquals(0, anvil.chain().code(contract).length);
        assertEquals(contract, deploy());
    }

    @Test
    void aPinnedContractThatIsNotOnThisChainIsReported() throws Exception {
        deploy();
        try (var other = Anvil.start()) {
            var config =
                    other.config(0, Duration.ofSeconds(3)); // it is waited out: it refuses an account without funds
            var refused = assertThrows(AnchorageSetback.class, () -> EvmContract.deployOnce(config, ACCOUNT, pin));
            assertTrue(refused.remedy().contains(pin.toString()), refused.remedy());
        }
    }

    /// What was lodged goes on after a restart; only who is to be deployed to must be clear.
    @Test
    void aNodeOfAnotherChainDoesNotKeepThePinnedContractFromBeingFound() throws Exception {
        var contract = deploy();
        try (var other = Anvil.start("--chain-id", "7")) {
            var config = new EvmConfig(
                    List.of(other.url(), anvil.url()),
                    OptionalInt.of(0),
                    anvil.config(0).deadline(),
                    Optional.empty(),
                    EvmConfig.STUCK_AFTER,
                    EvmConfig.STALLED_AFTER);
            assertEquals(contract, EvmContract.deployOnce(config, ACCOUNT, pin));
            Files.delete(pin);
            var refused = assertThrows(AnchorageSetback.class, () -> EvmContract.deployOnce(config, ACCOUNT, pin));
            assertTrue(String.valueOf(refused.getMessage()).contains("not of one chain"), refused.getMessage());
            assertFalse(Files.exists(pin));
        }
    }

    /// Whoever sets a chain up again uses the same configuration, so only its block 0 is another one.
    @Test
    void aChainThatWasMadeAnewUnderItsOldIdGetsNothing() throws Exception {
        var contract = deploy();
        Optional<AnchorIdentity> reached;
        try (var ledger = EvmLedger.open(anvil.config(0), contract, ACCOUNT)) {
            reached = Optional.of(ledger.identity());
        }
        assertEquals(contract, EvmContract.deployOnce(anvil.config(0), ACCOUNT, pin, reached));
        try (var anew = Anvil.start("--timestamp", "1700000000");
                var node = new BentWire(anew.url())) {
            anew.fund(ADDRESS);
            for (boolean isPinned : List.of(true, false)) {
                if (!isPinned) Files.delete(pin);
                var refused = assertThrows(
                        AnchorageSetback.class, () -> EvmContract.deployOnce(config(node), ACCOUNT, pin, reached));
                assertTrue(
                        refused.getMessage().contains("first: same chain id 31337, another block 0 (found "),
                        refused.getMessage());
                assertEquals(0, node.asked("eth_sendRawTransaction"));
                assertEquals(isPinned, Files.exists(pin));
            }
            // Nor where somebody brought it there: that is not the contract which this box reached.
            assertEquals(contract, EvmContract.deployOnce(config(node), ACCOUNT, pin));
            assertThrows(AnchorageSetback.class, () -> EvmContract.deployOnce(config(node), ACCOUNT, pin, reached));
        }
    }

    /// As of the contract for heads; where that one is there by somebody else's hand, too.
    @Test
    void aChainThatWasMadeAnewGetsNoContractForPublications() throws Exception {
        var heads = deploy();
        var publications = EvmContract.publicationsPin(pin);
        Optional<AnchorIdentity> reached;
        try (var ledger = EvmLedger.open(anvil.config(0), heads, ACCOUNT)) {
            reached = Optional.of(ledger.identity());
        }
        var made = EvmContract.deployPublicationsOnce(anvil.config(0), ACCOUNT, heads, publications, reached);
        assertEquals(made, EvmContract.deployPublicationsOnce(anvil.config(0), ACCOUNT, heads, publications, reached));
        try (var anew = Anvil.start("--timestamp", "1700000000");
                var node = new BentWire(anew.url())) {
            anew.fund(ADDRESS);
            assertEquals(heads, EvmContract.deployOnce(config(node), ACCOUNT, pin));
            long sent = anew.chain().nonce(ADDRESS, anew.height());
            for (boolean isPinned : List.of(true, false)) {
                if (!isPinned) Files.delete(publications);
                var refused = assertThrows(
                        AnchorageSetback.class,
                        () -> EvmContract.deployPublicationsOnce(config(node), ACCOUNT, heads, publications, reached));
                assertTrue(
                        refused.getMessage().contains("first: same chain id 31337, another block 0 (found "),
                        refused.getMessage());
                assertEquals(sent, anew.chain().nonce(ADDRESS, anew.height()), "nothing was sent");
                assertEquals(isPinned, Files.exists(publications));
            }
        }
    }

    @Test
    void otherCodeAtThePinnedAddressIsReported() throws Exception {
        var contract = deploy();
        anvil.rpc().call("anvil_setCode", contract.toString(), "0x60006000fd");
        var refused = assertThrows(AnchorageSetback.class, this::deploy);
        assertTrue(String.valueOf(refused.getMessage()).contains("has code"), refused.getMessage());
    }

    @Test
    void aChainWithoutP256VerifyGetsTheContractThatBringsItsOwnArithmetic() throws Exception {
        try (var older = Anvil.start("--hardfork", "prague")) {
            older.fund(ADDRESS);
            var contract = EvmContract.deployOnce(older.config(0), ACCOUNT, pin);
            var code = Hash.of(Keccak.hash(older.chain().code(contract)));
            assertEquals(AnchorCode.PLAIN.hash(), code);
            try (var ledger = EvmLedger.open(older.config(0), contract, ACCOUNT)) {
                var identity = assertInstanceOf(AnchorIdentity.Evm.class, ledger.identity());
                assertEquals(code, identity.code());
            }
            // Nor does its node say why the other build stops.
            try (var node = new BentWire(older.url())) {
                node.errorsOnce.put("eth_estimateGas", NO_REASON);
                var second = EvmContract.deployOnce(config(node), ACCOUNT, folder.resolve("second.pin"));
                assertEquals(code, Hash.of(Keccak.hash(older.chain().code(second))));
            }
        }
    }

    /// Which build is pinned is for good: it may have stopped for any reason.
    @Test
    void aNodeThatTellsNoReasonIsNoReasonForTheDearBuild() throws Exception {
        try (var node = new BentWire(anvil.url())) {
            node.errorsOnce.put("eth_estimateGas", NO_REASON);
            var refused =
                    assertThrows(AnchorageSetback.class, () -> EvmContract.deployOnce(config(node), ACCOUNT, pin));
            assertTrue(refused.getMessage().contains("execution reverted"), refused.getMessage());
            assertFalse(Files.exists(pin));
            var contract = EvmContract.deployOnce(config(node), ACCOUNT, pin);
            assertEquals(
                    AnchorCode.PRECOMPILED.hash(),
                    Hash.of(Keccak.hash(anvil.chain().code(contract))));
        }
    }

    private static EvmConfig config(BentWire node) {
        return new EvmConfig(node.url(), OptionalInt.of(0), Duration.ofSeconds(5));
    }

    /// Which build is pinned is for good, and the one for heads is known before it is on the chain.
    @Test
    void theOneForPublicationsWaitsForTheOneForHeads() throws Exception {
        var heads = Address.created(ADDRESS, 0);
        var publications = EvmContract.publicationsPin(pin);
        var config = anvil.config(0);
        var refused = assertThrows(
                AnchorageSetback.class,
                () -> EvmContract.deployPublicationsOnce(config, ACCOUNT, heads, publications, Optional.empty()));
        assertTrue(refused.getMessage().contains("heads is not on the chain yet"), refused.getMessage());
        assertFalse(Files.exists(publications));
        assertEquals(heads, deploy());
        var made = EvmContract.deployPublicationsOnce(config, ACCOUNT, heads, publications, Optional.empty());
        assertEquals(
                PublicationsCode.PRECOMPILED.hash(),
                Hash.of(Keccak.hash(anvil.chain().code(made))));
    }

    /// The heads come while it is asked: the answer to the first question is about a chain without them.
    @Test
    void aContractForHeadsThatComesMeanwhileIsNoReasonForTheDearBuild() throws Exception {
        var heads = deploy();
        var publications = EvmContract.publicationsPin(pin);
        try (var node = new BentWire(anvil.url())) {
            String data = Hex.of(Abi.selector("NotAnAnchor()"));
            node.errorsOnce.put(
                    "eth_estimateGas", "{\"code\":3,\"message\":\"execution reverted\",\"data\":\"" + data + "\"}");
            var config = config(node);
            assertThrows(
                    AnchorageSetback.class,
                    () -> EvmContract.deployPublicationsOnce(config, ACCOUNT, heads, publications, Optional.empty()));
            assertFalse(Files.exists(publications));
            var made = EvmContract.deployPublicationsOnce(config, ACCOUNT, heads, publications, Optional.empty());
            assertEquals(
                    PublicationsCode.PRECOMPILED.hash(),
                    Hash.of(Keccak.hash(anvil.chain().code(made))));
        }
    }

    @Test
    void theContractThatKnowsNoRotationIsNamed() throws Exception {
        var contract = deploy();
        String code;
        try (var in = Objects.requireNonNull(getClass().getResourceAsStream("/evm/contract-1.runtime.hex"))) {
            code = "0x" + new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
        }
        anvil.rpc().call("anvil_setCode", contract.toString(), code);
        var refused = assertThrows(AnchorageSetback.class, this::deploy);
        assertTrue(String.valueOf(refused.getMessage()).contains("knows no rotation"), refused.getMessage());
        assertTrue(refused.remedy().contains("name another pin file"), refused.remedy());
        try (var ledger = EvmLedger.open(anvil.config(0), contract, ACCOUNT)) {
            var same = assertThrows(AnchorageSetback.class, ledger::identity);
            assertEquals(refused.getMessage(), same.getMessage());
        }
    }

    /// A file that was copied from a box of another release, on a chain where nobody has sent it yet.
    @Test
    void aPinFileOfAnotherReleaseIsRefusedBeforeAnythingIsSent() throws Exception {
        String before = anvil.rpc().text("evm_snapshot");
        deploy();
        anvil.rpc().call("evm_revert", before);
        assertTrue(EvmContract.isOfThisRelease(pin));
        var pinned = Files.readString(pin);
        int within = pinned.length() / 2;
        var other = pinned.charAt(within) == '0' ? '1' : '0';
        Files.writeString(pin, pinned.substring(0, within) + other + pinned.substring(within + 1));
        assertFalse(EvmContract.isOfThisRelease(pin));
        var refused = assertThrows(AnchorageSetback.class, this::deploy);
        assertTrue(String.valueOf(refused.getMessage()).contains("another release"), refused.getMessage());
        assertTrue(refused.remedy().contains(pin.toString()), refused.remedy());
        assertEquals(0, anvil.chain().nonce(ADDRESS, anvil.height()), "nothing was sent");
    }

    @Test
    void anEmptyAccountIsReportedAndLeavesNoPin() throws Exception {
        var poor = SoftwareKey.secp256k1ForTests(8);
        var refused = assertThrows(AnchorageSetback.class, () -> EvmContract.deployOnce(anvil.config(0), poor, pin));
        assertTrue(refused.remedy().contains(EvmLedger.accountOf(poor).toString()), refused.remedy());
        assertFalse(Files.exists(pin));
    }

    @Test
    void aFileThatIsNoPinFileIsLeftAlone() throws Exception {
        for (String text : new String[] {"", "sealpost-evm-contract 2\n", "sealpost-evm-contract 1\ncontract 12\n"}) {
            Files.writeString(pin, text);
            var refused = assertThrows(IOException.class, this::deploy);
            assertTrue(String.valueOf(refused.getMessage()).contains(pin.toString()));
            assertEquals(text, Files.readString(pin));
        }
    }
}
