package org.sealpost.app;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.fabric.FabricNetwork;
import org.sealpost.control.Clients;
import org.sealpost.hsm.FreePort;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SoftHsm;

/// docs/ledgers.md on Hyperledger Fabric, as the administrator of Org1 goes through it: from an empty token to
/// evidence that a stranger checks offline. Whatever opens the token is a process of its own, as the script
/// `sealpost` starts it.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FabricWalkIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final RunningGateway.Client CRANE = RunningGateway.CRANE;
    private static final String NAME = "consortium";
    private static final String CHAINCODE = "walked";
    private static final List<String> ALL = List.of("identity", "health", "lodging");
    private static final String PROVED = "Proved";
    private static final String CLAIMED = "Only claimed";
    private static final String ADMINISTRATOR = "have the channel's administrator look";
    private static final Duration DAY = Duration.ofDays(1);
    private static final int TERMINATED = 143;

    private static final String IN_FILES = """
            driver = "insecure-software"
            folder = "keys"
            label = "laptop"
            """;

    @TempDir
    private static Path nodes;

    private static FabricNetwork network;

    @TempDir
    private Path folder;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Optional<Process> service = Optional.empty();
    private FabricAdministrators administrators;
    private int port;

    @BeforeAll
    static void start() throws Exception {
        network = FabricNetwork.start(nodes);
    }

    @AfterAll
    static void stop() {
        if (network != null) network.close();
    }

    @BeforeEach
    void begin() throws Exception {
        administrators = new FabricAdministrators(network.folder(), folder);
        port = FreePort.any();
        Files.createDirectory(folder.resolve("data"));
        Files.copy(network.folder().resolve("box/peers-ca.pem"), folder.resolve("peers-ca.pem"));
    }

    @AfterEach
    void end() throws Exception {
        if (service.isPresent()) service.get().destroyForcibly().waitFor();
        http.shutdownNow();
        network.heal();
    }

    // --- the way

    @Test
    void aBoxIsAdmittedAndItsEvidenceProvesTheChannelAlsoOverARestartWithoutAPeer() throws Exception {
        var config = configured(inToken(), Map.of());
        Files.writeString(folder.resolve("clients"), Clients.line(CRANE.name(), Clients.Kind.TOKEN, CRANE.secret()));
        sealpost("token", "init").well();
        sealpost("hsm", "csr", NAME, "--subject", "CN=box-17,OU=client", "--out", "box.csr")
                .well();
        Files.writeString(folder.resolve("box.pem"), administrators.certificate(folder.resolve("box.csr")));
        deploy();

        var trust = Files.createDirectory(folder.resolve("trust"));
        var file = trust.resolve("box.trust");
        long first;
        try (var box = BoxProcess.run(config, environment())) {
            box.awaitRunning();
            Await.until("the first head is final", () -> finalSize() > 0);
            var tested = sealpost("anchor", "test", NAME, "--json");
            assertEquals(ALL, good(tested));
            assertTrue(tested.out().contains("by rules 2, version 1, sequence 1"), tested::toString);
            assertTrue(tested.out().contains("identity of Org1MSP until "), tested::toString);
            assertTrue(tested.out().contains("it holds this very head; "), tested::toString);

            first = record("gate-in");
            Await.until("evidence", () -> evidence(first).isPresent());
            var stranger = verified(first, trust);
            assertEquals(3, stranger.code(), stranger::toString);
            Files.writeString(file, stranger.trustLines());
            until(CLAIMED, first, trust);
            Files.writeString(file, stranger.trustLines() + lineOfTheChannel(tested) + "\n");
            until(PROVED, first, trust);
            headsAreBroughtByHand();
            assertEquals(TERMINATED, box.stop());
        }

        network.kill("p2"); // both organisations have to endorse, so nothing can be lodged
        try (var box = BoxProcess.run(config, environment())) {
            box.awaitRunning();
            until(PROVED, first, trust);
            long second = record("gate-out");
            Await.until("it says why it waits", () -> trouble().isPresent());
            network.heal();
            until(PROVED, second, trust);
            Await.until("it is well again", () -> trouble().isEmpty());
            assertEquals(TERMINATED, box.stop());
        }

        configured(inToken(), Map.of("chaincode", "sealpost"));
        refused(
                sealpost("anchor", "test", NAME, "--json"),
                "it is another one than was reached first: same channel anchors, same block 0 ",
                "nothing is sent to another one under the same name");
    }

    /// While the gateway lodges by itself, so that what is brought is there already.
    private void headsAreBroughtByHand() throws Exception {
        var head = folder.resolve("port.head");
        Await.until("the newest head is final", () -> {
            var words = List.of("anchor", "export-head", head.toString(), "--json", "--config", file().toString());
            return Said.by(words).done().required("size").asLong() == finalSize();
        });
        var lodged = sealpost("anchor", "lodge", head.toString(), "--to", NAME, "--json");
        assertEquals("there", lodged.done().required("outcome").asText());
        assertTrue(lodged.done().required("final").asBoolean(), lodged::toString);
        var registered = sealpost("anchor", "register-origin", NAME, "--json");
        var outcome = registered.done().required("outcome").asText();
        assertTrue(List.of("there", "lodged").contains(outcome), registered::toString); // the log may have grown
        assertTrue(
                registered.err().contains("the CA of Org1MSP must have enrolled key \"consortium\""), registered::err);
    }

    /// Each is said in a sentence, with what to do, before anything is sent.
    @Test
    void whatIsNotRightIsSaid() throws Exception {
        configured(IN_FILES, Map.of("chaincode", "sealpost"));
        TokenSetup.initialise(GatewayConfig.read(file()));
        long before = network.height(1);
        tests("has no certificate yet", "hsm csr consortium");
        enrol("seal", Instant.now().plus(DAY));
        tests("is not of key \"consortium\"", "hsm csr consortium");
        enrol(NAME, Instant.now().minusSeconds(1));
        tests("ended at ", "hsm csr consortium");
        Files.writeString(folder.resolve("box.pem"), "a letter");
        tests("cannot be read", "hsm csr consortium");
        enrol(NAME, Instant.now().plus(DAY));
        assertEquals(ALL, good(test()));

        configured(IN_FILES, Map.of("chaincode", "sealpost", "msp", "Org2MSP"));
        tests("access denied", ADMINISTRATOR);
        configured(IN_FILES, Map.of("chaincode", "sealpost", "channel", "other"));
        tests("channel", ADMINISTRATOR);
        configured(IN_FILES, Map.of("chaincode", "none"));
        tests("none", ADMINISTRATOR);
        configured(IN_FILES, Map.of("chaincode", "qscc"));
        tests("chaincode response 500", ADMINISTRATOR); // another one's code

        configured(IN_FILES, Map.of("chaincode", "sealpost"));
        Files.copy(network.folder().resolve("box/ca.pem"), folder.resolve("peers-ca.pem"), REPLACE_EXISTING);
        tests("its TLS certificate is by none of ca-file", "put the CA that vouches for it into ca-file");
        Files.delete(folder.resolve("peers-ca.pem"));
        tests("peers-ca.pem", "put the CAs of the peers' TLS certificates into");
        assertEquals(before, network.height(1), "nothing was sent");
    }

    private void tests(String cause, String remedy) throws IOException {
        refused(test(), cause, remedy);
    }

    // --- what administrators do

    /// By the word of `anchor deploy`.
    private void deploy() throws Exception {
        var at = "127.0.0.1:" + FreePort.any();
        var vouches = administrators.serviceCa(1).toString();
        var file = folder.resolve("sealpost.tgz").toString();
        var said = Said.by(List.of(
                        "anchor",
                        "deploy",
                        NAME,
                        "--config",
                        file().toString(),
                        "--service",
                        at,
                        "--service-ca",
                        vouches,
                        "--out",
                        file))
                .well()
                .out()
                .lines()
                .toList();
        service = Optional.of(administrators.serve(at, said.getFirst().replaceFirst(".*CORE_CHAINCODE_ID_NAME=", "")));
        administrators.commit(said);
        Await.until("the chaincode answers", () -> administrators.answers(CHAINCODE, "2"));
    }

    /// A certificate for the key of this name, from its first day to then.
    private void enrol(String key, Instant until) throws Exception {
        PublicKey certified;
        try (var token = GatewayConfig.read(file()).token().open()) {
            var spki = token.key(KeySpec.unpinned(key, KeyKind.P256)).spki();
            certified = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
        }
        Files.writeString(
                folder.resolve("box.pem"),
                HsmWords.pem(
                        "CERTIFICATE",
                        network.certificate(certified, "box", until).getEncoded()));
    }

    // --- what readers do

    private Said verified(long index, Path trust) throws Exception {
        var file =
                Files.write(folder.resolve("record.evidence"), evidence(index).orElseThrow());
        return Said.by(List.of("verify", file.toString(), "--trust", trust.toString()));
    }

    /// Waits until the channel's word stands below this heading: a proof that no peer gave at once is asked for again a
    /// minute later.
    private void until(String heading, long index, Path trust) throws Exception {
        Await.until("the anchor of " + index + " is below \"" + heading + "\"", Duration.ofMinutes(3), () -> {
            if (evidence(index).isEmpty()) return false;
            var said = verified(index, trust).well();
            return paragraphs(said)
                    .anyMatch(each -> each.startsWith(heading) && each.contains(" on fabric channel anchors "));
        });
    }

    private static Stream<String> paragraphs(Said said) {
        return Stream.of(said.out().split("\n\n"));
    }

    /// As the box says it from the first proof on; the hash is what another member confirms.
    private String lineOfTheChannel(Said tested) throws Exception {
        var found = Pattern.compile("block 0 ([0-9a-f]{64})").matcher(tested.out());
        assertTrue(found.find(), tested::toString);
        Await.until("the line for trust files", () -> trustLine().isPresent());
        var line = trustLine().orElseThrow();
        assertEquals(
                "channel fabric anchors genesis " + found.group(1) + " chaincode " + CHAINCODE
                        + " endorsers 2 Org1MSP Org2MSP",
                line);
        return line;
    }

    private Optional<String> trustLine() throws IOException {
        return Optional.ofNullable(listed().path("trustLine").textValue());
    }

    private long finalSize() throws IOException {
        return listed().path("final").path("size").asLong();
    }

    /// As `anchor list` tells it.
    private JsonNode listed() throws IOException {
        var listed = Said.by(List.of("anchor", "list", "--json", "--config", file().toString()));
        for (var one : listed.done().required("anchorages"))
            if (one.required("name").asText().equals(NAME)) return one;
        throw new AssertionError(listed.toString());
    }

    // --- the box

    private Path file() {
        return folder.resolve("sealpost.toml");
    }

    private String inToken() throws IOException {
        Files.createDirectories(folder.resolve("tokens"));
        Files.writeString(
                folder.resolve("softhsm2.conf"),
                "directories.tokendir = " + folder.resolve("tokens")
                        + "\nobjectstore.backend = file\nlog.level = ERROR\n");
        return """
                module = "%s"
                driver = "inside"
                label = "box"
                pin-file = "pin"
                """.formatted(SoftHsm.module().orElseThrow());
    }

    /// @param others settings of the anchorage that are not the usual ones
    private Path configured(String token, Map<String, String> others) throws IOException {
        var settings = new TreeMap<>(Map.of("channel", "anchors", "chaincode", CHAINCODE, "msp", "Org1MSP"));
        settings.putAll(others);
        var lines = settings.entrySet().stream()
                .map(each -> each.getKey() + " = \"" + each.getValue() + "\"\n")
                .collect(Collectors.joining());
        return Files.writeString(
                file(), """
                data = "data"
                [clients]
                file = "clients"
                [http]
                port = %d
                [mqtt]
                port = 0
                [token]
                %s
                [anchorage.consortium]
                kind = "fabric"
                peers = ["%s", "%s"]
                ca-file = "peers-ca.pem"
                identity-certificate = "box.pem"
                max-age = "0s"
                min-pause = "0s"
                %s""".formatted(port, token, administrators.at("p1"), administrators.at("p2"), lines));
    }

    private long record(String event) throws Exception {
        var request = request("/v1/records")
                .header("Idempotency-Key", event)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"event\":\"" + event + "\"}"));
        var answer = http.send(request.build(), BodyHandlers.ofString());
        assertEquals(201, answer.statusCode(), answer::body);
        return JSON.readTree(answer.body()).required("index").asLong();
    }

    /// Empty until it is sealed.
    private Optional<byte[]> evidence(long index) throws Exception {
        var answer = http.send(request("/v1/records/" + index + "/evidence").build(), BodyHandlers.ofByteArray());
        return answer.statusCode() == 200 ? Optional.of(answer.body()) : Optional.empty();
    }

    /// Why the relay does not lodge, in words of `/readyz`.
    private Optional<String> trouble() throws Exception {
        var ready = http.send(request("/readyz").build(), BodyHandlers.ofString());
        for (var part : JSON.readTree(ready.body()).required("parts")) {
            if (part.required("name").asText().equals("relay " + NAME))
                return Optional.ofNullable(part.path("cause").textValue());
        }
        throw new AssertionError(ready.body());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + CRANE.secret());
    }

    // --- commands

    /// What was looked at; all of it is well.
    private static List<String> good(Said tested) throws IOException {
        var about = new ArrayList<String>();
        for (var check : tested.well().json().required("checks"))
            about.add(check.required("about").asText());
        return about;
    }

    private static void refused(Said tested, String cause, String remedy) throws IOException {
        assertEquals(1, tested.code(), tested::toString);
        var bad = new ArrayList<JsonNode>();
        for (var check : tested.json().required("checks"))
            if (!check.required("good").asBoolean()) bad.add(check);
        assertTrue(bad.getFirst().required("words").asText().contains(cause), tested::toString);
        assertTrue(bad.getFirst().required("remedy").asText().contains(remedy), tested::toString);
    }

    /// A command that opens the token, in a process of its own.
    private Said sealpost(String... words) throws Exception {
        var all = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        all.addAll(List.of(words));
        all.addAll(List.of("--config", "sealpost.toml"));
        var command = new ProcessBuilder(all).directory(folder.toFile());
        command.environment().putAll(environment());
        return Said.by(command, folder.resolve("err"));
    }

    private Map<String, String> environment() {
        return Map.of("SOFTHSM2_CONF", folder.resolve("softhsm2.conf").toString());
    }

    /// `anchor test` in this process: it opens key files at most.
    private Said test() {
        return Said.by(List.of("anchor", "test", NAME, "--json", "--config", file().toString()));
    }
}
