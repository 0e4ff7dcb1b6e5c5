package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A TPM 2.0 as the box's token: tpm2-pkcs11 over a chip in software.
@Timeout(600)
class TpmTokenTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private TpmToken tpm;
    private TokenConfig config;
    private Token token;
    private SigningKey key;

    @BeforeEach
    void makeAToken() throws Exception {
        tpm = TpmToken.create(folder);
        config = tpm.token("box");
        token = Tokens.open(config);
        assertEquals(
                TokenHealth.State.READY,
                token.settle(SOON).state(),
                () -> token.health().toString());
        key = token.generate("seal", KeyKind.P256);
    }

    @AfterEach
    void close() {
        if (token != null) {
            token.close();
        }
        if (tpm != null) {
            tpm.proceed();
            tpm.close();
        }
    }

    @Test
    void keysAreMadeInTheChipAndSign() throws Exception {
        try (var faults = new Faults(config.module())) {
            for (int i = 0; i < 300; i++) {
                assertSigns();
            }
            // None was repeated, so none was shorter than 64 bytes where r or s begins with zeros.
            assertEquals(300, faults.signs().calls());
        }
    }

    @Test
    void thereIsAnEmptySlotBesideOurs() throws Exception {
        CryptokiModule module = CryptokiModule.acquire(config.module(), Optional.empty());
        try {
            List<String> labels = module.call(
                    () -> {
                        module.ensureInitialised();
                        List<String> found = new ArrayList<>();
                        for (long slot : module.cryptoki().slotsWithToken()) {
                            found.add(module.cryptoki().tokenLabel(slot).label());
                        }
                        return found;
                    },
                    SOON);
            assertEquals(List.of("box", ""), labels);
        } finally {
            module.release();
        }
    }

    /// Between making a token and setting its PIN this library tells nobody that the PIN is missing.
    @Test
    void aTokenWhosePinWasNotSetIsFinishedWithTheSamePins() throws Exception {
        token.close();
        byte[] officer = SoftHsm.randomPin();
        byte[] user = SoftHsm.randomPin();
        Path module = TpmToken.module().orElseThrow();
        try (var faults = new Faults(module)) {
            faults.initPins().next(0x30);
            assertThrows(
                    IllegalStateException.class,
                    () -> TokenCeremony.initToken(module, Optional.empty(), "half", officer, user));
        }
        assertThrows(
                TokenCeremony.AlreadyInitialised.class,
                () -> TokenCeremony.initToken(module, Optional.empty(), "half", SoftHsm.randomPin(), user));
        assertEquals(0, tpm.failedTries(), "nobody may try a PIN at a token that is not known to be ours");

        TokenCeremony.resume(module, Optional.empty(), "half", officer, user);
        assertThrows(
                TokenCeremony.AlreadyInitialised.class,
                () -> TokenCeremony.resume(module, Optional.empty(), "half", officer, user));
        assertEquals(0, tpm.failedTries());
    }

    @Test
    void halfAPairIsMadeAnew() throws Exception {
        Workbench.with(config, session -> session.destroy(only(session, Template.PRIVATE_KEY)));
        KeySpec lost = KeySpec.unpinned("seal", KeyKind.P256);
        assertThrows(KeyRefused.class, () -> token.key(lost));
        key = token.generate("seal", KeyKind.P256);
        assertSigns();
    }

    @Test
    void anUnfinishedStoreIsMadeAnew() throws Exception {
        token.close();
        TpmToken other = tpm.withStoreIn(folder.resolve("other"));
        // As the library leaves it when it is killed between its first tables.
        Files.writeString(other.store().resolve("tpm2_pkcs11.sqlite3"), "");
        token = Tokens.open(other.token("first"));
        token.close();
        Path database = other.store().resolve("tpm2_pkcs11.sqlite3");
        assertTrue(TpmStore.holdsTokens(database));

        TpmToken third = tpm.withStoreIn(folder.resolve("third"));
        Path unfinished = third.store().resolve("tpm2_pkcs11.sqlite3");
        Files.write(unfinished, withoutRows(Files.readAllBytes(database), 2, 7));
        assertFalse(TpmStore.holdsTokens(unfinished));
        token = Tokens.open(third.token("box"));
        key = token.generate("seal", KeyKind.P256);
        assertSigns();
    }

    @Test
    void aStoreThatHoldsATokenIsNeverRemoved() throws Exception {
        token.close();
        Path database = tpm.store().resolve("tpm2_pkcs11.sqlite3");
        byte[] damaged = withoutRows(Files.readAllBytes(database), 7);
        Files.write(database, damaged);
        assertThrows(
                IllegalStateException.class,
                () -> TokenCeremony.initToken(
                        config.module(), Optional.empty(), "box", SoftHsm.randomPin(), SoftHsm.randomPin()));
        assertArrayEquals(damaged, Files.readAllBytes(database));
    }

    /// The chip was reset before the next call, which meets the fault and is repeated by itself.
    @Test
    void aChipThatWasResetCostsNoSignature() throws Exception {
        for (int round = 0; round < 3; round++) {
            tpm.pullOut();
            tpm.plugIn();
            assertSigns();
        }
    }

    @Test
    void aResourceManagerThatIsRestartedIsFoundAgain() throws Exception {
        tpm.killResourceManager();
        assertFalse(signs());
        tpm.failedTries();
        Await.until(SOON, token::health, this::signs);
        assertSigns();
    }

    @Test
    void aChipThatHangsHoldsUpNobody() throws Exception {
        tpm.stop();
        var failed = assertThrows(
                ExecutionException.class,
                () -> key.sign(random(), Duration.ofMillis(300)).get(240, TimeUnit.SECONDS));
        assertEquals(
                TokenHealth.State.UNRESPONSIVE,
                assertInstanceOf(TokenSetback.class, failed.getCause()).state());
        tpm.proceed();
        Await.until(SOON, token::health, this::signs);
    }

    /// A disk in another box. Each try may count as a wrong PIN at the chip, so there are two in all.
    @Test
    void aStoreOfAnotherChipIsNamedAndLeftAlone() throws Exception {
        tpm.becomeAnotherChip();
        assertFalse(signs());
        Await.state(token, TokenHealth.State.FOREIGN_STORE);
        assertTrue(
                token.health().cause().contains("another chip"), token.health().cause());
        token.close();

        // This chip has a primary key of its own, so that it counts what the store's owner tries.
        tpm.withStoreIn(folder.resolve("other")).token("its own");
        tpm.use();
        int before = tpm.failedTries();
        try (var faults = new Faults(config.module())) {
            token = Tokens.open(config);
            assertEquals(TokenHealth.State.FOREIGN_STORE, token.settle(SOON).state());
            int logins = faults.logins().calls();
            assertEquals(2, logins);
            int looks = faults.slotLists().calls();
            Await.until(
                    Duration.ofSeconds(60),
                    token::health,
                    () -> faults.slotLists().calls() >= looks + 4);
            assertEquals(logins, faults.logins().calls());
            assertEquals(before + 2, tpm.failedTries());
            token.close();
        }
        assertFalse(Files.exists(config.pinFile().resolveSibling("box.pin.blocked")));

        tpm.becomeTheFirstChip();
        token = Tokens.open(config);
        assertEquals(TokenHealth.State.READY, token.settle(SOON).state());
        key = token.key(key.spec());
        assertSigns();
    }

    /// The chip takes a power cut after the use of a key for an attempt to guess. In the end it locks itself.
    @Test
    void aChipThatPowerCutsHaveLockedIsWaitedForAndThePinIsNotBlamed() throws Exception {
        tpm.pullOut();
        tpm.plugIn();
        Await.until(SOON, token::health, this::signs);
        assertTrue(tpm.failedTries() > 0, "this chip does not count power cuts");
        token.close();
        tpm.forgives(1, 1_000_000);
        try (var faults = new Faults(config.module())) {
            token = Tokens.open(config);
            assertEquals(TokenHealth.State.LOCKED_OUT, token.settle(SOON).state());
            int looks = faults.slotLists().calls();
            Await.until(SOON, token::health, () -> faults.slotLists().calls() >= looks + 2);
            assertEquals(1, faults.logins().calls());
            token.close();
        }
        assertFalse(Files.exists(config.pinFile().resolveSibling("box.pin.blocked")));

        tpm.forgives(1000, 1_000_000);
        token = Tokens.open(config);
        assertEquals(TokenHealth.State.READY, token.settle(SOON).state());
    }

    /// A chip that is lost between two commands of a login, of which the library says that the PIN is wrong.
    @Test
    void aPinErrorOfAChipThatIsGoneIsNotLatched() throws Exception {
        token.close();
        try (var faults = new Faults(config.module())) {
            faults.logins().next(() -> {
                tpm.pullOut();
                return ReturnCode.PIN_INCORRECT;
            });
            token = Tokens.open(config);
            assertEquals(TokenHealth.State.ABSENT, token.settle(SOON).state());
            assertEquals(0, faults.logins().waiting());
            assertFalse(Files.exists(config.pinFile().resolveSibling("box.pin.blocked")));
            tpm.plugIn();
            Await.state(token, TokenHealth.State.READY);
            token.close();
        }
    }

    /// The database as it is while the tables that begin on these pages are empty.
    private static byte[] withoutRows(byte[] database, int... pages) {
        int size = ((database[16] & 0xff) << 8) | (database[17] & 0xff);
        for (int page : pages) {
            for (int at = 3; at <= 4; at++) {
                database[(page - 1) * size + at] = 0;
            }
        }
        return database;
    }

    private static long only(Session session, long objectClass) throws CryptokiError {
        List<Long> found =
                session.find(new Template().with(Template.CLASS, objectClass).with(Template.LABEL, "seal"), 2);
        assertEquals(1, found.size());
        return found.getFirst();
    }

    private void assertSigns() throws Exception {
        byte[] digest = random();
        byte[] signature = key.sign(digest, SOON).get(240, TimeUnit.SECONDS);
        assertTrue(Independent.verifies(key, digest, signature));
        assertTrue(Independent.isLow(key, signature));
    }

    private boolean signs() {
        try {
            key.sign(random(), SOON).get(240, TimeUnit.SECONDS);
            return true;
        } catch (Exception notYet) {
            return false;
        }
    }

    private static byte[] random() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return random;
    }
}
