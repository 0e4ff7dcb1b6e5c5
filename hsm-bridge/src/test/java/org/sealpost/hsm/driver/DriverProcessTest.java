package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.hsm.driver.Driven.SOON;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.Await;
import org.sealpost.hsm.Independent;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.ListedKey;
import org.sealpost.hsm.PinRefused;
import org.sealpost.hsm.QueueFull;
import org.sealpost.hsm.SelfSigned;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.TokenSetback;

/// A SoftHSM2 token in a driver process, which is killed, stopped and closed.
@Timeout(1800)
class DriverProcessTest {
    /// A patience that tests can wait for.
    private static final Duration SHORT = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    private TokenConfig config;
    private DriverOptions options;
    private RemoteToken token;
    private SigningKey key;

    @BeforeEach
    void openATokenInAProcess() throws Exception {
        config = SoftHsm.create(folder).token("driven", 2);
        options = DriverOptions.DEFAULT.withEnvironment(SoftHsm.environment()).withPatience(Driven.LONG);
        token = Driven.open(config, options);
        Driven.await(token, TokenHealth.State.READY);
        key = token.generate("seal", KeyKind.P256);
    }

    @AfterEach
    void close() {
        if (token != null) {
            token.close();
        }
    }

    @Test
    void isToItsCallersLikeATokenInThisProcess() throws Exception {
        for (KeyKind kind : List.of(KeyKind.SECP256K1, KeyKind.P384, KeyKind.RSA_2048_PSS, KeyKind.ED25519)) {
            SigningKey other = token.generate("of " + kind, kind);
            byte[] input = Driven.random(kind == KeyKind.P384 ? 48 : 32);
            assertTrue(
                    Independent.verifies(other, input, other.sign(input, SOON).get()));
        }
        Driven.assertSigns(key);
        assertSame(key, token.key(key.spec()));
        assertArrayEquals(
                key.spki(), token.key(KeySpec.unpinned("seal", KeyKind.P256)).spki());
        assertTrue(token.description().contains("\"driven\""), token.description());

        KeyRefused taken = assertThrows(KeyRefused.class, () -> token.generate("seal", KeyKind.P256));
        assertEquals("CKA_LABEL", taken.attribute());
        assertEquals("seal", taken.key());
        byte[] wrong = token.generate("second", KeyKind.P256).spki();
        KeyRefused another =
                assertThrows(KeyRefused.class, () -> token.key(KeySpec.pinned("seal", KeyKind.P256, wrong)));
        assertEquals("CKA_EC_POINT", another.attribute());
        assertFalse(another.isAmbiguous());
        assertThrows(IllegalArgumentException.class, () -> key.sign(new byte[31], SOON));
        assertThrows(IllegalArgumentException.class, () -> key.sign(new byte[32], Duration.ZERO));
    }

    @Test
    void theActsOfAKeysLifeGoThrough() throws Exception {
        SigningKey other = token.generate("other", KeyKind.P384);
        byte[] certificate = SelfSigned.certificate(key);
        token.storeCertificate("seal", key.spki(), certificate);
        assertArrayEquals(certificate, token.certificates("seal", key.spki()).getFirst());
        List<ListedKey> listed = token.keys();
        assertEquals(
                List.of("other", "seal"), listed.stream().map(ListedKey::name).toList());
        assertArrayEquals(key.spki(), listed.getLast().spki().orElseThrow());
        assertArrayEquals(certificate, listed.getLast().certificates().getFirst());
        assertThrows(IllegalArgumentException.class, () -> token.storeCertificate("other", other.spki(), certificate));
        KeyRefused refused = assertThrows(KeyRefused.class, () -> token.destroy("seal", other.spki()));
        assertEquals("seal", refused.key());

        token.destroy("other", other.spki());
        assertEquals(1, token.keys().size());
        var failed = assertThrows(
                ExecutionException.class,
                () -> other.sign(Driven.random(48), SOON).get(600, TimeUnit.SECONDS));
        assertInstanceOf(KeyRefused.class, failed.getCause());
        // The next process is not told of it, so nothing is missed there.
        ProcessHandle first = Driven.process(token);
        Driven.signal(first, Driven.SIGKILL);
        Driven.next(token, first);
        Driven.assertSigns(key);
        Driven.await(token, TokenHealth.State.READY);
    }

