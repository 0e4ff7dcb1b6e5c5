package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.hsm.driver.Driven.SOON;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.Await;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenHealth;

/// A wrong PIN is tried once in all lives of the driver process together: counted by OpenSC's spy before SoftHSM2.
@Timeout(1800)
class WrongPinInDriverTest {
    private static final Stream<String> USUAL_PLACES = Stream.of(
            "/usr/lib/x86_64-linux-gnu/pkcs11/pkcs11-spy.so",
            "/usr/lib/aarch64-linux-gnu/pkcs11/pkcs11-spy.so",
            "/usr/lib64/pkcs11/pkcs11-spy.so",
            "/usr/lib/pkcs11/pkcs11-spy.so");

    @TempDir
    Path folder;

    @Test
    void aWrongPinIsTriedOnceWhateverBecomesOfTheProcess() throws Exception {
        Optional<Path> spy = USUAL_PLACES.map(Path::of).filter(Files::exists).findFirst();
        Assumptions.assumeTrue(spy.isPresent(), "pkcs11-spy.so is not installed (package opensc-pkcs11)");
        TokenConfig direct = SoftHsm.create(folder).token("spied", 1);
        String right = Files.readString(direct.pinFile());
        var environment = new HashMap<>(SoftHsm.environment());
        environment.put("PKCS11SPY", direct.module().toString());
        environment.put("PKCS11SPY_OUTPUT", folder.resolve("log").toString());
        var config = new TokenConfig(
                spy.orElseThrow(), direct.label(), Optional.empty(), Optional.empty(), direct.pinFile(), 1);
        Files.writeString(config.pinFile(), "wrong-one\n");
        try (RemoteToken token = Driven.open(
                config, DriverOptions.DEFAULT.withEnvironment(environment).withPatience(Driven.LONG))) {
            for (int life = 0; life < 3; life++) {
                Driven.await(token, TokenHealth.State.PIN_BLOCKED);
                assertEquals(1, logins());
                assertFalse(token.health().toString().contains("wrong-one"));
                ProcessHandle process = Driven.process(token);
                Driven.signal(process, Driven.SIGKILL);
                Driven.next(token, process);
                Await.until(SOON, token::health, () -> token.health().state() == TokenHealth.State.PIN_BLOCKED);
            }
            assertTrue(Files.exists(folder.resolve("spied.pin.blocked")));

            Files.writeString(config.pinFile(), right);
            Await.until(SOON, token::health, () -> token.health().isReady());
            assertEquals(2, logins());
            Driven.assertSigns(token.generate("first", KeyKind.P256));
        }
    }

    /// The spy writes `12: C_Login` at the start of each call.
    private long logins() {
        try {
            List<String> log = Files.readAllLines(folder.resolve("log"), StandardCharsets.ISO_8859_1);
            return log.stream()
                    .filter(line -> line.matches("\\d+: C_Login\\b.*"))
                    .count();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
