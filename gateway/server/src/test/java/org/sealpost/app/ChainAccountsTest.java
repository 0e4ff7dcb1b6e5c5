package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.Tokens;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Genesis;
import org.sealpost.record.Origin;
import org.sealpost.record.Suite;

class ChainAccountsTest {
    private static final ClockReading CLOCK = new ClockReading(
            0, ClockReading.State.UNTRUSTED, ClockReading.Source.NONE, OptionalLong.empty(), new byte[16], 0);

    @TempDir
    Path folder;

    private Token token;
    private SigningKey seal;
    private SigningKey first;
    private SigningKey second;

    @BeforeEach
    void makeKeys() {
        token = Tokens.openInsecureSoftwareToken(folder, "test");
        seal = token.generate("seal", KeyKind.P256);
        first = token.generate("first", KeyKind.SECP256K1);
        second = token.generate("second", KeyKind.SECP256K1);
    }

    @AfterEach
    void close() throws Exception {
        token.close();
    }

    @Test
    void eachLedgerHasTheAccountOfItsName() throws Exception {
        var accounts = new ChainAccounts(genesis(first, second), 2);
        assertArrayEquals(first.spki(), accounts.key(token, "first").spki());
        assertArrayEquals(second.spki(), accounts.key(token, "second").spki());
    }

    @Test
    void aLedgerThatCameLaterHasAnAccountOfItsOwn() throws Exception {
        var accounts = new ChainAccounts(genesis(first), 2);
        assertArrayEquals(first.spki(), accounts.key(token, "first").spki());
        assertArrayEquals(second.spki(), accounts.key(token, "second").spki());
    }

    @Test
    void anotherKeyThanTheGenesisNamesIsRefused() {
        refused("second", new ChainAccounts(genesis(first), 1), "second");
        token.generate("third", KeyKind.SECP256K1);
        refused("none of the accounts", new ChainAccounts(genesis(first, second), 2), "third");
        refused("missing", new ChainAccounts(genesis(), 1), "missing");
    }

    private void refused(String why, ChainAccounts accounts, String name) {
        var setback = assertThrows(AnchorageSetback.class, () -> accounts.key(token, name));
        assertTrue(String.valueOf(setback.getMessage()).contains(why), setback.getMessage());
    }

    private Genesis genesis(SigningKey... accounts) {
        var spkis = List.of(accounts).stream().map(SigningKey::spki).toList();
        return new Genesis(
                new Origin("test/1"),
                Suite.SHA256_P256,
                Commissioning.keys("token", seal.spki(), spkis, Optional.empty()),
                "test",
                CLOCK,
                new byte[32],
                Optional.empty());
    }
}
