package org.sealpost.anchor.tsa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageContract;
import org.sealpost.anchor.KeptProofs;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorProofFinding.Proved;
import org.sealpost.evidence.anchor.tsa.TsaProof;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.record.ClockReading;

/// The contract of anchorages before an authority that nobody here wrote: sigstore's `timestamp-server`.
class TimestampServerIT extends AnchorageContract {
    private static final int CANNOT_BE_HAD = 2;
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    /// The first time it is built, which takes the script 8 minutes at most.
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @TempDir
    static Path folder;

    private static Process process;
    private static URI url;
    private static List<X509Certificate> certificates;

    private final KeptProofs kept = new KeptProofs();
    private final TimestampAuthority authority = open(url);

    @BeforeAll
    static void start() throws Exception {
        var script = Path.of(System.getProperty("sealpost.root")).resolve("scripts/counterparts/tsa-server");
        process = new ProcessBuilder(script.toString(), "0")
                .redirectOutput(folder.resolve("address").toFile())
                .redirectError(folder.resolve("words").toFile())
                .start();
        url = URI.create(address() + "/api/v1/timestamp");
        certificates = fromTheCa(chain(URI.create(url + "/certchain")));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (process == null) return;
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly();
    }

    /// Where it serves, which it says once it does.
    private static String address() throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            boolean isAlive = process.isAlive();
            var said = Files.readString(folder.resolve("address"));
            if (said.endsWith("\n")) return said.strip();
            if (!isAlive) {
                var words = Files.readString(folder.resolve("words")).strip();
                assumeTrue(process.exitValue() != CANNOT_BE_HAD, words);
                fail("the authority ended with " + process.exitValue() + ": " + words);
            }
            Thread.sleep(50);
        }
        return fail("the authority does not serve: " + Files.readString(folder.resolve("words")));
    }

    /// In PEM.
    private static byte[] chain(URI address) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(address).timeout(DEADLINE).build();
            var answer = http.send(request, BodyHandlers.ofByteArray());
            assertEquals(200, answer.statusCode());
            return answer.body();
        }
    }

    /// The server gives the signer's certificate first, and its CA last.
    private static List<X509Certificate> fromTheCa(byte[] pem) throws Exception {
        var chain = new ArrayList<X509Certificate>();
        for (var each : CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
            chain.addFirst((X509Certificate) each);
        }
        return List.copyOf(chain);
    }

    private TimestampAuthority open(URI at) {
        return TimestampAuthority.open(
                new TsaConfig(List.of(at), certificates, Optional.empty(), DEADLINE),
                kept,
                () -> new ClockReading(
                        System.currentTimeMillis(),
                        ClockReading.State.SYNCED,
                        ClockReading.Source.NTP,
                        OptionalLong.empty(),
                        new byte[16],
                        0),
                System::nanoTime,
                new Random());
    }

    @AfterEach
    void close() {
        authority.close();
    }

    @Override
    protected Anchorage anchorage() {
        return authority;
    }

    @Override
    protected void settle() {}

    @Override
    protected void keep(LodgeableHead head, AnchorProof proof) {
        kept.keep(head, proof);
    }

    @Test
    void itsStampProvesTheHead() throws Exception {
        var before = Instant.now().minusSeconds(2); // it stamps whole seconds
        var head = log.growTo(5).head(5);
        lodge(head);
        var proved = assertInstanceOf(
                Proved.class,
                TsaProof.check(
                        kept.of(head).bytes(),
                        TsaProof.identity(certificates.getFirst(), Optional.empty()),
                        head.text(),
                        head.signer().orElseThrow(),
                        List.of(certificates.getFirst())));
        var time = proved.time().orElseThrow();
        // It calls its clock good to a second, which the bound includes.
        assertTrue(time.isAfter(before) && !time.isAfter(Instant.now().plusSeconds(1)), time.toString());
        assertEquals(2, proved.steps().size());
    }

    @Test
    void whatItDoesNotUnderstandIsNoAnchor() throws Exception {
        var request = ready(log.growTo(5).head(5));
        try (var elsewhere = open(url.resolve("/api/v1/timestamp/certchain"))) {
            assertInstanceOf(SubmitOutcome.Unknown.class, elsewhere.submit(request));
        }
    }
}
