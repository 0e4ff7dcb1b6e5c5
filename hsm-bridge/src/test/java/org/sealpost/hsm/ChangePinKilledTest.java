package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a process (SIGKILL) that changes a token's PIN, before, within and after each call into the library, and
/// opens the token again: it logs in, with one wrong try at most, and nothing of the change is left.
class ChangePinKilledTest {
    /// C_Initialize, C_Login and C_SetPIN, three places each.
    private static final int PLACES = 9;
    private static final int FIRST_OF_SET_PIN = 6;

    @TempDir
    Path folder;

    @Test
    void logsInAfterAKillAtAnyPlace() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        SoftHsm hsm = SoftHsm.create(folder);
        TokenConfig config = hsm.token("box", 1);
        for (int place = 0; place < PLACES; place++) {
            Path newPin = folder.resolve("new-pin-" + place);
            SoftHsm.write(newPin, "new-pin-" + place + "\n");
            String before = Files.readString(config.pinFile()).strip();
            Map<Path, byte[]> tokens = hsm.copy();
            Path log = folder.resolve("log-" + place);
            var builder = new ProcessBuilder(
                            ProcessHandle.current().info().command().orElseThrow(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            ChangePinKilledTest.class.getName(),
                            config.module().toString(),
                            config.pinFile().toString(),
                            newPin.toString(),
                            Integer.toString(place),
                            Long.toString(seed + place))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().put("SOFTHSM2_CONF", hsm.configuration().toString());
            Process process = builder.start();
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "place " + place);
            boolean inTime = process.exitValue() == 128 + 9;
            // A kill within a call may come after the whole has ended well.
            boolean ended = process.exitValue() == 0 && KillPoint.isWithinACall(place);
            assertTrue(inTime || ended, () -> "exit " + process.exitValue() + ", see " + read(log));
            if (hsm.bringBackTorn(tokens)) {
                System.out.println("place " + place + ": SoftHSM was killed while it wrote");
                assertTrue(KillPoint.isWithinACall(place), "place " + place);
            }

            try (Faults faults = new Faults(config.module());
                    Token token = Tokens.open(config)) {
                Await.state(token, TokenHealth.State.READY);
                assertTrue(faults.logins().calls() <= (place < FIRST_OF_SET_PIN ? 1 : 2), "place " + place);
            }
            assertFalse(new PinFiles(config.pinFile()).isChanging());
            String after = Files.readString(config.pinFile()).strip();
            assertTrue(after.equals(before) || after.equals("new-pin-" + place), "place " + place);
            if (place == FIRST_OF_SET_PIN) {
                assertEquals(before, after);
            } else if (place == FIRST_OF_SET_PIN + 2) {
                assertEquals("new-pin-" + place, after);
            }
        }
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (java.io.IOException unreadable) {
            return unreadable.toString();
        }
    }

    /// The process that is killed.
    public static void main(String[] args) throws Exception {
        Path module = Path.of(args[0]);
        KillPoint.arm(module, Integer.parseInt(args[3]), Long.parseLong(args[4]));
        var config = new TokenConfig(module, "box", Optional.empty(), Optional.empty(), Path.of(args[1]), 1);
        try (Token token = Tokens.open(config)) {
            Await.state(token, TokenHealth.State.READY);
            token.changePin(Path.of(args[2]));
        }
    }
}
