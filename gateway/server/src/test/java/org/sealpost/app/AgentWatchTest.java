package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.admin.FakeAgent;
import org.sealpost.admin.HealthView;
import org.sealpost.ota.AgentClient;
import org.sealpost.stage.StageHealth;

/// What a gateway knows of its update agent, and when it says that something is wrong with it.
class AgentWatchTest {
    private static final Instant NOW = Instant.parse("2026-11-25T18:04:05Z");

    @TempDir
    private Path folder;

    private final AtomicLong nanos = new AtomicLong();
    private Instant clock = NOW;

    private AgentWatch watch() {
        return watch(Duration.ofMinutes(1));
    }

    private AgentWatch watch(Duration patience) {
        return new AgentWatch(new AgentClient(folder.resolve("agent.socket"), patience), nanos::get, () -> clock);
    }

    private static StageHealth copying(Optional<String> cause) {
        return new StageHealth("update-scribe", cause.isPresent(), cause, cause.map(_ -> NOW), 1, Optional.empty());
    }

    private static HealthView.Part part(AgentWatch watch) {
        return UpdateParts.part(watch.lasting(), watch.seen().status(), copying(Optional.empty()));
    }

    @Test
    void anAgentThatIsStartedAnewIsNoTrouble() throws Exception {
        var watch = watch();
        try (var agent = FakeAgent.at(folder.resolve("agent.socket"))) {
            watch.step();
            assertEquals(Optional.of(agent.status), watch.seen().status());
            assertTrue(watch.seen().silence().isEmpty());
        }
        assertThrows(IOException.class, watch::step);
        nanos.addAndGet(AgentWatch.SILENT.toNanos() - 1);
        assertThrows(IOException.class, watch::step);
        assertTrue(watch.seen().silence().isPresent(), "its page says so at once");
        assertTrue(part(watch).well(), "it may be on its way");
        try (var _ = FakeAgent.at(folder.resolve("agent.socket"))) {
            watch.step();
            assertTrue(watch.seen().silence().isEmpty());
        }
    }

    /// The clock is set by years in the meantime, as after the first look at a time server.
    @Test
    void anAgentThatIsSilentForTwoMinutesIsRedSinceItFellSilent() {
        var watch = watch();
        assertThrows(IOException.class, watch::step);
        clock = NOW.plus(Duration.ofDays(4000));
        nanos.addAndGet(Duration.ofSeconds(90).toNanos());
        assertThrows(IOException.class, watch::step);
        assertTrue(part(watch).well());
        nanos.addAndGet(Duration.ofSeconds(30).toNanos());
        var red = part(watch);
        assertFalse(red.well());
        assertEquals(Optional.of(NOW), red.since());
        assertTrue(red.cause().startsWith("the update agent does not answer: "), red.cause());
        assertTrue(red.remedy().contains("started again by itself"), red.remedy());
    }

    @Test
    void anAgentThatTakesConnectionsAndSaysNothingIsSilent() throws Exception {
        var watch = watch(Duration.ofMillis(300));
        try (var agent = FakeAgent.at(folder.resolve("agent.socket"))) {
            agent.silent = true;
            assertThrows(IOException.class, watch::step);
            assertTrue(watch.seen().silence().orElseThrow().cause().contains("did not answer within"));
        }
    }

    @Test
    void whatAnOrderAnswersIsSeenAtOnce() throws Exception {
        var watch = watch();
        try (var agent = FakeAgent.at(folder.resolve("agent.socket"))) {
            agent.status = FakeAgent.full();
            agent.refusing = Optional.of("there is no such release");
            var answer = watch.give(client -> client.install("9.9.9", "owner"));
            assertEquals(Optional.of("there is no such release"), answer.sentence());
            assertEquals(Optional.of(FakeAgent.full()), watch.seen().status());
        }
    }

    @Test
    void whatKeepsActsFromTheLogIsRed() {
        var red = UpdateParts.part(Optional.empty(), Optional.empty(), copying(Optional.of("the checksum is wrong")));
        assertEquals("updates", red.name());
        assertTrue(red.cause().endsWith("the checksum is wrong"), red.cause());
        assertTrue(red.remedy().contains("bring it back as it was"), red.remedy());
        assertEquals(Optional.of(NOW), red.since());
    }

    @Test
    void anAgentWhoseMemoryIsDamagedIsRed() {
        var damaged = FakeAgent.status("damaged", Optional.empty(), Optional.empty());
        var red = UpdateParts.part(Optional.empty(), Optional.of(damaged), copying(Optional.empty()));
        assertTrue(red.cause().contains("damaged") && red.remedy().contains("as it was"), red.toString());
    }
}
