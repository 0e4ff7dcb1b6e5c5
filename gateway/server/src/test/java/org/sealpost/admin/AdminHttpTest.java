package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.archive.Archive;
import org.sealpost.archive.erasure.NoErasures;
import org.sealpost.capture.CaptureMetrics;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.ForwardingDisk;
import org.sealpost.journal.ForwardingFile;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.KeyRole;
import org.sealpost.record.Origin;
import org.sealpost.record.Suite;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.SoftwareKey;
import org.sealpost.seal.Tree;

/// A box whose directory of an origin that ended lies on a disk that hangs.
@Timeout(60)
class AdminHttpTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String EARLIER = "/v1/origins/port/1/records/0";

    @TempDir
    private Path folder;

    private final HangingDisk hanging = new HangingDisk();
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    @Test
    void anEarlierOriginThatHangsHoldsUpItsOwnReadersOnly() throws Exception {
        var present = archive("port/2", new FaultyDisk());
        var before = new RecordPages(archive("port/1", hanging));
        var server = vertx.createHttpServer()
                .requestHandler(admin(present, before))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        try {
            hanging.hangs = true;
            var asked = new ArrayList<CompletableFuture<HttpResponse<String>>>();
            for (int i = 0; i <= AdminHttp.MAX_OF_EARLIER; i++) asked.add(get(server.actualPort(), EARLIER));
            var refused = (HttpResponse<?>) CompletableFuture.anyOf(asked.toArray(new CompletableFuture<?>[0]))
                    .get(30, TimeUnit.SECONDS);
            assertEquals(503, refused.statusCode(), "one more than may wait");
            assertTrue(refused.body().toString().contains("busy"), refused.body()::toString);
            assertEquals(404, get(server.actualPort(), "/v1/records/0").get().statusCode(), "of the present origin");
            assertEquals(
                    404,
                    get(server.actualPort(), "/v1/origins/port/2/records/0")
                            .get()
                            .statusCode());
            assertEquals(1, asked.stream().filter(CompletableFuture::isDone).count(), "all others hang");

            hanging.released.countDown();
            for (var one : asked) {
                int status = one.get(30, TimeUnit.SECONDS).statusCode();
                assertFalse(status == 500, "it is read");
            }
            assertEquals(404, get(server.actualPort(), EARLIER).get().statusCode(), "there is room again");
        } finally {
            hanging.released.countDown();
            vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
            http.close();
        }
    }

    private CompletableFuture<HttpResponse<String>> get(int port, String path) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        return http.sendAsync(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
    }

    private AdminHttp admin(Archive present, RecordPages before) throws IOException {
        var earlier = new EarlierRecords() {
            @Override
            public Optional<RecordPages> of(String origin) {
                return Optional.of(before).filter(pages -> pages.origin().equals(origin));
            }

            @Override
            public boolean areMissing() {
                return false;
            }
        };
        var entries = Journal.open(new FaultyDisk(), new JournalConfig("entries", 1 << 16, 4096, 1 << 14), 0);
        var metrics = new CaptureMetrics();
        return new AdminHttp(
                vertx,
                _ -> Optional.of(RunningPages.CLIENT),
                new RecordPages(present),
                earlier,
                new SearchPages(new FakeSearch(), () -> 1, FakeSearch.PROFILES),
                new LogPages(Leaves.of(entries), tree("none"), seals(), "", _ -> Optional.empty()),
                new HealthPages(
                        List::of,
                        metrics,
                        new SealDelays(metrics.acknowledged),
                        () -> new HealthPages.LogFigures(1, 0, 0),
                        List::of,
                        List::of));
    }

    /// Of a genesis, which is no record.
    private Archive archive(String origin, Disk disk) throws IOException {
        var genesis = new Genesis(
                new Origin(origin),
                Suite.SHA256_P256,
                List.of(new Genesis.Key(KeyRole.SEAL, SoftwareKey.p256().spki(), "test")),
                "test",
                new ClockReading(
                        0,
                        ClockReading.State.UNTRUSTED,
                        ClockReading.Source.NONE,
                        OptionalLong.empty(),
                        new byte[16],
                        0),
                new byte[32],
                Optional.empty());
        var entries = Journal.open(disk, new JournalConfig("entries", 1 << 16, 4096, 1 << 14), 0);
        entries.append(new GenesisLeaf(genesis).encode(), new byte[0]);
        entries.force();
        var leaves = Leaves.of(entries);
        return new Archive(
                LogIdentity.of(genesis),
                entries,
                leaves,
                tree(origin),
                seals(),
                List.of(),
                _ -> List.of(),
                NoErasures.over(entries));
    }

    private Tree tree(String name) throws IOException {
        return Tree.open(folder.resolve(name), (_, _) -> List.of(), 0, Optional.empty());
    }

    private static SealLog seals() throws IOException {
        return SealLog.open(
                Journal.open(new FaultyDisk(), new JournalConfig(SealLog.KIND, 1 << 16, 4096, 1 << 14), 0),
                Journal.open(new FaultyDisk(), new JournalConfig(SealLog.KEPT_KIND, 1 << 16, 4096, 1 << 14), 0));
    }

    /// Whoever reads waits, and is given what is there in the end.
    private static final class HangingDisk extends ForwardingDisk {
        private final CountDownLatch released = new CountDownLatch(1);
        private volatile boolean hangs;

        HangingDisk() {
            super(new FaultyDisk());
        }

        @Override
        public DiskFile open(String name) throws IOException {
            return new File(super.open(name));
        }

        @Override
        public DiskFile create(String name, long sizeBytes) throws IOException {
            return new File(super.create(name, sizeBytes));
        }

        private final class File extends ForwardingFile {
            File(DiskFile file) {
                super(file);
            }

            @Override
            public int read(long offset, ByteBuffer target) throws IOException {
                if (hangs) {
                    try {
                        released.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                }
                return super.read(offset, target);
            }
        }
    }
}
