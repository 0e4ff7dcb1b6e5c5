package org.sealpost.anchor.tsa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageContract;
import org.sealpost.anchor.KeptProofs;
import org.sealpost.anchor.LedgerScript;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorProofFinding.Proved;
import org.sealpost.evidence.anchor.tsa.TsaProof;
import org.sealpost.hsm.Installed;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.record.ClockReading;

/// The contract of anchorages before an authority that nobody here wrote: sigstore's `timestamp-server`.
class TimestampServerIT extends AnchorageContract {
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    @TempDir
    static Path folder;

    private static TimestampServer server;

    private final KeptProofs kept = new KeptProofs();
    private final TimestampAuthority authority = open(server.url());

    @BeforeAll
    static void start() throws Exception {
        server = TimestampServer.start(folder);
    }

    @AfterAll
    static void stop() {
        if (server != null) server.close();
    }

    private TimestampAuthority open(URI at) {
        return open(at, Optional.empty());
    }

    private TimestampAuthority open(URI at, Optional<String> policy) {
        return TimestampAuthority.open(
                new TsaConfig(List.of(at), server.certificates(), policy, DEADLINE),
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
                        TsaProof.identity(server.certificates().getFirst(), Optional.empty()),
                        head.text(),
                        head.signer().orElseThrow(),
                        List.of(server.certificates().getFirst())));
        var time = proved.time().orElseThrow();
        // It calls its clock good to a second, which the bound includes.
        assertTrue(time.isAfter(before) && !time.isAfter(Instant.now().plusSeconds(1)), time.toString());
        assertEquals(2, proved.steps().size());
    }

    /// Which knows nothing of ours: the stamp is over the head's text with the signature behind it (docs/formats.md,
    /// "Time stamps").
    @Test
    void opensslTakesItsStampOfTheVeryBytes() throws Exception {
        Installed.requireProgram("openssl", "openssl");
        var head = log.growTo(5).head(5);
        lodge(head);
        var proof = TsaProof.parse(kept.of(head).bytes());
        var stamped = new ByteArrayOutputStream();
        stamped.write(head.text());
        stamped.write(proof.signature());
        var token = Files.write(folder.resolve("token.der"), proof.token());
        var ca = pem("ca.pem", server.certificates().subList(0, 1));
        var between = pem("between.pem", server.certificates());
        var verified = verified(stamped.toByteArray(), token, ca, between);
        assertTrue(verified.code() == 0 && verified.said().contains("Verification: OK"), verified::toString);

        var refused = verified(head.text(), token, ca, between);
        assertTrue(refused.code() != 0 && refused.said().contains("message imprint mismatch"), refused::toString);
    }

    /// As whoever has the bytes, the token and the authority's CA.
    private static LedgerScript.Ended verified(byte[] data, Path token, Path ca, Path between) throws Exception {
        var file = Files.write(folder.resolve("stamped"), data);
        var openssl = new ProcessBuilder(
                "openssl",
                "ts",
                "-verify",
                "-data",
                file.toString(),
                "-token_in",
                "-in",
                token.toString(),
                "-CAfile",
                ca.toString(),
                "-untrusted",
                between.toString());
        return LedgerScript.run(openssl, folder.resolve("openssl.log"));
    }

    private static Path pem(String name, List<X509Certificate> certificates) throws Exception {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            for (var certificate : certificates) writer.writeObject(certificate);
        }
        return Files.writeString(folder.resolve(name), text.toString());
    }

    @Test
    void whatItDoesNotUnderstandIsNoAnchor() throws Exception {
        var request = ready(log.growTo(5).head(5));
        try (var elsewhere = open(server.url().resolve("/api/v1/timestamp/certchain"))) {
            assertInstanceOf(SubmitOutcome.Unknown.class, elsewhere.submit(request));
        }
    }

    /// It stamps under one policy, and of any other it says nothing that RFC 3161 has a word for.
    @Test
    void whatItDoesNotAcceptIsNotRefusedForGood() throws Exception {
        var head = log.growTo(5).head(5);
        try (var other = open(server.url(), Optional.of("1.3.6.1.4.1.57264.3"))) {
            var request = assertInstanceOf(Preparation.Ready.class, other.prepare(head, 0, List.of()))
                    .request();
            var outcome = assertInstanceOf(SubmitOutcome.Unknown.class, other.submit(request));
            assertTrue(outcome.cause().endsWith("HTTP status 400"), outcome.cause());
        }
        lodge(head);
    }
}
