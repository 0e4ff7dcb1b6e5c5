package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.admin.FakeAgent;
import org.sealpost.control.Clients;
import org.sealpost.evidence.command.VerifyCommand;

/// A whole box with an update agent beside it: the owner's pages, and the agent's acts in the log.
@Timeout(600)
class UpdatesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String UPDATE = "[update]\nagent = \"agent.socket\"\nacts = \"acts\"\n";

    @TempDir
    private Path folder;

    private BoxFolder place;
    private ActsFile acts;
    private FakeAgent agent;
    private Box box;
    private OwnedBox owned;

    @BeforeEach
    void start() throws Exception {
        place = BoxFolder.create(folder.resolve("box"));
        place.configure(UPDATE + "[clients]\nfile = \"clients\"\n");
        var gate = RunningGateway.GATE;
        Files.writeString(
                place.folder().resolve("clients"), Clients.line(gate.name(), Clients.Kind.TOKEN, gate.secret()));
        acts = new ActsFile(place.folder().resolve("acts"));
        agent = FakeAgent.at(place.folder().resolve("agent.socket"));
        box = Box.start(place.config());
        owned = OwnedBox.claim(visitor(), place);
    }

    @AfterEach
    void stop() throws Exception {
        if (owned != null) owned.visitor().close();
        if (box != null) box.close();
        if (agent != null) agent.close();
    }

    private Visitor visitor() throws Exception {
        return visitor(box.httpPort());
    }

    private Visitor visitor(int port) throws Exception {
        return new Visitor(port, place.shown("certificate  SHA-256").orElseThrow());
    }

    private void restart() throws Exception {
        owned.visitor().close();
        box.close();
        box = Box.start(place.config());
        owned = owned.at(visitor());
    }

    // --- orders

    @Test
    void aProgramOfTheOwnersGivesOrdersAndReadsTheStatus() throws Exception {
        agent.status = FakeAgent.full();
        assertStatus(owned.get("/v1/update"));
        assertStatus(owned.post(
                "/updates/source", Map.of("url", "https://u.example/", "ca", "-----BEGIN …", "automatic", "true")));
        assertStatus(owned.post("/updates/source", Map.of()));
        assertStatus(owned.post("/updates/check", Map.of()));
        assertStatus(owned.post("/updates/install", Map.of("version", "1.1.0")));
        assertStatus(owned.post("/updates/allow", Map.of("version", "0.9.0")));
        assertEquals(
                List.of(
                        "{\"order\":\"source\",\"url\":\"https://u.example/\",\"ca\":\"-----BEGIN …\",\"automatic\":true,\"by\":\"owner\"}",
                        "{\"order\":\"source\",\"url\":null,\"ca\":null,\"automatic\":false,\"by\":\"owner\"}",
                        "{\"order\":\"check\",\"by\":\"owner\"}",
                        "{\"order\":\"install\",\"version\":\"1.1.0\",\"by\":\"owner\"}",
                        "{\"order\":\"allow\",\"version\":\"0.9.0\",\"by\":\"owner\"}"),
                agent.orders.stream().map(JsonNode::toString).toList());
    }

    /// As docs/integrators.md has them.
    @Test
    void theCommandsForIntegratorsWork() throws Exception {
        Command.assumeInstalled("curl", "curl");
        agent.status = FakeAgent.full();
        Files.writeString(place.folder().resolve("ca.pem"), "-----BEGIN CERTIFICATE-----\n+/==\n");
        for (var command : commands()) {
            var done = Command.run(
                    "sh",
                    "-c",
                    "cd '" + place.folder() + "' && curl() { command curl --insecure --fail --silent \"$@\"; } && "
                            + "SEALPOST_URL=https://127.0.0.1:" + box.httpPort() + " && OWNER_TOKEN='" + owned.token()
                            + "' && " + command);
            assertEquals(0, done.status(), () -> command + ": " + done.output());
            assertEquals(JSON.readTree(FakeAgent.full().toJson()), JSON.readTree(done.output()), command);
        }
        assertEquals(
                List.of("source", "check", "install", "allow"),
                agent.orders.stream()
                        .map(order -> order.required("order").asText())
                        .toList());
        var source = agent.orders.getFirst();
        assertEquals("-----BEGIN CERTIFICATE-----\n+/==", source.required("ca").asText());
        assertEquals("https://updates.example/port", source.required("url").asText());
    }

    private static List<String> commands() throws Exception {
        var document = Files.readString(Path.of(System.getProperty("sealpost.root"), "docs", "integrators.md"));
        var part = document.substring(document.indexOf("## Updates"));
        var block = part.substring(part.indexOf("```sh\n") + 6, part.indexOf("\n```\n"));
        return List.of(block.replace("\\\n", " ").split("\n"));
    }

    private static void assertStatus(HttpResponse<String> answer) throws Exception {
        assertEquals(200, answer.statusCode(), answer::body);
        assertEquals(JSON.readTree(FakeAgent.full().toJson()), JSON.readTree(answer.body()));
    }

    @Test
    void anOrderThatIsNotTakenHasItsSentenceAndBadInputReachesNobody() throws Exception {
        agent.refusing = Optional.of("1.1.0 is not offered; look at the source first");
        assertRefused(422, "1.1.0 is not offered", owned.post("/updates/install", Map.of("version", "1.1.0")));
        agent.orders.clear();
        assertRefused(422, "names no release", owned.post("/updates/install", Map.of()));
        assertRefused(422, "names no release", owned.post("/updates/allow", Map.of("version", "1".repeat(65))));
        assertRefused(422, "neither true nor false", owned.post("/updates/source", Map.of("automatic", "perhaps")));
        assertRefused(422, "more than 1024 characters", owned.post("/updates/source", Map.of("url", "x".repeat(1025))));
        assertRefused(422, "more than 32768 bytes", owned.post("/updates/source", Map.of("ca", "x".repeat(32_769))));
        assertRefused(413, "more than", owned.post("/updates/source", Map.of("ca", "x".repeat(200_000))));
        assertEquals(405, owned.get("/updates/install").statusCode());
        assertEquals(405, owned.post("/v1/update", Map.of()).statusCode());
        assertEquals(List.of(), agent.orders);
    }

    private static void assertRefused(int status, String sentence, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer::body);
        assertTrue(answer.body().contains(sentence), answer::body);
        assertTrue(answer.body().contains("urn:sealpost:problem:update-refused"), answer::body);
    }

    private static void assertSilent(String sentence, HttpResponse<String> answer) {
        assertEquals(503, answer.statusCode(), answer::body);
        assertTrue(answer.body().contains("The update agent does not answer ("), answer::body);
        assertTrue(answer.body().contains(sentence), answer::body);
        assertTrue(answer.body().contains("urn:sealpost:problem:update-agent-silent"), answer::body);
    }

    @Test
    void onlyTheOwnerSeesAndOrders() throws Exception {
        var visitor = owned.visitor();
        assertEquals(303, visitor.get("/updates").statusCode(), "a browser is sent to the login");
        var script = visitor.send(visitor.request("/updates/state").header("HX-Request", "true"));
        assertEquals("/login", script.headers().firstValue("hx-redirect").orElseThrow());
        var gate = new OwnedBox(visitor, RunningGateway.GATE.secret());
        for (var path : List.of("/updates", "/updates/state", "/v1/update")) {
            assertEquals(403, gate.get(path).statusCode(), path);
        }
        assertEquals(403, gate.post("/updates/check", Map.of()).statusCode());
        assertEquals(
                401,
                new OwnedBox(visitor, "guessed")
                        .post("/updates/check", Map.of())
                        .statusCode());
        var home = visitor.send(visitor.request("/").header("Cookie", gate.login()));
        assertFalse(home.body().contains("href=\"/updates\""), "no link to what they may not open");
        assertEquals(List.of(), agent.orders);
    }

    @Test
    void theFormsOfThePageAreTakenFromItAndFromNoOtherSite() throws Exception {
        agent.status = FakeAgent.full();
        var cookie = owned.login();
        var visitor = owned.visitor();
        var form = visitor.form("/updates/install", Map.of("version", "1.1.0")).header("Cookie", cookie);
        assertEquals(403, visitor.send(form.copy()).statusCode(), "nobody says where it comes from");
        assertEquals(
                403,
                visitor.send(form.copy().header("Sec-Fetch-Site", "cross-site")).statusCode());
        assertEquals(List.of(), agent.orders);
        var taken = visitor.send(form.copy().header("Sec-Fetch-Site", "same-origin"));
        assertEquals(303, taken.statusCode());
        assertEquals("/updates", taken.headers().firstValue("location").orElseThrow());
        assertEquals(1, agent.orders.size());
        agent.refusing = Optional.of("the box is on trial; wait until it is over");
        var refused = visitor.send(form.copy().header("Sec-Fetch-Site", "same-origin"));
        assertEquals(422, refused.statusCode());
        assertTrue(refused.body().contains("wait until it is over")
                && refused.body().contains("Check now"));
    }

    // --- what is shown

    @Test
    void homeAndThePageSayHowUpdatesStand() throws Exception {
        agent.status = FakeAgent.full();
        var cookie = owned.login();
        awaitPage(
                cookie, "/", "update refused", "Last update: 0.9.0 rolled back", "href=\"/updates\"", "Offered: 1.1.0");
        awaitPage(
                cookie,
                "/updates",
                "Install 1.1.0",
                "Faster &lt;seals&gt; &amp; fixes.",
                "timestamp.json ended on 2026-11-24",
                "the gateway did not answer",
                "Allow 0.9.0",
                "https://updates.example/port",
                " checked>",
                "the server closed the connection");
        assertEquals(200, owned.get("/readyz").statusCode(), "a refusal is to be known, and nobody is needed");
    }

    @Test
    void aSilentAgentIsSaidToBeSilentAndHoldsNothingUp() throws Exception {
        var cookie = owned.login();
        awaitPage(cookie, "/updates", "Nothing is under way");
        agent.close();
        awaitPage(cookie, "/updates", "The update agent does not answer", "What to do", "Nothing is under way");
        var order = owned.post("/updates/check", Map.of());
        assertSilent("whether it took the order is not known", order);
        assertEquals("5", order.headers().firstValue("retry-after").orElseThrow());
        var look = owned.get("/v1/update");
        assertSilent("started again by itself", look);
        assertFalse(look.body().contains("order"), "who looks gives none: " + look.body());
        agent = FakeAgent.at(place.folder().resolve("agent.socket"));
        Await.until("it answers again", () -> owned.get("/v1/update").statusCode() == 200);
    }

    /// The agent hangs, and more is asked of it than may wait.
    @Test
    void howManyWaitForTheAgentIsBoundedAndNothingElseWaits() throws Exception {
        agent.silent = true;
        var statuses = new ConcurrentLinkedQueue<Integer>();
        var askers = new ArrayList<Thread>();
        for (int i = 0; i < 24; i++) {
            askers.add(Thread.ofVirtual().start(() -> {
                try {
                    statuses.add(owned.get("/v1/update").statusCode());
                } catch (Exception e) {
                    statuses.add(-1);
                }
            }));
        }
        Await.until("the bound is reached", () -> statuses.contains(429));
        assertEquals(200, owned.get("/livez").statusCode());
        var record = owned.visitor()
                .send(owned.visitor()
                        .request("/v1/records")
                        .header("Authorization", "Bearer " + owned.token())
                        .POST(BodyPublishers.ofString("{}")));
        assertEquals(201, record.statusCode(), record::body);
        agent.close();
        for (var asker : askers) asker.join();
        assertEquals(Set.of(429, 503), Set.copyOf(statuses));
    }

    private void awaitPage(String cookie, String path, String... said) throws Exception {
        Await.until(path + " says " + List.of(said), () -> {
            var page = owned.visitor().send(owned.visitor().request(path).header("Cookie", cookie));
            assertEquals(200, page.statusCode(), page::body);
            return List.of(said).stream().allMatch(page.body()::contains);
        });
    }

    // --- acts in the log

    @Test
    void whatTheAgentDidIsInTheLogWithEvidence() throws Exception {
        var ca = OwnersCa.create(folder.resolve("ca"));
        var request = owned.get("/certificate/request.pem").body();
        assertEquals(
                200,
                owned.post("/certificate", Map.of("pem", ca.answer(request) + ca.pem()))
                        .statusCode());
        var written = new ArrayList<String>();
        for (var act : List.of("source", "offered", "ordered")) written.add(acts.add(act));
        awaitCopies(written);
        restart();
        written.add(acts.add("confirmed"));
        awaitCopies(written);

        long last = owned.size() - 1;
        while (!owned.get("/v1/records/" + last).body().contains("\"sealpost.update\"")) last--;
        var evidence = owned.visitor().bytes("/v1/records/" + last + "/evidence", owned.token());
        var file = Files.write(folder.resolve("update.evidence"), evidence);
        var trust = Files.createDirectory(folder.resolve("trust"));
        Files.writeString(trust.resolve("owner.trust"), ca.trust());
        var arguments = new String[] {file.toString(), "--trust", trust.toString()};
        assertEquals(0, VerifyCommand.run(arguments, System.out, System.err));
    }

    private void awaitCopies(List<String> written) throws Exception {
        Await.until(
                "all acts are in the log",
                () -> owned.contents(IntakeTrail.UPDATES_PROFILE).size() >= written.size());
        assertEquals(written, owned.contents(IntakeTrail.UPDATES_PROFILE));
    }

    @Test
    void aFileOfActsThatWasReplacedIsRedAndNotTheEnd() throws Exception {
        awaitCopies(List.of(acts.add("offered"), acts.add("ordered")));
        acts.cutTo(1);
        Await.until("it is red", () -> owned.get("/readyz").body().contains("acts of the update agent wait"));
        var part = owned.get("/readyz").body().replaceAll("(?s).*\\{([^{]*\"updates\"[^}]*)\\}.*", "$1");
        assertTrue(part.contains("\"since\"") && part.contains("bring it back as it was"), part);
        restart();
        Await.until(
                "it is red after a restart", () -> owned.get("/readyz").body().contains("the log has 2 of them"));
        var page = owned.visitor().send(owned.visitor().request("/").header("Cookie", owned.login()));
        assertTrue(page.body().contains("Needs you") && page.body().contains("was cut or replaced"), page::body);
        acts.append("00000000 what no agent writes\n");
        Await.until("the damage is named", () -> owned.get("/readyz").body().contains("checksum does not match"));
        acts.cutTo(1);
        acts.add("ordered");
        Await.until("as it was, all is well", () -> owned.get("/readyz").statusCode() == 200);
    }

    /// Kills the process while it copies: between a copy and what says that it was made, too.
    @Test
    void aKilledGatewayCopiesEachActOnce() throws Exception {
        owned.visitor().close();
        box.close();
        long seed = System.nanoTime();
        System.out.println("kills: seed " + seed);
        var random = new Random(seed);
        var written = new ArrayList<String>();
        for (int life = 0; life < 4; life++) {
            try (var process = BoxProcess.start(place);
                    var visitor = visitor(process.awaitReady())) {
                owned = owned.at(visitor);
                long enough = owned.size() + 1 + random.nextInt(60);
                for (int i = 0; i < 100; i++) written.add(acts.add("act-" + written.size()));
                Await.until("it copies", () -> owned.size() >= enough);
                process.kill();
            }
        }
        box = Box.start(place.config());
        owned = owned.at(visitor());
        awaitCopies(written);
    }

    // --- without an agent

    @Test
    void aBoxWithoutAnAgentSaysNothingOfUpdates() throws Exception {
        place.configure("");
        restart();
        assertEquals(404, owned.get("/updates").statusCode());
        assertEquals(404, owned.get("/v1/update").statusCode());
        assertFalse(owned.get("/readyz").body().contains("\"updates\""));
        var home = owned.visitor().send(owned.visitor().request("/").header("Cookie", owned.login()));
        assertFalse(home.body().contains("/updates"), home::body);
    }
}
