package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentConfigTest {
    @TempDir
    Path folder;

    private AgentConfig read(String text) throws IOException {
        return AgentConfig.read(Files.writeString(folder.resolve("agent.toml"), text));
    }

    @Test
    void whatIsLeftOutIsTheAppliances() throws IOException {
        var config = read("trial-deadline = \"90s\"\n");
        assertEquals(Path.of("/data/ota"), config.data());
        assertEquals(folder.resolve("root.json"), config.root());
        assertEquals(Duration.ofSeconds(90), config.pace().trialDeadline());
        assertEquals(Duration.ofHours(6), config.pace().checkInterval());
    }

    @Test
    void wrongSettingsHaveTheirSentence() {
        for (var wrong : Map.of(
                        "trial-dedline = \"1s\"", "trial-deadline",
                        "check-interval = \"soon\"", "check-interval",
                        "gateway = \"http://[::1]/\"", "gateway",
                        "max-used-percent = 0", "max-used-percent",
                        "data = 7", "data",
                        "longest-retry = \"1s\"", "longest-retry",
                        "= =", "cannot be read")
                .entrySet()) {
            var refused = assertThrows(ConfigRefused.class, () -> read(wrong.getKey()), wrong.getKey());
            assertTrue(refused.getMessage().contains(wrong.getValue()), refused.getMessage());
        }
    }

    @Test
    void expiryIsJudgedByTheLatestTimeThatWasProven() throws IOException {
        var built = Instant.parse("2026-01-01T00:00:00Z");
        var now = Instant.parse("2026-11-25T10:00:00Z");
        var synced = new AtomicBoolean();
        var file = folder.resolve("proven-time");
        assertEquals(
                built,
                BoxClock.open(InstantSource.fixed(now), synced::get, built, file)
                        .floor());
        synced.set(true);
        assertEquals(
                now,
                BoxClock.open(InstantSource.fixed(now), synced::get, built, file)
                        .floor());
        synced.set(false);
        // A clock that was set back, or whose battery is dead, makes nothing good again.
        var dead = BoxClock.open(InstantSource.fixed(Instant.EPOCH), synced::get, built, file);
        assertEquals(now, dead.floor());
        Files.writeString(file, "nonsense");
        assertEquals(
                built,
                BoxClock.open(InstantSource.fixed(Instant.EPOCH), synced::get, built, file)
                        .floor());
    }

    @Test
    void theSlotsAreWhatTheKernelWasTold() {
        var line = "root=PARTLABEL=root-B ro rauc.slot=B sealpost.good=A panic=5";
        assertEquals(Slot.B, Slot.named("rauc.slot", line).orElseThrow());
        assertEquals(Slot.A, Slot.named("sealpost.good", line).orElseThrow());
        assertTrue(Slot.named("rauc.slot", "xrauc.slot=A rauc.slot=AB").isEmpty());
    }

    @Test
    void anImageSaysWhatItIs() {
        var text = """
                NAME="Sealpost"
                SEALPOST_BOARD=sealpost-amd64
                SEALPOST_RELEASE="1.2.3"
                SEALPOST_SECURITY_EPOCH=4
                SEALPOST_DATA_FORMAT=2
                SEALPOST_READS_FROM=1
                SEALPOST_BUILD_TIME=1767225600
                """;
        var installed = Installed.parse(text);
        assertEquals(Version.parse("1.2.3"), installed.version());
        assertEquals(4, installed.securityEpoch());
        assertThrows(IllegalArgumentException.class, () -> Installed.parse(text.replace("BOARD", "BORED")));
    }
}
