package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.SubmitOutcome;

/// A log whose sealing key is replaced goes on on the chain, as far as a contract can follow it.
class EvmRotationTest {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(6);
    private static final SoftwareKey COURIER = SoftwareKey.secp256k1ForTests(16);

    @Test
    void headsGoOnBehindHandOvers() throws Exception {
        try (var anvil = Anvil.start()) {
            var contract = EvmRelay.deploy(anvil, ACCOUNT);
            try (var relay = new EvmRelay(anvil, contract, ACCOUNT)) {
                relay.log.growTo(5);
                relay.untilFinal(anvil);
                relay.log.handOver(501).growTo(9);
                relay.untilFinal(anvil);
                relay.log.handOver(502).handOver(503);
                relay.step();
                relay.reopen();
                relay.untilFinal(anvil);
                relay.log.growTo(15);
                relay.untilFinal(anvil);
                assertEquals(List.of(5L, 9L, 11L, 15L), anvil.lodgedSizes(contract.bytes()));
            }
        }
    }

    /// Whoever brings a head brings its hand-overs: they are not brought a second time.
    @Test
    void handOversThatSomebodyElseBroughtAreTakenAsTheyAre() throws Exception {
        try (var anvil = Anvil.start()) {
            var contract = EvmRelay.deploy(anvil, ACCOUNT);
            anvil.fund(EvmLedger.accountOf(COURIER));
            try (var relay = new EvmRelay(anvil, contract, ACCOUNT);
                    var courier = EvmLedger.open(anvil.config(2), contract, COURIER)) {
                relay.log.growTo(3).handOver(504).growTo(6);
                var request =
                        assertInstanceOf(Preparation.Ready.class, courier.prepare(relay.log.head(6), 0, List.of()));
                assertInstanceOf(SubmitOutcome.Accepted.class, courier.submit(request.request()));
                anvil.mine(3);
                relay.log.growTo(8);
                relay.untilFinal(anvil);
                relay.log.handOver(505).growTo(10);
                relay.untilFinal(anvil);
                assertEquals(List.of(6L, 8L, 10L), anvil.lodgedSizes(contract.bytes()));
            }
        }
    }

    @Test
    void moreThanSixteenHandOversAtOnceAreSetAside() throws Exception {
        try (var anvil = Anvil.start();
                var relay = new EvmRelay(anvil, EvmRelay.deploy(anvil, ACCOUNT), ACCOUNT)) {
            relay.log.growTo(3);
            for (int i = 0; i < 16; i++) relay.log.handOver(510 + i);
            relay.untilFinal(anvil);
            for (int i = 0; i < 17; i++) relay.log.handOver(530 + i);
            untilTrouble(relay, "17 hand-overs lie between what this ledger holds and the next head that is kept");
        }
    }

    @Test
    void aLogGoesNoFurtherThanTheKeyThatWasLost() throws Exception {
        try (var anvil = Anvil.start()) {
            var contract = EvmRelay.deploy(anvil, ACCOUNT);
            try (var relay = new EvmRelay(anvil, contract, ACCOUNT)) {
                relay.log.growTo(5);
                relay.untilFinal(anvil);
                relay.log.breakTo(550).growTo(8);
                untilTrouble(relay, "its sealing key was lost; this ledger follows hand-overs only");
                assertEquals(List.of(5L), anvil.lodgedSizes(contract.bytes()));
            }
        }
    }

    private static void untilTrouble(EvmRelay relay, String cause) throws Exception {
        relay.until(
                cause,
                () -> relay.relay()
                        .trouble()
                        .filter(trouble -> trouble.cause().contains(cause))
                        .isPresent(),
                null);
    }
}
