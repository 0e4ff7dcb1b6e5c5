package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.Tokens;

/// The account's key where it belongs: in a token, whose signatures are never the same twice.
class TokenAccountTest {
    @Test
    void aKeyInAPkcs11TokenDeploysAndLodges(@TempDir Path folder) throws Exception {
        var config = SoftHsm.create(folder.resolve("softhsm")).token("chain", 1);
        try (var token = Tokens.open(config);
                var anvil = Anvil.start()) {
            var key = token.generate("account", KeyKind.SECP256K1);
            anvil.fund(EvmLedger.accountOf(key));
            var contract = EvmContract.deployOnce(anvil.config(1), key, folder.resolve("contract.pin"));
            try (var relay = new EvmRelay(anvil, contract, key)) {
                relay.log.growTo(3);
                relay.untilFinal(anvil);
                relay.log.growTo(10);
                relay.untilFinal(anvil);
                assertEquals(2, anvil.lodgings(contract));
            }
        }
    }

    /// Each parity of the point comes up about every second time.
    @Test
    void theSenderIsRecoveredFromEverySignature() throws Exception {
        var parities = new java.util.TreeSet<Integer>();
        for (int number = 1; number <= 64; number++) {
            var account = new Account(SoftwareKey.secp256k1ForTests(number));
            parities.add(account.sign(Keccak.hash("digest " + number)).parity());
        }
        assertEquals(Set.of(0, 1), parities);
    }

    @Test
    void aKeyOnAnotherCurveIsNoAccount() {
        assertThrows(IllegalArgumentException.class, () -> new Account(SoftwareKey.p256ForTests(1)));
    }

    /// The address and signature that the first account of every development chain is known by.
    @Test
    void addressesAreThoseOfTheirKeys() {
        byte[] point = java.util.HexFormat.of()
                .parseHex("8318535b54105d4a7aae60c08fc45f9687181b4fdfc625bd1a753fa7397fed75"
                        + "3547f11ca8696646f2f3acb08e31016afac23e630c5d11f59f61fef57b0d2aa5");
        assertEquals(
                "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266",
                Address.ofPoint(point).toString());
        assertEquals(
                "0x5fbdb2315678afecb367f032d93f642f64180aa3",
                Address.created(Address.ofPoint(point), 0).toString());
    }
}
