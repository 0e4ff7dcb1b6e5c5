package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Cuts a change of PIN off before each single step that it does on the disk, and the login that settles it,
/// too; then the token is opened as after a restart. [ChangePinKilledTest] cuts within the calls into the
/// library.
///
/// What the system had not written when the power went is not shown by this.
class ChangePinCutTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int MORE_STEPS_THAN_THERE_ARE = 100;

    @TempDir
    Path folder;

    private TokenConfig config;

    @BeforeEach
    void makeAToken() throws Exception {
        config = SoftHsm.create(folder).token("box", 1);
    }

    /// After that, this process does nothing any more on its disk.
    private static final class Cut extends Error {
        private static final long serialVersionUID = 1L;
    }

    private interface Work {
        void with(PinPolicy policy, Session session) throws CryptokiError;
    }

    @Test
    void cutOffAnywhereAChangeIsSettledByTheNextLogin() throws Exception {
        int cut = 0;
        for (boolean more = true; more; cut++) {
            String before = pinInFile();
            String fresh = "new-pin-" + cut;
            more = cutOff(cut, (policy, session) -> {
                login(policy, session);
                policy.change(session, answers(), newPin(fresh));
            });
            int logins = loginsUntilReady();
            String after = pinInFile();
            assertTrue(after.equals(fresh) || more && after.equals(before), "cut " + cut);
            assertTrue(logins <= (more ? 2 : 1), "cut " + cut);
            assertNothingIsLeft();
        }
        assertTrue(cut > 8, cut + " steps");
    }

    @Test
    void cutOffAnywhereTheSettlingIsDoneByTheNextLogin() throws Exception {
        int cut = 0;
        for (boolean more = true; more; cut++) {
            String fresh = "new-pin-" + cut;
            byte[] old = bytes(pinInFile());
            new PinFiles(config.pinFile()).announce(bytes(fresh));
            Workbench.with(config, session -> session.setPin(old, bytes(fresh)));
            more = cutOff(cut, ChangePinCutTest::login);
            assertTrue(loginsUntilReady() <= 2, "cut " + cut);
            assertEquals(fresh, pinInFile(), "cut " + cut);
            assertNothingIsLeft();
        }
        assertTrue(cut > 8, cut + " steps");
    }

    /// Somebody else has changed the token's PIN while we are logged in: neither of ours is right, and as soon
    /// as the refusal is noted neither is tried.
    @Test
    void cutOffAnywhereARefusedChangeIsNotTakenForOneThatWasMade() throws Exception {
        String old = pinInFile();
        boolean noted = false;
        int cut = 0;
        for (boolean more = true; more; cut++) {
            var changed = new AtomicBoolean();
            more = cutOff(cut, (policy, session) -> {
                login(policy, session);
                session.setPin(bytes(old), bytes("somebody-else"));
                changed.set(true);
                policy.change(session, answers(), newPin("a-new-pin"));
            });
            boolean told = Files.exists(PinLatch.beside(config.pinFile()).file());
            if (changed.get()) {
                assertTrue(!noted || told, "cut " + cut);
                noted = told;
                try (Faults faults = new Faults(config.module());
                        Token token = Tokens.open(config)) {
                    assertEquals(
                            TokenHealth.State.PIN_BLOCKED,
                            token.settle(PATIENCE).state(),
                            "cut " + cut);
                    // Cut off before the change was asked for, it may have been made.
                    assertTrue(faults.logins().calls() <= (told ? 0 : 2), "cut " + cut);
                }
                assertEquals(old, pinInFile(), "cut " + cut);
                Workbench.with(config, session -> {
                    session.login(Cryptoki.USER, bytes("somebody-else"));
                    session.setPin(bytes("somebody-else"), bytes(old));
                });
            }
            new PinFiles(config.pinFile()).drop();
            PinLatch.beside(config.pinFile()).lift();
            // Each cut is the first: of several in a row in a PIN's first login, the third login is a person's.
            new OddRefusals(new PinFolder(config.pinFile()), InstantSource.system()).forget();
        }
        assertTrue(noted);
    }

    /// Whether it was cut off, and not over before.
    private boolean cutOff(int step, Work work) throws Exception {
        assertTrue(step < MORE_STEPS_THAN_THERE_ARE);
        var steps = new AtomicInteger();
        var cut = new PinFolder(config.pinFile(), () -> {
            if (steps.getAndIncrement() >= step) {
                throw new Cut();
            }
        });
        try {
            Workbench.with(config, session -> {
                try {
                    work.with(new PinPolicy(config.label(), cut, System::nanoTime), session);
                } catch (PinRefused told) {
                    // As it should be.
                }
            });
            return false;
        } catch (IllegalStateException ended) {
            assertInstanceOf(Cut.class, ended.getCause());
            return true;
        }
    }

    private static void login(PinPolicy policy, Session session) throws CryptokiError {
        policy.login(session, session.tokenLabel(), answers());
    }

    private static Profile.Answers answers() {
        return Profiles.STANDARD.answers();
    }

    private Path newPin(String pin) {
        Path file = folder.resolve("new-pin");
        try {
            SoftHsm.write(file, pin + "\n");
        } catch (java.io.IOException unwritable) {
            throw new java.io.UncheckedIOException(unwritable);
        }
        return file;
    }

    private int loginsUntilReady() throws Exception {
        try (Faults faults = new Faults(config.module());
                Token token = Tokens.open(config)) {
            Await.state(token, TokenHealth.State.READY);
            return faults.logins().calls();
        }
    }

    private void assertNothingIsLeft() {
        var beside = new PinFolder(config.pinFile());
        for (String ending : new String[] {".next", ".next.new", ".blocked"}) {
            assertFalse(Files.exists(beside.beside(ending)), ending);
        }
    }

    private String pinInFile() throws Exception {
        return Files.readString(config.pinFile()).strip();
    }

    private static byte[] bytes(String pin) {
        return pin.getBytes(StandardCharsets.US_ASCII);
    }
}
