package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;
import org.sealpost.anchor.HeadPolicy;
import org.sealpost.anchor.evm.Anvil;
import org.sealpost.anchor.evm.EvmConfig;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.capture.mqtt.RawMqtt;
import org.sealpost.control.Clients;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.Verdict;
import org.sealpost.evidence.anchor.AnchorProofs;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.Tokens;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.Slot;
import org.sealpost.record.Source;
import org.sealpost.seal.SealerConfig;

/// A whole box as tests see it: on temporary folders, on loopback, with two clients, asked over the wire only.
final class RunningGateway implements AutoCloseable {
    static final Client CRANE = Client.named("crane-7");
    static final Client GATE = Client.named("gate-2");

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SIGNATURE_DEADLINE = Duration.ofSeconds(2);
    private static final int FILLED_AT_ONCE = 1000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Gateway gateway;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    /// Somebody who hands records over; the secret is token and password.
    record Client(String name, String secret) {
        static Client named(String name) {
            return new Client(name, Clients.newSecret(new SecureRandom()));
        }
    }

    /// An entry whose evidence is intact and signed by this box.
    record Proved(Evidence evidence, Verdict.Intact verdict, Source source, Content content) {
        String text() {
            return new String(content.payload(), StandardCharsets.UTF_8);
        }
    }

    private RunningGateway(Gateway gateway) {
        this.gateway = gateway;
    }

    // --- how it is made

    /// On a fresh SoftHSM token, with the local ledger and, where one is given, an EVM chain that is final at once.
    static RunningGateway start(Path folder, Optional<Anvil> anvil) throws Exception {
        return start(folder, anvil, anvil.map(node -> node.config(0)));
    }

    static RunningGateway start(Path folder, Optional<Anvil> anvil, Optional<EvmConfig> chain) throws Exception {
        SoftHsm.create(folder.resolve("hsm"));
        var config = config(folder, softToken(folder), IntakeConfig.defaults(), chain);
        TokenSetup.initialise(config);
        if (anvil.isPresent()) fund(config, anvil.get());
        return start(config);
    }

    static RunningGateway start(GatewayConfig config) throws Exception {
        return start(config, KernelClock.open(config.discipline()));
    }

    static RunningGateway start(GatewayConfig config, KernelClock clock) throws Exception {
        writeClients(config);
        return new RunningGateway(Gateway.start(config, clock));
    }

    /// With the file of clients that is there.
    static RunningGateway startAsItIs(GatewayConfig config) throws Exception {
        return new RunningGateway(Gateway.start(config, KernelClock.open(config.discipline())));
    }

    static void writeClients(GatewayConfig config) throws IOException {
        Files.writeString(
                config.clientsFile().orElseThrow(),
                String.join(
                        "\n",
                        Clients.line(CRANE.name, Clients.Kind.TOKEN, CRANE.secret),
                        Clients.line(CRANE.name, Clients.Kind.PASSWORD, CRANE.secret),
                        Clients.line(GATE.name, Clients.Kind.TOKEN, GATE.secret),
                        Clients.line(GATE.name, Clients.Kind.PASSWORD, GATE.secret)));
    }

    /// The token that [TokenSetup] makes in the store of [SoftHsm].
    static TokenSettings softToken(Path folder) {
        var module = SoftHsm.module().orElseThrow();
        var config = new TokenConfig(module, "box", Optional.empty(), Optional.empty(), folder.resolve("pin"), 2);
        return new TokenSettings(
                config,
                TokenSettings.Driver.INSIDE,
                "seal",
                Optional.of("checkpoint"),
                Optional.empty(),
                Optional.empty());
    }

    static GatewayConfig config(Path folder, TokenSettings token, IntakeConfig intake, Optional<EvmConfig> chain) {
        var anyPort = new GatewayConfig.Listen("127.0.0.1", 0, false);
        return new GatewayConfig(
                folder.resolve("data"),
                "test-port",
                List.of(),
                anyPort,
                anyPort,
                Optional.of(folder.resolve("clients")),
                ClockReading.Source.SYSTEM,
                token,
                intake,
                new SealerConfig(
                        SealerConfig.DEFAULT.checkpointInterval(),
                        SIGNATURE_DEADLINE,
                        SealerConfig.DEFAULT.maxLeavesPerSeal()),
                1 << 24,
                anchorages(folder, chain),
                true,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofHours(24),
                Optional.empty());
    }

    private static List<AnchorageSettings> anchorages(Path folder, Optional<EvmConfig> chain) {
        var local = new LocalSettings("local", HeadPolicy.AT_ONCE);
        return chain.<List<AnchorageSettings>>map(node -> List.of(
                        local,
                        new EvmSettings(
                                "evm",
                                HeadPolicy.AT_ONCE,
                                node,
                                new AccountKey.InToken("evm"),
                                folder.resolve("evm-contract"),
                                Optional.empty())))
                .orElseGet(() -> List.of(local));
    }

