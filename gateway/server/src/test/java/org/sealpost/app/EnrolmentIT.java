package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;
import org.sealpost.hsm.FreePort;
import org.sealpost.hsm.TestCa;
import org.sealpost.hsm.est.GlobalSignServer;
import org.sealpost.record.ClockReading;

/// A whole box that gets its sealing key's certificate by itself, from GlobalSign's EST server. Its clock is
/// good, and as far ahead as the test wants.
@Timeout(1200)
class EnrolmentIT {
    private static final Duration BEYOND_TWO_THIRDS_OF_90_DAYS = Duration.ofDays(70);

    @TempDir
    private Path folder;

    private TestCa ca;
    private int port;
    private BoxFolder place;
    private Path est;
    private String token = "";

    private volatile Duration ahead = Duration.ZERO;

    @BeforeEach
    void aBoxThatKnowsItsOwnersCa() throws Exception {
        ca = TestCa.create("the owner's CA");
        port = FreePort.any();
        est = Files.createDirectory(folder.resolve("est"));
        place = BoxFolder.create(folder.resolve("box"));
        GlobalSignServer.pem(place.folder().resolve("owner.pem"), "CERTIFICATE", ca.certificate());
        Files.writeString(place.folder().resolve("est-password"), GlobalSignServer.PASSWORD + "\n");
        place.configure("""
                [est]
                server = "https://localhost:%d"
                ca-file = "owner.pem"
                user = "box"
                password-file = "est-password"
                """.formatted(port));
    }

    @Test
    void aBoxIsCertifiedAndRenewedByItself() throws Exception {
        try (var server = GlobalSignServer.startForSeals(est, ca, port)) {
            try (var box = start()) {
                assertEquals(List.of(), server.requests(), "a box without an owner asks nobody");
                var owned = claimed(box);
                Await.until("certified", () -> certifications(owned) == 1);
                assertProvedByTheCa(owned);
                // Those of the token come into the log by a way of their own.
                Await.until(
                        "three acts of the token",
                        () -> owned.contents(IntakeTrail.TOKEN_PROFILE).size() >= 3);
                var acts = owned.contents(IntakeTrail.TOKEN_PROFILE);
                assertEquals(3, acts.size(), acts::toString);
                assertTrue(acts.get(0).startsWith("{\"act\":\"token-initialised\","), acts::toString);
                assertTrue(
                        acts.get(1).contains("\"by\":\"sealpost\"")
                                && acts.get(1).contains("\"key\":\"seal\""),
                        acts::toString);
                assertTrue(acts.get(2).startsWith("{\"act\":\"key-enrolled\","), acts::toString);
                var inForce = owned.contents(IntakeTrail.PROFILE).getLast();
                assertTrue(
                        acts.get(2).contains(inForce.substring(inForce.indexOf("\"certificates\":"))), acts::toString);
                assertWell(owned);
            }
            assertEquals(1, server.requests().size());
            assertTrue(server.requests().getFirst().startsWith("enrol "), server.requests()::toString);
            changeThePinByHand();

            ahead = BEYOND_TWO_THIRDS_OF_90_DAYS;
            try (var box = start()) {
                var owned = owned(box);
                Await.until("renewed", () -> certifications(owned) == 2);
                assertProvedByTheCa(owned);
                assertWell(owned);
                // The note of what was done meanwhile comes before all that this life took.
                var acts = owned.contents(IntakeTrail.TOKEN_PROFILE);
                assertTrue(acts.get(3).startsWith("{\"act\":\"pin-changed\","), acts::toString);
                assertTrue(acts.get(3).contains(" at the command line\""), acts::toString);
            }
            // The certificate was shown first; but a server in Go cannot read the seals' usage in it.
            assertEquals(2, server.requests().size());
            assertTrue(server.requests().getLast().startsWith("enrol "), server.requests()::toString);
        }
    }

