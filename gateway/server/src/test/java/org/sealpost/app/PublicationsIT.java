package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.HeadPolicy;
import org.sealpost.anchor.PublicationLedger.PublishedCommitment;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.evm.Anvil;
import org.sealpost.anchor.evm.EvmContract;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.anchor.evm.EvmPublications;
import org.sealpost.app.PublishedProfileSettings.What;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.control.Act;
import org.sealpost.control.ControlLog;
import org.sealpost.evidence.Evidence;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.Tokens;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.merkle.Hash;
import org.sealpost.profile.Profile;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;

/// Records of a profile come in over HTTP, and whoever has one's evidence finds its commitment on the chain.
@Timeout(180)
class PublicationsIT {
    @TempDir
    private Path folder;

    private Anvil anvil;
    private GatewayConfig config;
    private RunningGateway box;

    @BeforeEach
    void start() throws Exception {
        anvil = Anvil.start();
        SoftHsm.create(folder.resolve("hsm"));
        var node = anvil.config(0);
        config = RunningGateway.config(
                folder, RunningGateway.softToken(folder), IntakeConfig.defaults(), Optional.of(node));
        var pin = folder.resolve("evm-contract");
        var publishing = new PublishingAccount(
                new AccountKey.InToken("evm-publish"),
                EvmContract.publicationsPin(pin),
                new PublishingSettings(600, 8, List.of()));
        config = RunningGateway.with(
                config,
                "anchorages",
                List.of(new EvmSettings(
                        "evm", HeadPolicy.AT_ONCE, node, new AccountKey.InToken("evm"), pin, Optional.of(publishing))));
        config = RunningGateway.with(
                config, "profiles", List.of(new Profile("crane.lift", 1), new Profile("crane.photo", 1)));
        config = RunningGateway.with(
                config,
                "published",
                List.of(
                        new PublishedProfileSettings(
                                "crane.lift", What.COMMITMENTS, List.of("evm"), Duration.ofMillis(500)),
                        new PublishedProfileSettings(
                                "crane.photo", What.PAYLOAD_IN_CLEAR, List.of("evm"), Duration.ZERO)));
        TokenSetup.initialise(config);
        try (var token = Tokens.open(config.token().config())) {
            for (var key : config.allAccountKeys()) {
                anvil.fund(EvmLedger.accountOf(token.key(KeySpec.unpinned(key, KeyKind.SECP256K1))));
            }
        }
        box = RunningGateway.start(config);
    }

    @AfterEach
    void stop() throws Exception {
        if (box != null) box.close();
        if (anvil != null) anvil.close();
    }

    @Test
    void theCommitmentOfARecordIsFoundByItsEvidence() throws Exception {
        long first = record("a", "crane.lift");
        record("b", "default");
        long last = record("c", "crane.lift");
        awaitPublished(first);
        var found = awaitPublished(last);
        assertTrue(found.isFinal());
        assertEquals(0, found.position());

        // The box ends and starts again: what was under way goes on, and nothing is published twice.
        long more = record("d", "crane.lift");
        box.close();
        box = RunningGateway.start(config);
        assertEquals(awaitPublished(last).number() + 1, awaitPublished(more).number());
        Await.until("nothing waits", () -> figure("sealpost_anchor_waiting_publications{anchorage=\"evm\"}") == 0);
        Await.until("/readyz is green", () -> box.get("/readyz").statusCode() == 200);
        try (var files = Files.list(config.data().resolve("publishing-evm"))) {
            assertEquals(List.of(), files.toList());
        }
    }

    /// One that a request has no room for is set aside, and holds back nothing; given up for good, its number is
    /// nobody's.
    @Test
    void whatIsRefusedForGoodHoldsBackNothing() throws Exception {
        record("x".repeat(40_000), "crane.photo");
        long other = record("after it", "crane.lift");
        assertEquals(2, awaitPublished(other).number());
        Await.until("it is set aside", () -> box.trouble("publications evm").isPresent());
        var cause =
                box.trouble("publications evm").orElseThrow().required("cause").asText();
        assertTrue(cause.contains("publication 1 was set aside") && cause.contains("room"), cause);
        Await.until("nothing waits", () -> figure("sealpost_anchor_waiting_publications{anchorage=\"evm\"}") == 0);

        box.close();
        try (var control = ControlLog.open(
                LogParts.small(config.data(), ControlLog.KIND, Act.MAX_SIZE_BYTES),
                KernelClock.open(config.discipline()),
                new FatalEnd())) {
            control.publicationOrdered("evm", Act.Order.GIVE_UP, 1, "somebody");
        }
        box = RunningGateway.start(config);
        Await.until("/readyz is green", () -> box.get("/readyz").statusCode() == 200);
        Await.until("the chain has it that number 1 is nobody's", () -> isGivenUp(genesis(other), 1));
    }

    private boolean isGivenUp(Genesis genesis, long number) throws Exception {
        var nobody = Publication.givenUp(genesis.origin(), genesis.sealingKey().spki(), number);
        try (var ledger = publications().orElseThrow()) {
            return ledger.find(nobody.originId(), number, nobody.digest()) instanceof PublicationFinding.Present found
                    && found.isFinal();
        }
    }

    private long record(String said, String profile) throws Exception {
        var answer = box.send(box.request("/v1/records", RunningGateway.CRANE)
                .header("Idempotency-Key", "key" + said.hashCode())
                .header("Content-Type", "text/plain")
                .header("Sealpost-Profile", profile)
                .POST(BodyPublishers.ofString(said)));
        assertEquals(201, answer.statusCode(), () -> RunningGateway.text(answer));
        return RunningGateway.json(answer).required("index").asLong();
    }

    private long figure(String name) throws Exception {
        return RunningGateway.text(box.get("/metrics"))
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    private Genesis genesis(long index) throws Exception {
        return genesis(Evidence.parse(box.awaitEvidence(index)));
    }

    private static Genesis genesis(Evidence evidence) throws Exception {
        return ((GenesisLeaf) Leaf.parse(evidence.genesis())).genesis();
    }

    /// Empty as long as its contract is not on the chain.
    private Optional<EvmPublications> publications() throws Exception {
        var pin = folder.resolve("evm-contract");
        var heads = EvmContract.pinned(pin);
        var contract = EvmContract.pinned(EvmContract.publicationsPin(pin));
        if (heads.isEmpty() || contract.isEmpty()) return Optional.empty();
        var nobody = SoftwareKey.secp256k1ForTests(77);
        return Optional.of(EvmPublications.open(anvil.config(0), heads.get(), contract.get(), nobody));
    }

    /// As a reader asks, who has the evidence and a node.
    private PublishedCommitment awaitPublished(long index) throws Exception {
        var evidence = Evidence.parse(box.awaitEvidence(index));
        var leaf = (HeaderLeaf) Leaf.parse(evidence.leaf());
        var genesis = genesis(evidence);
        var origin = OriginId.of(genesis.sealingKey().spki(), genesis.origin());
        var found = new AtomicReference<Optional<PublishedCommitment>>(Optional.empty());
        Await.until("the commitment of " + index + " is published", () -> {
            var opened = publications();
            if (opened.isEmpty()) return false;
            try (var ledger = opened.get()) {
                found.set(ledger.publishedAt(origin, Hash.of(leaf.commitment().toBytes())));
            }
            return found.get().filter(PublishedCommitment::isFinal).isPresent();
        });
        return found.get().orElseThrow();
    }
}
