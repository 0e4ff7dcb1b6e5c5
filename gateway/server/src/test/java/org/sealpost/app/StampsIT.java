package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.HeadPolicy;
import org.sealpost.anchor.Relay;
import org.sealpost.anchor.tsa.TsaConfig;
import org.sealpost.anchor.tsa.TsaServer;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.Line;
import org.sealpost.evidence.Standing;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.anchor.tsa.TestTsa;
import org.sealpost.hsm.Installed;
import org.sealpost.hsm.SoftHsm;

/// A whole box with a time-stamping authority: what this answered is kept, goes into evidence, and convinces whoever
/// trusts the authority.
class StampsIT {
    private static final String NAME = "stamps";

    @TempDir
    private Path folder;

    private TestTsa tsa;
    private TsaServer server;
    private GatewayConfig config;

    @BeforeEach
    void start() throws Exception {
        Installed.require(SoftHsm.module().isPresent(), "SoftHSM2 is not installed (package softhsm2)");
        SoftHsm.create(folder.resolve("hsm"));
        tsa = new TestTsa("an authority");
        server = new TsaServer(this::stamp);
        var plain = RunningGateway.config(
                folder, RunningGateway.softToken(folder), IntakeConfig.defaults(), Optional.empty());
        var settings = new TsaConfig(
                List.of(server.url()), List.of(tsa.root()), Optional.of(TestTsa.POLICY), Duration.ofSeconds(5));
        config = RunningGateway.with(
                plain,
                "anchorages",
                List.of(plain.anchorages().getFirst(), new AuthoritySettings(NAME, HeadPolicy.AT_ONCE, settings)));
        TokenSetup.initialise(config);
    }