    @Test
    void aPinIsChangedByTheProcessThatReadsIt() throws Exception {
        Path tooShort = folder.resolve("short");
        Files.writeString(tooShort, "1\n");
        Files.setPosixFilePermissions(tooShort, PosixFilePermissions.fromString("rw-------"));
        assertThrows(PinRefused.class, () -> token.changePin(tooShort));
        Path better = folder.resolve("better");
        Files.writeString(better, "a-better-one\n");
        Files.setPosixFilePermissions(better, PosixFilePermissions.fromString("rw-------"));
        token.changePin(better);
        assertEquals("a-better-one", Files.readString(config.pinFile()).strip());
        ProcessHandle first = Driven.process(token);
        Driven.signal(first, Driven.SIGKILL);
        Driven.next(token, first);
        Driven.awaitSignature(token, key);
    }

    /// The futures end on a virtual thread, so that what hangs on one cannot hold up the reading thread.
    @Test
    void aCallerThatBlocksInItsAnswerHoldsUpNobody() throws Exception {
        var blocked = new CompletableFuture<Void>();
        key.sign(Driven.random(32), SOON).thenAccept(signature -> blocked.join());
        Driven.assertSigns(key);
        blocked.complete(null);
    }

    @Test
    void aMessageOfAnySizeIsSigned() throws Exception {
        SigningKey edwards = token.generate("edwards", KeyKind.ED25519);
        for (int size : new int[] {0, 1, 40_000, 65_535}) {
            byte[] input = Driven.random(size);
            assertTrue(
                    Independent.verifies(
                            edwards, input, edwards.sign(input, SOON).get()),
                    "size " + size);
        }
    }

    @Test
    void aLibraryThatIsNoneIsRefusedAtOnce() {
        var nothing = new TokenConfig(
                folder.resolve("nothing.so"), "driven", Optional.empty(), Optional.empty(), config.pinFile(), 1);
        var refused = assertThrows(IllegalArgumentException.class, () -> Driven.open(nothing, options));
        assertTrue(refused.getMessage().contains("there is no PKCS#11 library"), refused.getMessage());
    }

    @Test
    void aKilledProcessIsReplacedAndItsCallsAreTold() throws Exception {
        ProcessHandle first = Driven.process(token);
        // Stopped, it keeps what it was given, so that the kill meets it.
        Driven.signal(first, Driven.SIGSTOP);
        CompletableFuture<byte[]> lost = key.sign(Driven.random(32), SOON);
        Driven.signal(first, Driven.SIGKILL);
        var failed = assertThrows(ExecutionException.class, () -> lost.get(600, TimeUnit.SECONDS));
        TokenSetback setback = assertInstanceOf(TokenSetback.class, failed.getCause());
        assertEquals(TokenHealth.State.RECOVERING, setback.state());
        assertEquals("the driver process ended by signal 9", setback.words());
        // Not given to a process yet, a call waits for the next one.
        Driven.assertSigns(key);
        // It may sign before it is said to be ready.
        Driven.await(token, TokenHealth.State.READY);
        assertNotEquals(first.pid(), Driven.process(token).pid());
        assertSame(key, token.key(key.spec()));
    }

    @Test
    void aKeyThatIsAskedForWhileTheProcessIsKilledIsHadFromTheNextOne() throws Exception {
        for (int round = 0; round < 3; round++) {
            ProcessHandle process = Driven.process(token);
            Driven.signal(process, Driven.SIGSTOP);
            var asked = CompletableFuture.supplyAsync(() -> token.key(KeySpec.unpinned("seal", KeyKind.P256)));
            Driven.signal(process, Driven.SIGKILL);
            assertSame(key, asked.get(600, TimeUnit.SECONDS));
            Driven.assertSigns(key);
        }
    }