    /// The same box with another value of one component.
    static GatewayConfig with(GatewayConfig config, String component, Object value) {
        var components = GatewayConfig.class.getRecordComponents();
        try {
            var values = new Object[components.length];
            var found = false;
            for (int i = 0; i < values.length; i++) {
                boolean meant = components[i].getName().equals(component);
                values[i] = meant ? value : components[i].getAccessor().invoke(config);
                found |= meant;
            }
            if (!found) throw new IllegalArgumentException("GatewayConfig has no " + component);
            var types = Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return GatewayConfig.class.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The same box with these sensors.
    static GatewayConfig withSensors(GatewayConfig config, Path document) {
        return with(config, "sensorsFile", Optional.of(document));
    }

    /// Lets the box's account pay; its key must have been made.
    static void fund(GatewayConfig config, Anvil anvil) throws IOException {
        try (var token = Tokens.open(config.token().config())) {
            var key = token.key(KeySpec.unpinned(config.accountKeys().getFirst(), KeyKind.SECP256K1));
            anvil.fund(EvmLedger.accountOf(key));
        }
    }

    /// A node, or none where it cannot be had.
    static Optional<Anvil> anvilIfThere() throws IOException, InterruptedException {
        try {
            return Optional.of(Anvil.start());
        } catch (TestAbortedException reason) {
            System.out.println("without an EVM chain: " + reason.getMessage());
            return Optional.empty();
        }
    }

    // --- what it is told and asked

    int mqttPort() {
        return gateway.mqttPort();
    }

    /// A client of version 3.1.1 that was let in.
    RawMqtt mqtt(String id, Client client) throws IOException {
        var mqtt = new RawMqtt(mqttPort());
        mqtt.send(RawMqtt.connect3(id, client.name, client.secret)).expect("20: 0000");
        return mqtt;
    }

    URI url(String path) {
        return URI.create("http://127.0.0.1:" + gateway.httpPort() + path);
    }

    HttpRequest.Builder request(String path, Client client) {
        return HttpRequest.newBuilder(url(path)).timeout(PATIENCE).header("Authorization", "Bearer " + client.secret);
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }

    HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return send(request(path, CRANE));
    }

    HttpResponse<byte[]> post(byte[] payload, String key) throws IOException, InterruptedException {
        return send(request("/v1/records", CRANE)
                .header("Idempotency-Key", key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(payload)));
    }

    /// Hands a record over that must be taken; its index.
    long record(byte[] payload, String key) throws IOException, InterruptedException {
        var answer = post(payload, key);
        assertEquals(201, answer.statusCode(), () -> text(answer));
        return json(answer).required("index").asLong();
    }

    /// Hands many small records over as fast as they are taken, all of which must be.
    void fill(int count) throws IOException {
        try (var mqtt = mqtt("filler", CRANE)) {
            for (int sent = 0; sent < count; ) {
                int burst = Math.min(FILLED_AT_ONCE, count - sent);
                var publishes = new byte[burst][];
                for (int i = 0; i < burst; i++)
                    publishes[i] = RawMqtt.publish3(1, i + 1, "records/default", "{\"turn\":" + (sent + i) + "}");
                mqtt.send(publishes);
                for (int i = 0; i < burst; i++) mqtt.expectPuback(i + 1);
                sent += burst;
            }
        }
    }

    static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    static JsonNode json(HttpResponse<byte[]> answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    /// Entries that are durable.
    long size() throws IOException, InterruptedException {
        return figure("sealpost_log_entries");
    }

    /// Entries under a seal.
    long sealedSize() throws IOException, InterruptedException {
        return figure("sealpost_log_sealed_entries");
    }

    private long figure(String name) throws IOException, InterruptedException {
        return text(get("/metrics"))
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    /// What `/readyz` says of a part that is red; empty while it is well.
    Optional<JsonNode> trouble(String part) throws IOException, InterruptedException {
        for (var node : json(get("/readyz")).required("parts")) {
            if (node.required("name").asText().equals(part)) {
                return node.required("well").asBoolean() ? Optional.empty() : Optional.of(node);
            }
        }
        throw new AssertionError("/readyz does not know " + part);
    }

    // --- evidence

    byte[] awaitEvidence(long index) throws Exception {
        var path = "/v1/records/" + index + "/evidence";
        Await.until("evidence of " + index, () -> get(path).statusCode() == 200);
        return get(path).body();
    }

    /// What a reader needs who knows this box and its ledgers.
    String trustFile() throws Exception {
        Await.until("all ledgers were reached once", gateway::knowsItsAnchorages);
        return gateway.trustFile();
    }

    TrustStore trust() throws Exception {
        return new TrustStore(List.of(TrustFile.parse("box.trust", trustFile().getBytes(StandardCharsets.UTF_8))));
    }

    static Proved verify(byte[] file, TrustStore trust, AnchorCheck checks) throws Exception {
        var verdict = EvidenceVerifier.verify(file, trust, new AnchorProofs(), checks);
        assertEquals(0, verdict.exitCode(), verdict::toString);
        var evidence = Evidence.parse(file);
        var slots = evidence.body().orElseThrow().slots();
        return new Proved(
                evidence,
                (Verdict.Intact) verdict,
                Source.parse(assertInstanceOf(Slot.Shown.class, slots.get(Slot.SOURCE))
                        .bytes()),
                Content.parse(assertInstanceOf(Slot.Shown.class, slots.get(Slot.CONTENT))
                        .bytes()));
    }

    /// Everything that a client can get back, by its index, each with its evidence. Waits for the seals.
    SortedMap<Long, Proved> readBack(Client client) throws Exception {
        long size = size();
        Await.until("all " + size + " entries are sealed", () -> sealedSize() >= size);
        var trust = trust();
        var all = new TreeMap<Long, Proved>();
        for (long index = 0; index < size; index++) {
            var answer = send(request("/v1/records/" + index + "/evidence", client));
            if (answer.statusCode() == 404) continue; // the box's own, or another client's
            assertEquals(200, answer.statusCode(), () -> text(answer));
            all.put(index, verify(answer.body(), trust, AnchorCheck.OFFLINE));
        }
        return all;
    }

    /// As a service manager has it end, while clients are still there.
    void stop() throws IOException {
        gateway.close();
    }

    @Override
    public void close() throws IOException {
        http.shutdownNow();
        gateway.close();
    }
}
