package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.ota.rauc.Installer;
import org.sealpost.ota.rauc.Units;

/// The agent's two threads beside each other, over a source that a test holds up and a disk that fails.
class AgentTest {
    private static final ReleaseDescriptor RELEASE = new ReleaseDescriptor(
            "sealpost-amd64", Version.parse("1.1.0"), 1, 1, 1, new ReleaseDescriptor.Bundle(4_000, "0".repeat(64)), "");

    @TempDir
    Path folder;

    private ActsFile acts;
    private final HeldSource source = new HeldSource();
    private Path staged;
    private Agent agent;
    private CompletableFuture<Void> running;

    /// Waits at each look and after each byte that is sent.
    private static final class HeldSource implements ReleaseSource {
        final CountDownLatch asked = new CountDownLatch(1);
        final CountDownLatch answers = new CountDownLatch(1);
        final CountDownLatch looks = new CountDownLatch(2);
        volatile boolean keeps = true;
        volatile List<ReleaseDescriptor> releases = List.of();
        final CountDownLatch began = new CountDownLatch(1);
        final CountDownLatch goesOn = new CountDownLatch(1);
        volatile boolean sentAll;

        @Override
        public Outcome check(Offer.From from, UpdateAct.SourceSet settings, Instant now) throws IOException {
            asked.countDown();
            await(answers);
            looks.countDown();
            return new Outcome.Verified(settings.url().equals(Optional.of("https://new/")) ? List.of() : releases);
        }

        @Override
        public void fetch(Offer offer, UpdateAct.SourceSet settings, Path part, Staging.Transfer.Progress progress)
                throws IOException {
            progress.at(0);
            Files.write(part, new byte[1_000], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            progress.at(1_000);
            began.countDown();
            await(goesOn);
            progress.at(1_000);
            sentAll = true;
            throw new IOException("the server closed the connection");
        }

        private static void await(CountDownLatch latch) {
            try {
                assertTrue(latch.await(1, TimeUnit.MINUTES));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public boolean hasStick() {
            return false;
        }

        @Override
        public UpdateAct.SourceSet keep(Order.Source order) throws IOException {
            if (!keeps) throw new IOException("No space left on device");
            return new UpdateAct.SourceSet(order.url(), Optional.empty(), order.automatic());
        }
    }

    private static final class NoInstaller implements Installer {
        @Override
        public Manifest inspect(Path bundle) throws IOException {
            throw new IOException("RAUC is not there");
        }

        @Override
        public void install(Path bundle, java.util.function.IntConsumer percent) throws IOException {
            throw new IOException("RAUC is not there");
        }

        @Override
        public Optional<String> primary() throws IOException {
            throw new IOException("RAUC is not there");
        }

        @Override
        public void markBad(String bootName) throws IOException {
            throw new IOException("RAUC is not there");
        }
    }

    @BeforeEach
    void start() throws Exception {
        acts = ActsFile.open(folder.resolve("acts"));
        staged = Files.createDirectory(folder.resolve("staged"));
        var toml = Files.writeString(folder.resolve("agent.toml"), "");
        var config = AgentConfig.read(toml);
        var installed = new Installed("sealpost-amd64", Version.parse("1.0.0"), 1, 1, 1, Instant.EPOCH);
        Units units = unit -> {
            throw new IOException("systemd is not there");
        };
        var box = new UpdateCore.Box(
                Slot.A, true, installed, false, 0, false, false, Optional.empty(), _ -> Optional.empty());
        var parts = new Agent.Parts(
                Optional.of(acts),
                new Staging(staged, new DataSpace(staged, 100)),
                source,
                new NoInstaller(),
                new GatewayDoor(URI.create("https://[::1]/"), units, "sealpost.service"),
                units,
                new RunFolder(folder, folder.resolve("confirmed")),
                BoxClock.open(InstantSource.system(), () -> true, Instant.EPOCH, folder.resolve("proven-time")),
                System::nanoTime);
        agent = new Agent(config, parts, box, new Random(1));
        running = CompletableFuture.runAsync(() -> {
            try {
                agent.run();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @AfterEach
    void end() throws Exception {
        source.answers.countDown();
        source.goesOn.countDown();
        agent.close();
        running.handle((_, _) -> true).get(1, TimeUnit.MINUTES);
        acts.close();
    }

    private Orders.Answer setSource() {
        return setSource("https://old/");
    }

    private Orders.Answer setSource(String url) {
        return agent.take(new Order.Source(Optional.of(url), Optional.empty(), false, "owner"));
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertTrue(latch.await(1, TimeUnit.MINUTES));
    }

    /// Half an act may be there: another one behind it would be damage.
    @Test
    void nothingIsWrittenAfterAnActThatCouldNotBe() throws Exception {
        source.releases = List.of(RELEASE);
        assertEquals(Optional.empty(), setSource().sentence());
        await(source.asked);
        acts.close();
        assertTrue(setSource().sentence().orElseThrow().contains("cannot write its acts"));
        assertTrue(setSource().sentence().orElseThrow().contains("the agent ends"));
        source.answers.countDown();
        // It ends without trying again, which would fail here.
        running.get(1, TimeUnit.MINUTES);
    }

    @Test
    void certificatesThatCannotBeKeptAreNoReasonToEnd() throws Exception {
        source.keeps = false;
        assertTrue(setSource().sentence().orElseThrow().contains("No space left"));
        source.keeps = true;
        assertEquals(Optional.empty(), setSource().sentence());
        assertFalse(running.isDone());
    }

    /// What cannot be deleted: a folder with something in it. It comes in one move, since the agent deletes an empty
    /// one.
    @Test
    void aFolderThatCannotBeTidiedIsNoReasonToEnd() throws Exception {
        Files.createDirectories(folder.resolve("made/full"));
        var part = Files.move(folder.resolve("made"), staged.resolve("bundle.part"), StandardCopyOption.ATOMIC_MOVE);
        assertEquals(Optional.empty(), setSource().sentence());
        await(source.asked);
        assertFalse(running.isDone());
        assertTrue(Files.exists(part.resolve("full")), "it could be deleted, so that nothing was tried");
    }

    private void order() throws Exception {
        source.releases = List.of(RELEASE);
        source.answers.countDown();
        assertEquals(Optional.empty(), setSource().sentence());
        var deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        var install = new Order.Install(RELEASE.version(), "owner");
        while (agent.take(install).sentence().isPresent()) {
            assertTrue(System.nanoTime() - deadline < 0);
            Thread.onSpinWait();
        }
        await(source.began);
    }

    /// What went wrong before bytes came again is over.
    @Test
    void aDownloadThatIsDoingWellIsNotThrownAway() throws Exception {
        order();
        assertEquals(Optional.empty(), agent.take(new Order.Status()).status().setback());
        var check = agent.take(new Order.Check("owner"));
        assertTrue(check.sentence().orElseThrow().contains("is under way (fetching)"));
        assertTrue(Files.exists(staged.resolve("bundle.part")));
    }

    @Test
    void aLookAtASourceThatIsNoneAnyMoreCountsForNothing() throws Exception {
        source.releases = List.of(RELEASE);
        setSource();
        await(source.asked);
        setSource("https://new/");
        source.answers.countDown();
        await(source.looks);
        var deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (agent.take(new Order.Status()).status().checking()) {
            assertTrue(System.nanoTime() - deadline < 0);
            Thread.onSpinWait();
        }
        var status = agent.take(new Order.Status()).status();
        assertEquals("idle", status.state());
        assertEquals(Optional.empty(), status.refusal(), "nothing was offered that had to be withdrawn");
    }
}
