package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.hsm.FaultShim.Function;
import org.sealpost.hsm.ReturnCode.Remedy;

/// Every return code from each function that changes something in a token: the caller is told it, the key beside it
/// signs again by itself, and the same is done when it is asked for once more. Those of signing and opening are in
/// [ShimmedTokenTest].
@Timeout(600)
class EveryCodeTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private FaultShim shim;
    private TokenConfig config;
    private Token token;
    private SigningKey key;

    @BeforeEach
    void openATokenThroughTheShim() throws Exception {
        shim = FaultShim.beforeSoftHsm();
        config = shim.through(SoftHsm.create(folder).token("shimmed", 2));
        token = Tokens.open(config);
        key = token.generate("seal", KeyKind.P256);
    }

    @AfterEach
    void close() {
        if (shim != null) {
            shim.heal();
        }
        if (token != null) {
            token.close();
        }
    }

    @Test
    void fromTheMakingOfAKey() {
        for (long code : ShimmedTokenTest.codes()) {
            shim.on(Function.GENERATE_KEY_PAIR).returns(code, 1);
            assertToldBy(code, () -> token.generate("next", KeyKind.P256));
            assertEquals(1, token.keys().size());
        }
        assertEquals("next", token.generate("next", KeyKind.P256).spec().name());
    }

    @Test
    void fromTheKeepingOfACertificate() throws Exception {
        Instant now = Instant.now();
        byte[] certificate = TestCa.create("ca").issue("box", key.spki(), now, now.plusSeconds(3600));
        for (long code : ShimmedTokenTest.codes()) {
            shim.on(Function.CREATE_OBJECT).returns(code, 1);
            TokenFailure failure = assertToldBy(code, () -> token.storeCertificate("seal", key.spki(), certificate));
            if (failure instanceof KeyRefused refused) {
                assertEquals("CKO_CERTIFICATE", refused.attribute());
            }
            assertEquals(List.of(), token.certificates("seal", key.spki()));
        }
        token.storeCertificate("seal", key.spki(), certificate);
        assertEquals(1, token.certificates("seal", key.spki()).size());
    }

    /// It is asked, before anything is removed, whether somebody is logged in at all.
    @Test
    void fromTheLookBeforeARemoval() {
        byte[] next = token.generate("next", KeyKind.P256).spki();
        for (long code : ShimmedTokenTest.codes()) {
            shim.on(Function.GET_SESSION_INFO).returns(code, 1);
            var told = assertThrows(TokenSetback.class, () -> token.destroy("next", next));
            assertEquals(code, told.returnCode().orElseThrow().value());
            awaitSignature();
            assertEquals(2, token.keys().size());
        }
        token.destroy("next", next);
        assertEquals(1, token.keys().size());
    }

    @Test
    void fromARemoval() {
        byte[] next = token.generate("next", KeyKind.P256).spki();
        for (long code : ShimmedTokenTest.codes()) {
            shim.on(Function.DESTROY_OBJECT).returns(code, 1);
            assertToldBy(code, () -> token.destroy("next", next));
            assertEquals(2, token.keys().size());
        }
        token.destroy("next", next);
        assertEquals(1, token.keys().size());
    }

    /// The answer gets lost, and the removal is asked for again. One code of each sort.
    @ParameterizedTest
    @EnumSource(Remedy.class)
    void fromARemovalThatWasDone(Remedy remedy) {
        long code = ShimmedTokenTest.codes().stream()
                .filter(one -> new ReturnCode(one).remedy() == remedy)
                .findFirst()
                .orElseThrow();
        byte[] next = token.generate("next", KeyKind.P256).spki();
        shim.on(Function.DESTROY_OBJECT).failsAfterwards(code, 1);
        assertToldBy(code, () -> token.destroy("next", next));
        token.destroy("next", next);
        assertEquals(1, token.keys().size());
    }

    @ParameterizedTest
    @EnumSource(names = {"GET_ATTRIBUTE_VALUE", "FIND_OBJECTS_INIT", "FIND_OBJECTS", "FIND_OBJECTS_FINAL"})
    void fromAListing(Function function) {
        for (long code : ShimmedTokenTest.codes()) {
            shim.on(function).heal();
            shim.on(function).returns(code, 1);
            try {
                // Two halves of it, if it is its id that the token does not show.
                int listed = token.keys().size();
                assertTrue(listed == 1 || listed == 2, () -> listed + " are listed");
            } catch (TokenSetback told) {
                assertEquals(code, told.returnCode().orElseThrow().value());
            }
            assertEquals(1, shim.on(function).met());
            awaitSignature();
        }
    }

    /// The token has not changed its PIN, whatever it answers.
    @Test
    void fromAChangeOfPin() throws Exception {
        Path newPin = folder.resolve("new-pin");
        SoftHsm.write(newPin, "a-new-pin\n");
        String old = Files.readString(config.pinFile());
        for (long code : ShimmedTokenTest.codes()) {
            long logins = shim.on(Function.LOGIN).calls();
            shim.on(Function.SET_PIN).returns(code, 1);
            var failure = assertThrows(RuntimeException.class, () -> token.changePin(newPin));
            assertTrue(failure instanceof PinRefused || failure instanceof TokenSetback, failure::toString);
            assertTrue(failure.getMessage().contains(new ReturnCode(code).toString()), failure::getMessage);
            // A token that says so of the old PIN is believed, until a person says otherwise.
            if (Files.deleteIfExists(PinLatch.beside(config.pinFile()).file())) {
                assertEquals(ReturnCode.PIN_INCORRECT, code);
                token.close();
                token = Tokens.open(config);
                key = token.key(key.spec());
            }
            awaitSignature();
            assertEquals(old, Files.readString(config.pinFile()));
            assertFalse(new PinFiles(config.pinFile()).isChanging(), () -> new ReturnCode(code).toString());
            assertTrue(shim.on(Function.LOGIN).calls() <= logins + 1, () -> new ReturnCode(code).toString());
        }
        token.changePin(newPin);
        assertEquals("a-new-pin", Files.readString(config.pinFile()).strip());
        awaitSignature();
    }

    /// Whatever step fails, the same PINs finish what was begun.
    @ParameterizedTest
    @EnumSource(names = {"INIT_TOKEN", "INIT_PIN"})
    void fromThePreparationOfAToken(Function function) throws Exception {
        token.close();
        byte[] officer = "an-officer".getBytes(StandardCharsets.US_ASCII);
        byte[] pin = "the-user-s".getBytes(StandardCharsets.US_ASCII);
        for (long code : ShimmedTokenTest.codes()) {
            SoftHsm.create(folder.resolve(function + "-" + Long.toHexString(code)));
            shim.on(function).returns(code, 1);
            var failure = assertThrows(
                    RuntimeException.class,
                    () -> TokenCeremony.initToken(shim.library(), Optional.empty(), "fresh", officer, pin));
            assertTrue(failure.getMessage().contains(new ReturnCode(code).toString()), failure::getMessage);
            TokenCeremony.resume(shim.library(), Optional.empty(), "fresh", officer, pin);
        }
        Path pinFile = folder.resolve("fresh.pin");
        SoftHsm.write(pinFile, "the-user-s\n");
        token = Tokens.open(new TokenConfig(shim.library(), "fresh", Optional.empty(), Optional.empty(), pinFile, 1));
        Await.state(token, TokenHealth.State.READY);
    }

    private interface Act {
        void run();
    }

    private TokenFailure assertToldBy(long code, Act act) {
        var failure = assertThrows(TokenFailure.class, act::run, () -> new ReturnCode(code).toString());
        assertEquals(code, failure.returnCode().orElseThrow().value());
        assertTrue(failure.getMessage().contains(new ReturnCode(code).toString()), failure::getMessage);
        if (new ReturnCode(code).remedy() == Remedy.REFUSE) {
            assertInstanceOf(KeyRefused.class, failure);
        }
        awaitSignature();
        return failure;
    }

    /// At the first try, since a call waits for a token that is being opened.
    private void awaitSignature() {
        Await.until(SOON, token::health, () -> {
            byte[] digest = new byte[32];
            new SecureRandom().nextBytes(digest);
            try {
                return Independent.verifies(key, digest, key.sign(digest, SOON).get(60, TimeUnit.SECONDS));
            } catch (Exception notYet) {
                return false;
            }
        });
    }
}