    /// Nobody is there, then a CA that does not do what it should, refuses, and defers; the request that it has
    /// deferred is the one that it answers after a restart.
    @Test
    void whatGoesWrongIsToldAndItIsAskedAgain() throws Exception {
        try (var box = start()) {
            var owned = claimed(box);
            Await.until("asked", () -> Files.exists(place.data().resolve("est-request")));
            Files.writeString(est.resolve("mood"), "bare");
            try (var _ = GlobalSignServer.startForSeals(est, ca, port)) {
                awaitRed(owned, "lacks the extended key usage");
                assertEquals(0, certifications(owned));
            }
        }
        try (var server = GlobalSignServer.startForSeals(est, ca, port)) {
            server.becomes("refuse not today");
            try (var box = start()) {
                awaitRed(owned(box), "HTTP 403: 403 not today");
            }
            int before = server.requests().size();
            server.becomes("defer 2");
            try (var box = start()) {
                Await.until("deferred twice", () -> server.requests().size() >= before + 2);
                assertWell(owned(box));
            }
            server.becomes("issue");
            try (var box = start()) {
                var owned = owned(box);
                Await.until("certified", () -> certifications(owned) == 1);
                assertProvedByTheCa(owned);
            }
            var asked = server.requests();
            assertEquals(
                    1, new HashSet<>(asked.subList(before, asked.size())).size(), "one request, asked again: " + asked);
            assertFalse(Files.exists(place.data().resolve("est-request")));
        }
    }

    // --- the box

    private record Started(Gateway gateway, Visitor visitor) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            visitor.close();
            gateway.close();
        }
    }

    private Started start() throws Exception {
        var config = place.config();
        new FirstBoot(config).run();
        var machine = new KernelClock.Machine(
                () -> new KernelClock.Discipline(true, 5),
                () -> System.currentTimeMillis() + ahead.toMillis(),
                System::nanoTime,
                true);
        var gateway = Gateway.start(config, new KernelClock(new byte[16], ClockReading.Source.NTP, machine));
        return new Started(
                gateway,
                new Visitor(gateway.httpPort(), gateway.tls().orElseThrow().fingerprint()));
    }

    private OwnedBox claimed(Started box) throws Exception {
        var code = box.gateway().claim().orElseThrow().code();
        token = Visitor.element(box.visitor().post("/claim", Map.of("code", code)), "token");
        var done = box.visitor().post("/claim/confirm", Map.of("code", code, "token", token));
        assertEquals(303, done.statusCode(), done::body);
        return owned(box);
    }

    private OwnedBox owned(Started box) {
        return new OwnedBox(box.visitor(), token);
    }

    private void changeThePinByHand() throws Exception {
        var fresh = Files.createFile(
                folder.resolve("new-pin"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, "another-pin\n");
        assertEquals(
                0,
                Main.run("hsm", "change-pin", "--config", place.file().toString(), "--new-pin-file", fresh.toString()));
    }

    // --- what is seen of it

    private static long certifications(OwnedBox owned) throws Exception {
        return owned.contents(IntakeTrail.PROFILE).stream()
                .filter(act -> act.contains("\"act\":\"certificate-accepted\"") && act.contains("\"by\":\"sealpost\""))
                .count();
    }

    private void assertProvedByTheCa(OwnedBox owned) throws Exception {
        var trust = "sealpost-trust 1\nca " + Base64.getEncoder().encodeToString(ca.certificate()) + "\n";
        var path = "/v1/records/1/evidence";
        Await.until(path, () -> owned.get(path).statusCode() == 200);
        var verdict = EvidenceVerifier.verify(
                owned.visitor().bytes(path, owned.token()),
                new TrustStore(List.of(TrustFile.parse("owner.trust", trust.getBytes(StandardCharsets.UTF_8)))),
                AnchorCheck.OFFLINE);
        assertEquals(0, verdict.exitCode(), verdict::toString);
    }

    private static void awaitRed(OwnedBox owned, String cause) throws Exception {
        Await.until(cause, () -> {
            var ready = owned.get("/readyz");
            return ready.statusCode() == 503
                    && ready.body().contains("\"" + Enroller.NAME + "\"")
                    && ready.body().contains(cause);
        });
    }

    private static void assertWell(OwnedBox owned) throws Exception {
        Await.until("well", () -> owned.get("/readyz").statusCode() == 200);
    }
}
