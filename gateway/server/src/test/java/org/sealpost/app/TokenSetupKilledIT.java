package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.KillPoint;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.Tokens;
import org.sealpost.hsm.TpmToken;

/// The first start of a box, killed at each place of the token's preparation and then simply run again.
class TokenSetupKilledIT {
    private static final int KILLED = 128 + 9;
    private static final int NOT_KILLED = 200;
    private static final int MORE_PLACES_THAN_THERE_ARE = 60;
    private static final int RANDOM_KILLS = 8;
    private static final int LONGEST_LIFE_MILLIS = 1500;

    @TempDir
    Path folder;

    @Test
    @Timeout(900)
    void aTpmIsReadyAfterAKillAtAnyPlace() throws Exception {
        try (var tpm = TpmToken.create(folder.resolve("tpm"))) {
            List<Integer> whole = new ArrayList<>();
            for (int place = 0; place < MORE_PLACES_THAN_THERE_ARE && whole.isEmpty(); place++) {
                if (!killedThenRunAgain(tpm.withStoreIn(folder.resolve("place-" + place)), place)) whole.add(place);
            }
            // C_Initialize, C_InitToken, two C_Logins, C_InitPIN, C_GenerateKeyPair, and the second
            // C_Initialize.
            assertEquals(List.of(3 * 7), whole, "the first place that no run came to");
            for (int round = 0; round < RANDOM_KILLS; round++) {
                powerCutThenRunAgain(tpm.withStoreIn(folder.resolve("random-" + round)));
            }
        }
    }

    @Test
    @Timeout(900)
    void aSoftTokenIsReadyAfterAKillBetweenAnyTwoCalls() throws Exception {
        boolean killed = true;
        for (int place = 0; killed; place++) {
            // SoftHSM empties its file and writes it anew, so that a kill within C_InitToken may leave 8 bytes of it:
            // a slot whose C_GetTokenInfo is refused for good, and which nobody but SoftHSM's owner can remove.
            if (KillPoint.isWithinACall(place)) continue;
            var here = folder.resolve("soft-" + place);
            var hsm = SoftHsm.create(here);
            var config = new TokenConfig(
                    SoftHsm.module().orElseThrow(), "box", Optional.empty(), Optional.empty(), here.resolve("pin"), 1);
            killed = killedThenRunAgain(
                    config, Map.of("SOFTHSM2_CONF", hsm.configuration().toString()), here, place);
        }
    }

    private boolean killedThenRunAgain(TpmToken tpm, int place) throws Exception {
        var here = tpm.store().getParent();
        boolean killed = killedThenRunAgain(tpm.config("box", here.resolve("pin")), tpm.variables(), here, place);
        assertEquals(0, tpm.failedTries(), "a PIN was tried that could not be right");
        return killed;
    }

    /// The chip loses its power together with the process. It counts that as a failed try, if a key was used.
    private void powerCutThenRunAgain(TpmToken tpm) throws Exception {
        long seed = System.nanoTime();
        var what = "power cut, seed " + seed;
        System.out.println(what);
        var here = tpm.store().getParent();
        var token = tpm.config("box", here.resolve("pin"));
        run(token, tpm.variables(), here, -1, seed);
        tpm.pullOut();
        tpm.plugIn();
        runAgain(token, tpm.variables(), here, what);
    }

    /// Returns whether the first run met its place.
    private static boolean killedThenRunAgain(TokenConfig token, Map<String, String> variables, Path here, int place)
            throws Exception {
        long seed = System.nanoTime();
        var what = "place " + place + ", seed " + seed;
        System.out.println(what);
        int first = run(token, variables, here, place, seed);
        assertTrue(first == KILLED || first == 0, () -> what + ": exit code " + first + "\n" + log(here));
        runAgain(token, variables, here, what);
        return first == KILLED;
    }

    private static void runAgain(TokenConfig token, Map<String, String> variables, Path here, String what)
            throws Exception {
        assertEquals(0, run(token, variables, here, NOT_KILLED, 0), () -> what + "\n" + log(here));

        assertFalse(Files.exists(here.resolve("pin.new")), what);
        assertFalse(Files.exists(here.resolve("pin.officer.new")), what);
        assertFalse(Files.exists(here.resolve("pin.blocked")), what);
        try (var open = Tokens.open(token)) {
            var health = open.settle(Duration.ofMinutes(2));
            assertEquals(TokenHealth.State.READY, health.state(), () -> what + ": " + health);
            open.key(KeySpec.unpinned("seal", KeyKind.P256))
                    .sign(new byte[32], Duration.ofMinutes(2))
                    .get(240, TimeUnit.SECONDS);
        }
    }

    /// A place of -1: from outside, after a random while.
    private static int run(TokenConfig token, Map<String, String> variables, Path here, int place, long seed)
            throws Exception {
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Setup.class.getName(),
                here.toString(),
                token.module().toString(),
                token.pinFile().toString(),
                Integer.toString(place < 0 ? NOT_KILLED : place),
                Long.toString(seed));
        builder.environment().putAll(variables);
        builder.redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(here.resolve("log").toFile()));
        var process = builder.start();
        if (place < 0) {
            process.waitFor(new Random(seed).nextInt(LONGEST_LIFE_MILLIS), TimeUnit.MILLISECONDS);
            process.destroyForcibly();
        }
        assertTrue(process.waitFor(2, TimeUnit.MINUTES), "the setup does not end");
        return process.exitValue();
    }

    private static String log(Path here) {
        try {
            return Files.readString(here.resolve("log"), StandardCharsets.UTF_8);
        } catch (IOException none) {
            return none.toString();
        }
    }

    /// The setup, in a process that is killed at its place.
    static final class Setup {
        public static void main(String[] arguments) throws Exception {
            var here = Path.of(arguments[0]);
            var module = Path.of(arguments[1]);
            KillPoint.arm(module, Integer.parseInt(arguments[3]), Long.parseLong(arguments[4]));
            var token = new TokenConfig(module, "box", Optional.empty(), Optional.empty(), Path.of(arguments[2]), 1);
            var settings = new TokenSettings(
                    token, TokenSettings.Driver.INSIDE, "seal", Optional.empty(), Optional.empty(), Optional.empty());
            TokenSetup.initialise(RunningGateway.config(here, settings, IntakeConfig.defaults(), Optional.empty()));
        }
    }
}