    @Test
    void aCrashIsToldByItsSignal() throws Exception {
        Driven.signal(Driven.process(token), Driven.SIGSEGV);
        Await.until(
                SOON,
                token::health,
                () -> token.health().cause().startsWith("the driver process ended by signal 11 (SIGSEGV)"));
        Driven.assertSigns(key);
    }

    @Test
    void aProcessThatHangsIsKilledAndReplacedWhileEachCallEndsInTime() throws Exception {
        token.close();
        token = Driven.open(config, options.withPatience(SHORT));
        key = token.key(key.spec());
        ProcessHandle first = Driven.process(token);
        Driven.signal(first, Driven.SIGSTOP);
        Driven.setback(key, Duration.ofMillis(100));
        Await.until(SOON, token::health, () -> !first.isAlive());
        Driven.awaitSignature(token, key);
    }

    /// More than the socket and both ends hold while nobody reads; then the bound is reached, and nobody has waited.
    @Test
    void theBoundsAreReachedWithoutAnyoneWaiting() throws Exception {
        SigningKey edwards = token.generate("edwards", KeyKind.ED25519);
        Driven.signal(Driven.process(token), Driven.SIGSTOP);
        List<CompletableFuture<byte[]>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(edwards.sign(Driven.random(60_000), SOON));
        }
        assertTrue(all.stream().anyMatch(answer -> {
            Await.until(SOON, () -> "no refusal", () -> all.stream().anyMatch(CompletableFuture::isDone));
            return answer.isDone() && answer.exceptionNow() instanceof QueueFull;
        }));
        Driven.signal(Driven.process(token), Driven.SIGCONT);
        int signed = 0;
        for (CompletableFuture<byte[]> answer : all) {
            try {
                answer.get(600, TimeUnit.SECONDS);
                signed++;
            } catch (ExecutionException told) {
                assertInstanceOf(QueueFull.class, told.getCause());
            }
        }
        assertTrue(signed > 0 && signed < 200, "signed " + signed);
    }

    @Test
    void isNotEndedByWhatATerminalOrAServiceManagerSendsToAll() throws Exception {
        ProcessHandle process = Driven.process(token);
        Driven.signal(process, Driven.SIGINT);
        Driven.signal(process, Driven.SIGTERM);
        Driven.assertSigns(key);
        assertEquals(process.pid(), Driven.process(token).pid());
    }

    @Test
    void closingEndsTheProcess() throws Exception {
        ProcessHandle process = Driven.process(token);
        token.close();
        token.close();
        assertFalse(process.isAlive());
        assertEquals(TokenHealth.State.CLOSED, token.health().state());
        assertEquals(TokenHealth.State.CLOSED, Driven.setback(key, SOON).state());
        assertThrows(IllegalStateException.class, () -> token.key(key.spec()));
    }

    @Test
    void closingEndsAProcessThatHangs() throws Exception {
        ProcessHandle process = Driven.process(token);
        Driven.signal(process, Driven.SIGSTOP);
        CompletableFuture<byte[]> waiting = key.sign(Driven.random(32), SOON);
        token.close();
        assertFalse(process.isAlive());
        var failed = assertThrows(ExecutionException.class, () -> waiting.get(600, TimeUnit.SECONDS));
        assertEquals(
                TokenHealth.State.CLOSED,
                assertInstanceOf(TokenSetback.class, failed.getCause()).state());
    }

    /// A process that is killed does not say goodbye; its driver must notice all the same.
    @Test
    void theProcessOfAKilledParentIsGone() throws Exception {
        token.close();
        Process parent = ParentToBeKilled.start(config);
        try (var words = parent.inputReader()) {
            ProcessHandle driver =
                    ProcessHandle.of(Long.parseLong(words.readLine())).orElseThrow();
            assertTrue(driver.isAlive());
            parent.destroyForcibly().waitFor();
            Await.until(SOON, () -> "the driver lives", () -> !driver.isAlive());
        } finally {
            parent.destroyForcibly();
        }
    }
}
