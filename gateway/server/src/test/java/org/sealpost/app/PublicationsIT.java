package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.HeadPolicy;
import org.sealpost.anchor.PublicationLedger.PublishedCommitment;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.evm.Address;
import org.sealpost.anchor.evm.Anvil;
import org.sealpost.anchor.evm.BentWire;
import org.sealpost.anchor.evm.EvmConfig;
import org.sealpost.anchor.evm.EvmContract;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.anchor.evm.EvmPublications;
import org.sealpost.app.PublishedProfileSettings.What;
import org.sealpost.capture.IntakeConfig;
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
    private Address publisher;
    private GatewayConfig config;
    private RunningGateway box;

    @BeforeEach
    void start() throws Exception {
        anvil = Anvil.start();
        SoftHsm.create(folder.resolve("hsm"));
        var node = anvil.config(0).withStuckAfter(Duration.ofSeconds(1));
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
                var account = EvmLedger.accountOf(token.key(KeySpec.unpinned(key, KeyKind.SECP256K1)));
                anvil.fund(account);
                if (key.equals("evm-publish")) publisher = account;
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
        // Nothing was given up, so that what would have been kept cannot be read is no matter.
        for (var kept : List.of("finished-evm", "proved-evm")) {
            Files.write(config.data().resolve(kept).resolve("0000000000000000.segment"), new byte[0]);
        }
        box = RunningGateway.start(config);
        assertEquals(awaitPublished(last).number() + 1, awaitPublished(more).number());
        Await.until("nothing waits", () -> figure("sealpost_anchor_waiting_publications{anchorage=\"evm\"}") == 0);
        Await.until("/readyz is green", () -> box.get("/readyz").statusCode() == 200);
        Await.until("no content is left", () -> {
            try (var files = Files.list(config.data().resolve("publishing-evm"))) {
                return files.findAny().isEmpty();
            }
        });
        whatThePriceOfTheDayLeavesOutIsMadeDearer();
    }

    private void whatThePriceOfTheDayLeavesOutIsMadeDearer() throws Exception {
        anvil.mineAtOnce(false);
        long dear = record("e", "crane.lift");
        Await.until("its request is in the pool", () -> anvil.pooled(publisher).isPresent());
        var first = anvil.pooled(publisher);
        anvil.mineAt(1_000_000_000_000L);
        Await.until("a dearer one is in its place", () -> {
            var found = anvil.pooled(publisher);
            return found.isPresent() && !found.equals(first);
        });
        anvil.mineAtOnce(true);
        assertTrue(awaitPublished(dear).isFinal());
        Await.until("/readyz is green again", () -> box.get("/readyz").statusCode() == 200);
    }

    /// By the commands of docs/ledgers.md, and nothing of the box but the contract's address and the origin's id.
    @Test
    void whoeverReadsTheChainOpensAPayload() throws Exception {
        record("x".repeat(300), "crane.photo");
        long other = record("after it", "crane.lift");
        awaitPublished(other);
        record("the second one", "crane.photo");
        var genesis = genesis(other);
        var origin = OriginId.of(genesis.sealingKey().spki(), genesis.origin());
        Await.until("the chain has the third", () -> {
            try (var ledger = publications().orElseThrow()) {
                return ledger.last(origin) == 3;
            }
        });
        Await.until("nothing waits", () -> figure("sealpost_anchor_waiting_publications{anchorage=\"evm\"}") == 0);
        assertEquals(
                origin.toString(),
                anchor("list")
                        .done()
                        .required("anchorages")
                        .get(0)
                        .required("originId")
                        .asText());
        var contract = EvmContract.pinned(EvmContract.publicationsPin(folder.resolve("evm-contract")))
                .orElseThrow();
        for (var of : List.of(List.of("1", "x".repeat(300)), List.of("3", "the second one"))) {
            var script = asked(of.getFirst(), contract, origin, anvil.url());
            Said.by(bash("-euo", "pipefail", "-c", script), folder.resolve("bash.err"))
                    .well();
            var to = folder.resolve("payloads-of-" + of.getFirst());
            var content = folder.resolve(of.getFirst() + ".content");
            Said.by("publication", "open", content.toString(), "--to", to.toString())
                    .well();
            assertEquals(of.getLast(), Files.readString(to.resolve("0")));
            assertFalse(Files.exists(to.resolve("1")));
        }
        aNodeThatSearchesFewBlocksIsAskedForOne(asked("1", contract, origin, anvil.url()));
    }

    private void aNodeThatSearchesFewBlocksIsAskedForOne(String script) throws Exception {
        var content = folder.resolve("1.content");
        byte[] whole = Files.readAllBytes(content);
        Files.delete(content);
        long height = heightOfTheFirst();
        Said.by(bash("-euo", "pipefail", "-c", within(height, script)), folder.resolve("bash.err"))
                .well();
        assertArrayEquals(whole, Files.readAllBytes(content));
        Files.delete(content);
        var behind = Said.by(bash("-euo", "pipefail", "-c", within(height + 1, script)), folder.resolve("bash.err"));
        assertEquals(1, behind.code(), behind::toString);
        assertTrue(behind.err().contains("no such publication"), behind::toString);
        assertFalse(Files.exists(content), behind::toString);
    }

    private long heightOfTheFirst() {
        var told = Said.by("inspect", config.data().resolve("published-evm").toString());
        return Pattern.compile("publication 1: final, height (\\d+)")
                .matcher(told.out())
                .results()
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .findFirst()
                .orElseThrow();
    }

    private static String within(long block, String script) {
        var hex = "0x" + Long.toHexString(block);
        var narrowed = script.replace("from=0x0 to=latest", "from=" + hex + " to=" + hex);
        assertNotEquals(script, narrowed);
        return narrowed;
    }

    /// Whoever reads by somebody else's node runs nothing that it says: bash evaluates arithmetic where a number is.
    @Test
    void aNodeThatIsAskedForAPayloadHasNothingRun() throws Exception {
        var contract = new Address("ab".repeat(20));
        var origin = new OriginId(Hash.of(new byte[32]));
        var good = "0".repeat(384);
        for (var bad : List.of(
                "0x" + "0".repeat(376) + "0,  data" + "x[$(touch harm)],0",
                "0x" + "x[$(touch harm)],0 " + "0".repeat(357) + "0,  data" + "0".repeat(64),
                "0x" + "0".repeat(376) + "a[`touch harm`]" + "0".repeat(100),
                "0x" + good + "0".repeat(64) + "\n0,  data",
                "x[$(touch harm)]\n0x" + good + "0".repeat(64),
                "0x" + good.substring(2),
                "")) {
            try (var node = new BentWire(anvil.url())) {
                var log = new ObjectMapper().createObjectNode().put("data", bad);
                node.results.put("eth_getLogs", "[" + log + "]");
                givesNothing(asked("17", contract, origin, node.url()), bad);
            }
        }
        givesNothing(asked("17", contract, origin, URI.create("http://127.0.0.1:1")), "a node that is away");
    }

    private void givesNothing(String script, String answer) throws Exception {
        for (var options : List.of(List.of("-eo", "pipefail", "-c", script), List.of("-c", script))) {
            Files.writeString(folder.resolve("17.content"), "of an earlier answer");
            var said = Said.by(bash(options.toArray(String[]::new)), folder.resolve("bash.err"));
            assertNotEquals(0, said.code(), answer);
            assertTrue(said.err().contains("no such publication, or no answer of hex digits"), said::toString);
            assertFalse(Files.exists(folder.resolve("17.content")), answer);
            assertFalse(Files.exists(folder.resolve("harm")), answer);
        }
    }

    private ProcessBuilder bash(String... options) {
        var words = new ArrayList<>(List.of("bash"));
        words.addAll(List.of(options));
        return new ProcessBuilder(words).directory(folder.toFile());
    }

    private static String asked(String number, Address contract, OriginId origin, URI node) throws IOException {
        return documented("eth_getLogs")
                .replace("17", number) // before names come in that may have these digits
                .replace("CONTRACT", contract.toString()) // as anchor deploy tells it, with 0x
                .replace("ORIGIN-ID", origin.toString())
                .replace("http://127.0.0.1:8545", node.toString());
    }

    /// The block of commands that has this word, without the one that is the box's own.
    private static String documented(String word) throws IOException {
        var page = Files.readString(Path.of(System.getProperty("sealpost.root"), "docs", "ledgers.md"));
        var block = Stream.of(page.split("\n```"))
                .filter(each -> each.startsWith("sh\n") && each.contains(word))
                .findFirst()
                .orElseThrow();
        return block.lines()
                .skip(1)
                .filter(line -> !line.startsWith("./sealpost "))
                .collect(Collectors.joining("\n"));
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
        var listed = publications(anchor("list").done());
        assertEquals(0, listed.required("waiting").asLong(), listed::toString);
        assertEquals(2, listed.required("final").required("number").asLong(), listed::toString);
        assertEquals(1, listed.required("setAside").size(), listed::toString);
        var aside = listed.required("setAside").get(0);
        assertEquals(1, aside.required("number").asLong(), listed::toString);
        assertTrue(aside.required("cause").asText().contains("room"), listed::toString);
        assertTrue(aside.required("remedy").asText().contains("sealpost anchor take-up evm 1"), listed::toString);
        assertFalse(listed.has("trouble"), "what is wrong is that one: " + listed);
        var running = anchor("take-up", "evm", "1").refused(78);
        assertTrue(running.contains("a gateway runs") && running.contains("stop it, give the order"), running);

        box.close();
        var status = Said.by("anchor", "status", "evm", "--config", commands().toString());
        assertEquals(0, status.code(), status::toString);
        assertTrue(status.out().contains("number 2 is final") && status.out().contains("; 0 wait"), status::toString);
        assertTrue(status.out().contains("SET ASIDE: publication 1 of 1 record from entry "), status::toString);
        for (var over : List.of("2", "3")) {
            assertTrue(anchor("give-up", "evm", over).refused(1).contains("no publication " + over), over);
        }
        // Taken up it is tried again, and is refused once more; given up it is for good.
        anchor("take-up", "evm", "1").done();
        box = RunningGateway.start(config);
        Await.until("it was tried again", () -> {
            var again = publications(anchor("list").done()).required("setAside");
            return again.size() == 1 && !again.get(0).required("since").equals(aside.required("since"));
        });
        box.close();
        assertEquals(1, anchor("give-up", "evm", "1").done().required("number").asLong());
        box = RunningGateway.start(config);
        Await.until("/readyz is green", () -> box.get("/readyz").statusCode() == 200);
        Await.until("the chain has it that number 1 is nobody's", () -> isGivenUp(genesis(other), 1));
        Await.until(
                "the journal, too",
                () -> publications(anchor("list").done()).required("setAside").isEmpty());
        var told = Said.by("inspect", config.data().resolve("published-evm").toString());
        assertEquals(0, told.code(), told::toString);
        for (var said : List.of(
                "publishes crane.lift as commitments from entry ",
                "reached: kind evm, numbers begin at 1",
                "publication 1: made, payloads in the clear, entry ",
                "publication 1: set aside, ",
                "publication 1: taken up, ",
                "publication 1: given up, ",
                "publication 2: final, height ")) {
            assertTrue(told.out().contains(said), () -> said + " is not in " + told);
        }
    }

    /// It seals records of a published profile without a network, as it may, while the other one has gone on from
    /// the same log. Whoever is reached first, nothing of them comes to the chain: what the contract takes stays.
    @Test
    void anOlderCopyThatSealedWithoutANetworkPublishesNothing() throws Exception {
        long first = record("a", "crane.lift");
        awaitPublished(first);
        var origin =
                OriginId.of(genesis(first).sealingKey().spki(), genesis(first).origin());
        Await.until("nothing waits", () -> figure("sealpost_anchor_waiting_publications{anchorage=\"evm\"}") == 0);
        box.close();
        Trees.copy(config.data(), folder.resolve("backup"));
        box = RunningGateway.start(config);
        for (int i = 0; i < 4; i++) record("of the other one " + i, "default");
        long last = record("the last of the other one", "default");
        Await.until(
                "it is final",
                () -> RunningGateway.text(box.get("/v1/records/" + last)).contains("\"final\""));
        box.close();
        Trees.delete(config.data());
        Trees.copy(folder.resolve("backup"), config.data());

        try (var node = new BentWire(anvil.url())) {
            for (var question : List.of("eth_chainId", "eth_getBlockByNumber")) {
                node.errors.put(question, "{\"code\":-32000,\"message\":\"no network\"}");
            }
            box = RunningGateway.start(through(node));
            long copied = record("of the copy", "crane.lift");
            Await.until(
                    "it seals, as nobody answers",
                    HistoryGuard.PATIENCE.multipliedBy(6),
                    () -> box.sealedSize() > copied);
            Await.until(
                    "it says what publications wait for",
                    () -> publishingCause().contains("before it has answered since the start what it holds"));
            assertEquals(1, figure("sealpost_anchor_waiting_publications{anchorage=\"evm\"}"));
            node.errors.clear();
            Await.until("it is told", () -> publishingCause().contains("nothing is sealed, since evm holds another"));
            var part = box.trouble("publications evm").orElseThrow();
            assertTrue(part.required("remedy").asText().contains("as is said of relay evm: sealpost origin succeed"));
            var listed = publications(anchor("list").done()).required("trouble");
            assertEquals(part.required("cause"), listed.required("cause"), listed::toString);
        }
        box.close();
        box = RunningGateway.start(config);
        Await.until("the next start says so, too", () -> publishingCause().contains("nothing is sealed, since evm"));
        box.close();
        assertEquals(
                0, PublishingStanding.onDisk(config.data(), "evm").orElseThrow().waiting(), "none has a number");
        try (var ledger = publications().orElseThrow()) {
            assertEquals(1, ledger.last(origin));
        }
    }

    /// The same box, whose only way to the chain this is.
    private GatewayConfig through(BentWire node) {
        var evm = (EvmSettings) config.anchorages().getFirst();
        var chain = new EvmConfig(node.url(), OptionalInt.of(0), evm.config().deadline());
        return RunningGateway.with(
                config,
                "anchorages",
                List.of(new EvmSettings(
                        "evm", evm.policy(), chain, evm.accountKey(), evm.contract(), evm.publishingAccount())));
    }

    /// What is said of publications; empty if nothing is.
    private String publishingCause() throws Exception {
        for (var part : RunningGateway.json(box.get("/readyz")).required("parts")) {
            if (part.required("name").asText().equals("publications evm")) {
                return part.path("cause").asText();
            }
        }
        throw new AssertionError("/readyz does not know it");
    }

    private Said anchor(String verb, String... more) throws Exception {
        var words = new ArrayList<>(
                List.of("anchor", verb, "--json", "--config", commands().toString()));
        words.addAll(List.of(more));
        return Said.by(words);
    }

    private static JsonNode publications(JsonNode listed) {
        return listed.required("anchorages").get(0).required("publications");
    }

    /// What the command line is told of this box: where its data lie, and where it answers.
    private Path commands() throws Exception {
        return Files.writeString(
                folder.resolve("sealpost.toml"), """
                data = "data"
                [clients]
                file = "clients"
                [http]
                port = %d
                [mqtt]
                port = 0
                [token]
                driver = "insecure-software"
                folder = "keys"
                label = "laptop"
                [anchorage.evm]
                kind = "evm"
                urls = ["%s"]
                contract = "evm-contract"
                """.formatted(box.url("/").getPort(), anvil.url()));
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

    /// What a ledger is asked with, for whoever has but the evidence.
    private void requireInspectTells(long index, OriginId origin, HeaderLeaf leaf) throws Exception {
        var file = folder.resolve("inspected-" + index);
        Files.write(file, box.awaitEvidence(index));
        var told = Said.by(List.of("inspect", "--json", file.toString())).out();
        assertTrue(told.contains(origin.toString()), told);
        assertTrue(told.contains(leaf.commitment().toString()), told);
    }

    /// As a reader asks, who has the evidence and a node.
    private PublishedCommitment awaitPublished(long index) throws Exception {
        var evidence = Evidence.parse(box.awaitEvidence(index));
        var leaf = (HeaderLeaf) Leaf.parse(evidence.leaf());
        var genesis = genesis(evidence);
        var origin = OriginId.of(genesis.sealingKey().spki(), genesis.origin());
        requireInspectTells(index, origin, leaf);
        var found = new AtomicReference<Optional<PublishedCommitment>>(Optional.empty());
        Await.until("the commitment of " + index + " is published", () -> {
            var opened = publications();
            if (opened.isEmpty()) return false;
            try (var ledger = opened.get()) {
                found.set(ledger.publishedAt(origin, Hash.of(leaf.commitment().toBytes())));
            } catch (AnchorageSetback notYet) {
                return false; // the pin is written before a block has the contract
            }
            return found.get().filter(PublishedCommitment::isFinal).isPresent();
        });
        return found.get().orElseThrow();
    }
}
