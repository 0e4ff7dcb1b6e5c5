package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.Installed;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenHealth;

/// OpenSC's spy, told of no file, prints each call with what is in it: at the login, the PIN.
@Timeout(600)
class TalkativeLibraryTest {
    @TempDir
    Path folder;

    private final List<String> log = new CopyOnWriteArrayList<>();

    @Test
    void aPinThatALibraryPrintsIsNotLogged() throws Exception {
        Path spy = Installed.requireSpy();
        TokenConfig direct = SoftHsm.create(folder).token("spied", 1);
        String pin = Files.readString(direct.pinFile()).strip();
        Path newPin = Files.copy(direct.pinFile(), folder.resolve("new-pin"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(newPin, "another-pin\n");
        var environment = new HashMap<>(SoftHsm.environment());
        environment.put("PKCS11SPY", direct.module().toString());
        var config = new TokenConfig(spy, direct.label(), Optional.empty(), Optional.empty(), direct.pinFile(), 1);
        Logger all = Logger.getLogger("org.sealpost.hsm");
        Handler keeping = keeping();
        all.addHandler(keeping);
        try (RemoteToken token = Driven.open(
                config, DriverOptions.DEFAULT.withEnvironment(environment).withPatience(Driven.LONG))) {
            Driven.await(token, TokenHealth.State.READY);
            token.changePin(newPin);
            ProcessHandle first = Driven.process(token);
            Driven.signal(first, Driven.SIGKILL);
            Driven.next(token, first);
            Driven.await(token, TokenHealth.State.READY);
        } finally {
            all.removeHandler(keeping);
        }
        assertEquals(
                2, log.stream().filter(line -> line.contains("may print PINs")).count(), "once in each life");
        assertTrue(log.stream().anyMatch(line -> line.contains("driver of token spied: INFO: token spied is READY")));
        for (String secret : List.of(pin, "another-pin")) {
            // It prints sixteen bytes a line, in both ways.
            String shown = secret.substring(0, Math.min(8, secret.length()));
            String hex = HexFormat.ofDelimiter(" ").formatHex(shown.getBytes(StandardCharsets.US_ASCII));
            for (String line : log) {
                assertFalse(line.toLowerCase(Locale.ROOT).contains(hex), line);
                assertFalse(line.contains(shown), line);
            }
        }
        assertFalse(log.stream().anyMatch(line -> line.contains("C_Login")));
    }

    private Handler keeping() {
        return new Handler() {
            @Override
            public void publish(LogRecord entry) {
                log.add(new SimpleFormatter().formatMessage(entry));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
