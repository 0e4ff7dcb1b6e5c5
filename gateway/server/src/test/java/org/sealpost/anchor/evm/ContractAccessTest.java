package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.merkle.Hash;

/// What is remembered by nonces of a chain that was set back, so that they begin lower again.
class ContractAccessTest {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(91);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// As many as are remembered.
    private static final int MANY = 256;

    private Anvil anvil;
    private Address contract;

    @BeforeEach
    void start() throws Exception {
        anvil = Anvil.start();
        contract = EvmRelay.deploy(anvil, ACCOUNT);
    }

    @AfterEach
    void stop() {
        anvil.close();
    }

    /// The first node takes it and passes it on to nobody.
    @Test
    void whatWaitsLongIsOfferedToAllNodesThoughHigherNoncesWereOfferedBefore() throws Exception {
        try (var one = node();
                var other = node();
                var access = access(List.of(one, other))) {
            access.identity(Optional.empty());
            for (int i = 0; i < MANY; i++) {
                assertEquals(new SubmitOutcome.Accepted(), access.submit(request(1000 + i)));
            }
            assertEquals(Set.of(), new HashSet<>(other.sent()));
            var waiting = request(5);
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (other.sent().isEmpty()) {
                assertTrue(System.nanoTime() < end, "the other one never got it");
                assertEquals(new SubmitOutcome.Accepted(), access.submit(waiting));
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
            assertEquals(Set.of(Hex.of(waiting.bytes())), new HashSet<>(other.sent()));
        }
    }

    /// Such a node does not tell how many nonces were used as of a final block.
    @Test
    void aNonceIsSpentByANodeThatPrunesThoughHigherOnesWereBefore() throws Exception {
        try (var node = node();
                var access = access(List.of(node))) {
            node.keepsState = 1;
            node.results.put("eth_getTransactionReceipt", "null");
            node.results.put("eth_getTransactionByHash", "null");
            anvil.rpc().call("anvil_setNonce", access.account().address().toString(), "0x1000");
            anvil.mine(4);
            for (int i = 0; i < MANY; i++) access.status(request(1000 + i), 0);
            var low = request(5);
            access.status(low, 0);
            anvil.mine(4);
            assertEquals(RequestState.CannotLand.class, access.status(low, 0).getClass());
        }
    }

    private BentWire node() throws Exception {
        var node = new BentWire(anvil.url());
        node.results.put("eth_sendRawTransaction", "\"0x" + "ab".repeat(32) + "\"");
        return node;
    }

    private ContractAccess access(List<BentWire> nodes) {
        var config = new EvmConfig(
                nodes.stream().map(BentWire::url).toList(),
                OptionalInt.of(2),
                Duration.ofSeconds(5),
                Optional.empty(),
                Duration.ofSeconds(1),
                EvmConfig.STALLED_AFTER);
        return new ContractAccess(
                config, new SealpostContract.At(contract, new SealpostContract.Heads()), new Account(ACCOUNT));
    }

    private static SignedRequest request(long nonce) {
        byte[] bytes = {(byte) (nonce >> 8), (byte) nonce};
        return new SignedRequest(Hash.of(Keccak.hash(bytes)), OptionalLong.of(nonce), bytes);
    }
}