    private byte[] stamp(byte[] query) throws Exception {
        tsa.time = Instant.now();
        return tsa.answer(query);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void stampsAreKeptAndConvinceWhoeverTrustsTheAuthority() throws Exception {
        long index;
        TrustStore trust;
        try (var box = RunningGateway.start(config)) {
            index = box.record("gate-in".getBytes(StandardCharsets.UTF_8), "key-1");
            trust = box.trust();
            Await.until("its head is stamped", () -> stamps(box, index, trust) == 1);
            assertProved(box, index);
            assertTrue(box.trouble("relay " + NAME).isEmpty());
            assertFalse(
                    RunningGateway.text(box.get("/v1/records/" + index)).contains("\"final\""),
                    "an authority stamps any history");
        }
        server.status = 503;
        try (var box = RunningGateway.start(config)) {
            assertProved(box, index);
            long next = box.record("gate-out".getBytes(StandardCharsets.UTF_8), "key-2");
            Await.until(
                    "its relay is in trouble",
                    () -> box.trouble("relay " + NAME).isPresent());
            assertEquals(0, stamps(box, next, trust), "it is sealed, and no anchor is claimed");
        }
        var data = config.data();
        var others = RelayOnDisk.others(data, List.of("local"));
        assertEquals(List.of(NAME), others.stream().map(Relay::name).toList());
        assertTrue(others.getFirst().holds(others.getFirst().finalSize()), "seals that it needs stay without it, too");
        assertEquals(List.of(), RelayOnDisk.others(data, List.of("local", NAME)));
        assertEquals(
                TrustFile.namingAuthority(tsa.root().getEncoded()).strip(),
                trustLine(config).orElseThrow());
        var other = RunningGateway.with(
                config,
                "anchorages",
                List.of(new AuthoritySettings(
                        NAME,
                        HeadPolicy.AT_ONCE,
                        new TsaConfig(
                                List.of(server.url()),
                                List.of(new TestTsa("another").root()),
                                Optional.empty(),
                                Duration.ofSeconds(5)))));
        assertEquals(Optional.empty(), trustLine(other), "what was stamped is not by the one that is configured now");

        for (var lost : List.of("seals", "anchors-local", "local-ledger", "anchors-" + NAME)) {
            Files.move(data.resolve(lost), folder.resolve(lost));
        }
        var refused = assertThrows(HeadsLost.class, () -> Gateway.start(config));
        assertTrue(refused.getMessage().contains("is anchored on " + NAME), refused.getMessage());
    }

    /// Whoever trusts one of them needs nothing of the other, and neither waits for the other.
    @Test
    void eachOfTwoAuthoritiesStampsByItself() throws Exception {
        var second = new TestTsa("a second authority");
        try (var its = new TsaServer(query -> {
            second.time = Instant.now();
            return second.answer(query);
        })) {
            var settings =
                    new TsaConfig(List.of(its.url()), List.of(second.root()), Optional.empty(), Duration.ofSeconds(5));
            var both = new ArrayList<>(config.anchorages());
            both.add(new AuthoritySettings("stamps-2", HeadPolicy.AT_ONCE, settings));
            try (var box = RunningGateway.start(RunningGateway.with(config, "anchorages", List.copyOf(both)))) {
                long index = box.record("gate-in".getBytes(StandardCharsets.UTF_8), "key-1");
                var trust = box.trust();
                Await.until("both stamped its head", () -> stamps(box, index, trust) == 2);
                var evidence = box.awaitEvidence(index);
                for (var authority : List.of(tsa, second)) {
                    var verdict = RunningGateway.verify(evidence, trusting(box, authority), AnchorCheck.OFFLINE)
                            .verdict();
                    assertEquals(
                            1,
                            verdict.lines(Standing.PROVED).stream()
                                    .filter(line -> line.subject().equals("anchor"))
                                    .count(),
                            verdict::toString);
                }
                its.status = 503;
                long next = box.record("gate-out".getBytes(StandardCharsets.UTF_8), "key-2");
                Await.until(
                        "the second is in trouble",
                        () -> box.trouble("relay stamps-2").isPresent());
                Await.until("the first goes on", () -> stamps(box, next, trust) == 1);
                assertEquals(Optional.empty(), box.trouble("relay " + NAME));
            }
        }
    }

    /// The box's trust file with one of its authorities only.
    private static TrustStore trusting(RunningGateway box, TestTsa authority) throws Exception {
        var text = box.trustFile()
                        .lines()
                        .filter(line -> !line.startsWith("authority tsa "))
                        .collect(Collectors.joining("\n", "", "\n"))
                + TrustFile.namingAuthority(authority.root().getEncoded());
        return new TrustStore(List.of(TrustFile.parse("one.trust", text.getBytes(StandardCharsets.UTF_8))));
    }

    private static Optional<String> trustLine(GatewayConfig config) throws Exception {
        var nobodyAsked = new AnchorStanding.Live(Optional.empty(), "");
        return AnchorStanding.all(config, Optional.empty(), nobodyAsked).stream()
                .filter(standing -> standing.name().equals(NAME))
                .findFirst()
                .flatMap(AnchorStanding::trustLine);
    }

    /// Nothing else tells what was stamped: without it the relay stands still, and the box runs.
    @Test
    void stampsThatCannotBeReadStopTheirRelayAlone() throws Exception {
        TrustStore trust;
        try (var box = RunningGateway.start(config)) {
            long index = box.record("gate-in".getBytes(StandardCharsets.UTF_8), "key-1");
            trust = box.trust();
            Await.until("its head is stamped", () -> stamps(box, index, trust) == 1);
        }
        int asked = server.asked();
        Files.write(folder.resolve("data/proofs-" + NAME + "/0000000000000000.segment"), new byte[0]);
        try (var box = RunningGateway.start(config)) {
            var trouble = box.trouble("relay " + NAME).orElseThrow();
            assertTrue(trouble.required("cause").asText().contains("proofs-" + NAME), trouble.toString());
            long next = box.record("gate-out".getBytes(StandardCharsets.UTF_8), "key-2");
            assertEquals(0, stamps(box, next, trust));
            assertEquals(asked, server.asked(), "nothing is sent");
        }
    }

    private static void assertProved(RunningGateway box, long index) throws Exception {
        var proved = RunningGateway.verify(box.awaitEvidence(index), box.trust(), AnchorCheck.OFFLINE);
        var lines = proved.verdict().lines(Standing.PROVED).stream()
                .filter(line -> line.subject().equals("anchor"))
                .map(Line::text)
                .toList();
        assertTrue(
                lines.stream().anyMatch(line -> line.contains("stamped at ") && line.contains("of other histories")),
                lines::toString);
    }

    private static long stamps(RunningGateway box, long index, TrustStore trust) throws Exception {
        var proved = RunningGateway.verify(box.awaitEvidence(index), trust, AnchorCheck.OFFLINE);
        return proved.evidence().heads().stream()
                .flatMap(head -> head.anchors().stream())
                .filter(anchor -> anchor.identity() instanceof AnchorIdentity.Tsa)
                .filter(anchor -> anchor.proof().isPresent())
                .count();
    }
}
