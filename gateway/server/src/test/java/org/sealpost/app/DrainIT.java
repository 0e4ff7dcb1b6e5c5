package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.hsm.Installed;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.seal.SealerConfig;

/// A clean stop leaves nothing unsealed that it could seal, and waits for nothing else.
@Timeout(180)
class DrainIT {
    private static final int CLIENTS = 4;
    private static final int ROUNDS = 3;

    @TempDir
    private Path folder;

    private record Left(long entries, long sealed) {}

    /// Clients post as fast as they are answered, until the door is closed in the midst of it.
    @Test
    void aCleanStopUnderLoadLeavesNothingUnsealed() throws Exception {
        Installed.require(SoftHsm.module().isPresent(), "SoftHSM2 is not installed (package softhsm2)");
        SoftHsm.create(folder.resolve("hsm"));
        var config = RunningGateway.config(
                folder, RunningGateway.softToken(folder), IntakeConfig.defaults(), Optional.empty());
        TokenSetup.initialise(config);
        for (int round = 0; round < ROUNDS; round++) {
            var box = RunningGateway.start(config);
            var newest = new AtomicLong();
            var clients = new ArrayList<Thread>();
            for (int i = 0; i < CLIENTS; i++) {
                var name = round + "-" + i + "-";
                clients.add(Thread.ofVirtual().start(() -> post(box, name, newest)));
            }
            long before = box.size();
            Await.until("records come in", () -> box.size() > before + 100);
            box.stop();
            for (var client : clients) client.join();
            var left = left(config);
            assertEquals(left.entries, left.sealed, "entries under a seal");
            assertTrue(newest.get() < left.sealed, "what was acknowledged is sealed");
            box.close();
        }
    }

    /// The sealer is held in the midst of a signature while more comes in and the door is closed.
    @Test
    void whatASlowTokenHasNotSignedYetIsWaitedFor() throws Exception {
        var far = FarToken.start(folder);
        var config = patient(RunningGateway.config(folder, far.settings(), IntakeConfig.defaults(), Optional.empty()));
        try (var token = far.server();
                var box = RunningGateway.start(config)) {
            Await.until("the start is sealed", () -> box.sealedSize() == box.size());
            token.stop();
            try {
                long index = 0;
                for (int i = 0; i < 50; i++) index = box.record("{}".getBytes(StandardCharsets.UTF_8), "key-" + i);
                assertTrue(box.sealedSize() <= index, "the token signs nothing");
                var stopped = CompletableFuture.runAsync(() -> stop(box));
                Await.until("the door is closed", () -> isClosed(box));
                token.proceed();
                stopped.join();
                assertEquals(new Left(index + 1, index + 1), left(config));
            } finally {
                token.proceed();
            }
        }
    }

    /// As on hardware with a slow token; so nothing is red while it is held.
    private static GatewayConfig patient(GatewayConfig config) {
        return RunningGateway.with(config, "sealer", new SealerConfig(Duration.ofHours(1), Duration.ofSeconds(60), 10));
    }

    private static void stop(RunningGateway box) {
        try {
            box.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isClosed(RunningGateway box) {
        var url = box.url("/");
        try (var socket = new Socket(url.getHost(), url.getPort())) {
            return !socket.isConnected();
        } catch (IOException refused) {
            return true;
        }
    }

    /// An hour without a token must not cost half a minute at each stop.
    @Test
    void anAbsentTokenIsNotWaitedFor() throws Exception {
        var far = FarToken.start(folder);
        var config = RunningGateway.config(folder, far.settings(), IntakeConfig.defaults(), Optional.empty());
        try (var token = far.server();
                var box = RunningGateway.start(config)) {
            box.record("{}".getBytes(StandardCharsets.UTF_8), "first");
            Await.until("it is sealed", () -> box.sealedSize() == box.size());
            token.kill();
            long index = box.record("{}".getBytes(StandardCharsets.UTF_8), "second");
            Await.until("the token is missed", () -> box.trouble("token").isPresent());

            long begin = System.nanoTime();
            box.stop();
            var took = Duration.ofNanos(System.nanoTime() - begin);
            assertTrue(took.compareTo(Drain.PATIENCE) < 0, "it took " + took);
            assertEquals(new Left(index + 1, index), left(config));

            token.restart();
            try (var again = RunningGateway.start(config)) {
                Await.until("the next start seals it", () -> again.sealedSize() > index);
            }
        }
    }

    private static void post(RunningGateway box, String name, AtomicLong newest) {
        for (int turn = 0; ; turn++) {
            try {
                var answer = box.post("{}".getBytes(StandardCharsets.UTF_8), name + turn);
                if (answer.statusCode() != 201) return;
                long index = RunningGateway.json(answer).required("index").asLong();
                newest.accumulateAndGet(index, Math::max);
            } catch (Exception gone) {
                return;
            }
        }
    }

    /// What lies on the disk.
    private static Left left(GatewayConfig config) throws Exception {
        try (var seals = LogParts.seals(config.data())) {
            int max = config.intake().maxEntryBytes();
            var disk = DirectoryDisk.open(config.data().resolve("entries"));
            var group = new JournalConfig("entries", config.segmentSizeBytes(), max, 4 << 20);
            try (var entries = Journal.open(disk, group, seals.sealedSize())) {
                return new Left(entries.size(), seals.sealedSize());
            }
        }
    }
}
