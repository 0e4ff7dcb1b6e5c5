package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.HeadPolicy;
import org.sealpost.anchor.evm.EvmConfig;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.hsm.InsecureKeyFile;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.Tokens;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
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
        var accounts = accounts(2, first, second);
        assertArrayEquals(
                first.spki(), accounts.key(token, chain(named("first"))).spki());
        assertArrayEquals(
                second.spki(), accounts.key(token, chain(named("second"))).spki());
    }

    @Test
    void aLedgerThatCameLaterHasAnAccountOfItsOwn() throws Exception {
        var accounts = accounts(2, first);
        assertArrayEquals(
                first.spki(), accounts.key(token, chain(named("first"))).spki());
        assertArrayEquals(
                second.spki(), accounts.key(token, chain(named("second"))).spki());
    }

    @Test
    void anotherKeyThanTheGenesisNamesIsRefused() {
        refused("second", accounts(1, first), "second");
        token.generate("third", KeyKind.SECP256K1);
        refused("none of the accounts", accounts(2, first, second), "third");
        refused("missing", accounts(1), "missing");
    }

    /// The genesis names none of these, and the token is not asked.
    @Test
    void aKeyInAFileIsTakenWhateverItIs() throws Exception {
        var file = new AccountKey.InFile(folder.resolve("account.pem"));
        var made = InsecureKeyFile.make(file.file(), KeyKind.SECP256K1);
        token.close();
        assertArrayEquals(
                made.spki(), accounts(1, first).key(token, chain(file)).spki());
        assertArrayEquals(
                made.spki(), accounts(2, first, second).key(token, chain(file)).spki());
        Files.delete(file.file());
        var missing = assertThrows(AnchorageSetback.class, () -> accounts(1).key(token, chain(file)));
        assertTrue(missing.remedy().contains("token init"), missing.remedy());
        Files.writeString(file.file(), "no key");
        Files.setPosixFilePermissions(file.file(), PosixFilePermissions.fromString("rw-------"));
        var damaged = assertThrows(AnchorageSetback.class, () -> accounts(1).key(token, chain(file)));
        assertTrue(String.valueOf(damaged.getMessage()).contains("damaged"), damaged.getMessage());
    }

    /// By the key itself: a copy, or a link, is another name for it.
    @Test
    void publicationsNeverHaveTheKeyOfHeads() throws Exception {
        var heads = new AccountKey.InFile(folder.resolve("heads.pem"));
        InsecureKeyFile.make(heads.file(), KeyKind.SECP256K1);
        var copy = new AccountKey.InFile(folder.resolve("copy.pem"));
        Files.copy(heads.file(), copy.file(), StandardCopyOption.COPY_ATTRIBUTES);
        var accounts = accounts(1);
        var same = assertThrows(
                AnchorageSetback.class, () -> accounts.keyForPublications(token, chain(heads, copy), publishing(copy)));
        assertTrue(String.valueOf(same.getMessage()).contains("an account of their own"), same.getMessage());
        Files.delete(copy.file());
        var own = InsecureKeyFile.make(copy.file(), KeyKind.SECP256K1);
        assertArrayEquals(
                own.spki(),
                accounts.keyForPublications(token, chain(heads, copy), publishing(copy))
                        .spki());
        assertArrayEquals(
                second.spki(),
                accounts.keyForPublications(token, chain(heads, named("second")), publishing(named("second")))
                        .spki());
    }

    /// By the key itself, too; the first in the configuration goes on.
    @Test
    void twoLedgersOfOneChainNeverHaveOneKey() throws Exception {
        var heads = new AccountKey.InFile(folder.resolve("heads.pem"));
        InsecureKeyFile.make(heads.file(), KeyKind.SECP256K1);
        var copy = new AccountKey.InFile(folder.resolve("copy.pem"));
        Files.copy(heads.file(), copy.file(), StandardCopyOption.COPY_ATTRIBUTES);
        var one = chain("one", heads, named("first"));
        var two = chain("two", copy, named("second"));
        var accounts = accounts(Map.of(), one, two);
        accounts.key(token, one);
        accounts.keyForPublications(token, one, publishing(named("first")));
        accounts.keyForPublications(token, two, publishing(named("second")));
        for (Executable asks : List.<Executable>of(
                () -> accounts.key(token, two), () -> accounts.keyForPublications(token, two, publishing(copy)))) {
            var refused = assertThrows(AnchorageSetback.class, asks);
            var cause = String.valueOf(refused.getMessage());
            assertTrue(cause.contains("anchorages one and two both have the key in " + heads.file()), cause);
            assertFalse(refused.passes(), "somebody has to act");
        }
        Files.delete(heads.file()); // which that ledger says itself
        accounts.key(token, two);
    }

    /// A chain counts its own nonces.
    @Test
    void twoLedgersOfTwoChainsMayHaveOneKey() throws Exception {
        var heads = new AccountKey.InFile(folder.resolve("heads.pem"));
        InsecureKeyFile.make(heads.file(), KeyKind.SECP256K1);
        var copy = new AccountKey.InFile(folder.resolve("copy.pem"));
        Files.copy(heads.file(), copy.file(), StandardCopyOption.COPY_ATTRIBUTES);
        var one = chain("one", heads, named("first"));
        var two = chain("two", copy, named("second"));
        var elsewhere = chain("two", copy, named("second"), 2);
        accounts(Map.of("one", evm(1, 1), "two", evm(2, 1)), one, two).key(token, two);
        accounts(Map.of("one", evm(1, 1), "two", evm(1, 2)), one, two).key(token, two);
        // Where one was not reached yet it is not known.
        accounts(Map.of("one", evm(1, 1)), one, elsewhere).key(token, elsewhere);
        var accounts = accounts(Map.of("one", evm(1, 1), "two", evm(1, 1)), one, elsewhere);
        assertThrows(AnchorageSetback.class, () -> accounts.key(token, elsewhere), "nodes of one chain");

        var own = new OwnAccounts(List.of(one, two), _ -> Optional.empty());
        assertTrue(own.warning(two, copy).orElseThrow().contains("is a copy of " + heads.file()));
        assertEquals(Optional.empty(), own.warning(one, heads));
    }

    private static AnchorIdentity evm(long chain, int genesis) {
        return new AnchorIdentity.Evm(
                chain, Merkle.leafHash(new byte[] {(byte) genesis}), new byte[20], Hash.of(new byte[Hash.SIZE]));
    }

    /// @param count of ledgers with an account
    private ChainAccounts accounts(int count, SigningKey... inGenesis) {
        var ledgers = IntStream.range(0, count)
                .mapToObj(at -> chain("ledger-" + at, named("a" + at), named("b" + at)))
                .toList();
        return new ChainAccounts(genesis(inGenesis), new OwnAccounts(ledgers, _ -> Optional.empty()));
    }

    private ChainAccounts accounts(Map<String, AnchorIdentity> known, EvmSettings... ledgers) {
        var own = new OwnAccounts(List.of(ledgers), name -> Optional.ofNullable(known.get(name)));
        return new ChainAccounts(genesis(first, second), own);
    }

    private EvmSettings chain(AccountKey heads) {
        return chain(heads, named("second"));
    }

    private static AccountKey named(String label) {
        return new AccountKey.InToken(label);
    }

    private PublishingAccount publishing(AccountKey key) {
        return new PublishingAccount(
                key, folder.resolve("contract-publications"), new PublishingSettings(60, 8, List.of()));
    }

    private EvmSettings chain(AccountKey heads, AccountKey publications) {
        return chain("evm", heads, publications);
    }

    private EvmSettings chain(String name, AccountKey heads, AccountKey publications) {
        return chain(name, heads, publications, 1);
    }

    private EvmSettings chain(String name, AccountKey heads, AccountKey publications, int port) {
        var node = new EvmConfig(
                List.of(URI.create("http://127.0.0.1:" + port)),
                OptionalInt.of(0),
                Duration.ofSeconds(1),
                Optional.empty(),
                EvmConfig.STUCK_AFTER,
                EvmConfig.STALLED_AFTER);
        return new EvmSettings(
                name,
                HeadPolicy.AT_ONCE,
                node,
                heads,
                folder.resolve("contract"),
                Optional.of(publishing(publications)));
    }

    private void refused(String why, ChainAccounts accounts, String name) {
        var setback = assertThrows(AnchorageSetback.class, () -> accounts.key(token, chain(named(name))));
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
