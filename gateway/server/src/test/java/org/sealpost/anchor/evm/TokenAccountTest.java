package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.hsm.InsecureKeyFile;
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

    /// The example of EIP-155: its key in a file, the account, r, s, and v = 37, which is parity 0.
    @Test
    void aKeyInAFileSignsAsTheExampleOfEip155(@TempDir Path folder) throws Exception {
        var hex = java.util.HexFormat.of();
        byte[] pkcs8 =
                hex.parseHex("303e020100301006072a8648ce3d020106052b8104000a042730250201010420" + "46".repeat(32));
        var file = Files.writeString(
                Files.createFile(
                        folder.resolve("account.pem"),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))),
                "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(pkcs8)
                        + "\n-----END PRIVATE KEY-----\n");
        var account = new Account(InsecureKeyFile.open(file, KeyKind.SECP256K1));
        assertEquals(
                "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f", account.address().toString());
        var signature = account.sign(hex.parseHex("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"));
        assertEquals(
                new Account.Signature(
                        new BigInteger("28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276", 16),
                        new BigInteger("67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83", 16),
                        0),
                signature);
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
