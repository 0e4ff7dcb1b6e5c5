package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.capture.mqtt.RawMqtt;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.command.VerifyCommand;
import org.sealpost.record.Content;
import org.sealpost.record.Slot;

/// A new box comes to its owner, over TLS and by what its console shows.
@Timeout(300)
class ClaimIT {
    private static final String CROSS_SITE = "https://elsewhere.example";

    @TempDir
    private Path folder;

    private BoxFolder place;
    private Box box;
    private Visitor visitor;

    @BeforeEach
    void start() throws Exception {
        if (place == null) place = BoxFolder.create(folder.resolve("box"));
        box = Box.start(place.config());
        visitor =
                new Visitor(box.httpPort(), place.shown("certificate  SHA-256").orElseThrow());
    }

    @AfterEach
    void stop() throws Exception {
        if (visitor != null) visitor.close();
        if (box != null) box.close();
    }

    // --- before

    @Test
    void nothingButTheClaimIsServedUntilSomebodyHasClaimed() throws Exception {
        for (var path :
                List.of("/livez", "/readyz", "/metrics", "/log/checkpoint", "/v1/records/1", "/login", "/box")) {
            assertNotClaimed(visitor.get(path));
        }
        assertNotClaimed(visitor.get("/certificate"));
        assertNotClaimed(visitor.get("/certificate/request.pem"));
        assertNotClaimed(visitor.send(visitor.request("/v1/records").POST(BodyPublishers.ofString("x"))));
        assertNotClaimed(visitor.send(visitor.request("/certificate").POST(BodyPublishers.ofString("x"))));
        assertNotClaimed(visitor.send(visitor.request("/claim").DELETE()));
        assertEquals(-1, box.mqttPort(), "MQTT is not opened");
        for (var path : List.of("/", "/claim")) {
            var page = visitor.get(path);
            assertEquals(200, page.statusCode());
            assertTrue(page.body().contains("name=\"code\""), page::body);
            var style = page.body().replaceAll("(?s).*href=\"(/assets/[^\"]*css)\".*", "$1");
            assertEquals(200, visitor.get(style).statusCode());
        }
    }

    /// Who claimed the box need not log in for Home, and who logs in need not claim for the certificate.
    private void assertOneSessionForAllPages(String cookie, String token) throws Exception {
        var home = visitor.send(visitor.request("/").header("Cookie", cookie));
        assertEquals(200, home.statusCode());
        assertTrue(home.body().contains("href=\"/certificate\""), home::body);
        var login =
                visitor.send(visitor.form("/login", Map.of("token", token)).header("Sec-Fetch-Site", "same-origin"));
        assertEquals(303, login.statusCode(), login::body);
        var other = login.headers().firstValue("set-cookie").orElseThrow().split(";")[0];
        var page = visitor.send(visitor.request("/certificate").header("Cookie", other));
        assertEquals(200, page.statusCode(), page::body);
    }

    private static void assertNotClaimed(HttpResponse<String> answer) {
        assertEquals(403, answer.statusCode(), answer::body);
        assertTrue(answer.body().contains("urn:sealpost:problem:not-claimed"), answer::body);
    }

    @Test
    void aWrongCodeIsOnRecordBeforeItIsAnswered() throws Exception {
        var right = code(); // read before: there are two seconds
        var wrong = visitor.post("/claim", Map.of("code", "00000-00000"));
        assertEquals(403, wrong.statusCode());
        assertTrue(wrong.body().contains("4 tries are left"), wrong::body);
        var soon = visitor.post("/claim", Map.of("code", right));
        assertEquals(429, soon.statusCode());
        assertTrue(Integer.parseInt(soon.headers().firstValue("retry-after").orElseThrow()) <= 2);
        restart();
        Await.until("the next try is allowed", () -> {
            var next = visitor.post("/claim", Map.of("code", "00000-00000"));
            return next.statusCode() == 403 && next.body().contains("3 tries are left");
        });
    }

    /// A power cycle does not shorten it.
    @Test
    void afterFiveWrongCodesTheRightOneIsRefused() throws Exception {
        for (int left = 4; left >= 0; left--) {
            var sentence = left > 1 ? left + " tries are left" : left == 1 ? "One try is left" : "for the fifth time";
            Await.until(sentence, () -> {
                var answer = visitor.post("/claim", Map.of("code", "00000-00000"));
                return answer.statusCode() == 403 && answer.body().contains(sentence);
            });
        }
        for (int start = 0; start < 2; start++) {
            var refused = visitor.post("/claim", Map.of("code", code()));
            assertEquals(429, refused.statusCode());
            assertTrue(refused.body().contains("the right code included"), refused::body);
            var seconds =
                    Integer.parseInt(refused.headers().firstValue("retry-after").orElseThrow());
            assertTrue(seconds > 800 && seconds <= 900, "retry after " + seconds);
            restart();
        }
    }

    @Test
    void whatIsNoFormIsRefused() throws Exception {
        assertEquals(
                415,
                visitor.send(visitor.request("/claim").POST(BodyPublishers.ofString("code")))
                        .statusCode());
        assertEquals(
                413, visitor.post("/claim", Map.of("code", "x".repeat(5000))).statusCode());
        assertEquals(403, visitor.post("/claim", Map.of()).statusCode(), "no code is a wrong code");
    }

    /// A browser that shows another site's page tells so.
    @Test
    void aFormOfAnotherSiteIsRefused() throws Exception {
        var form = visitor.form("/claim", Map.of("code", code()));
        assertEquals(403, visitor.send(form.copy().header("Origin", CROSS_SITE)).statusCode());
        assertEquals(
                403,
                visitor.send(form.copy().header("Sec-Fetch-Site", "cross-site")).statusCode());
        assertEquals(
                200,
                visitor.send(form.copy().header("Sec-Fetch-Site", "same-origin"))
                        .statusCode());
    }

    // --- the claim

    @Test
    void theCodeOfTheConsoleLeadsToATokenThatHandsRecordsOver() throws Exception {
        var shown = enter();
        var token = Visitor.element(shown, "token");
        assertTrue(shown.body().contains("action=\"/claim/confirm\""), shown::body);
        assertEquals("no-store", shown.headers().firstValue("cache-control").orElseThrow());
        assertNotClaimed(visitor.send(visitor.request("/v1/records")
                .header("Authorization", "Bearer " + token)
                .POST(BodyPublishers.ofString("too early"))));

        var done = confirm(token);
        assertEquals("/certificate", done.headers().firstValue("location").orElseThrow());
        var cookie = done.headers().firstValue("set-cookie").orElseThrow();
        assertTrue(cookie.startsWith("__Host-") && cookie.contains("HttpOnly") && cookie.contains("Secure"), cookie);
        var page = visitor.send(visitor.request("/certificate").header("Cookie", cookie.split(";")[0]));
        assertEquals(200, page.statusCode(), page::body);
        assertEquals(Visitor.element(shown, "key-fingerprint"), Visitor.element(page, "key-fingerprint"));
        assertOneSessionForAllPages(cookie.split(";")[0], token);

        assertEquals(201, post(token, "by HTTP").statusCode());
        try (var mqtt = new RawMqtt(visitor.tls().getSocketFactory().createSocket("127.0.0.1", box.mqttPort()))) {
            mqtt.send(RawMqtt.connect3("c", "owner", token)).expect("20: 0000");
            // Many TLS records long.
            mqtt.send(RawMqtt.publish3(1, 7, "records/default", "x".repeat(300_000)))
                    .expect("40: 0007");
        }
        assertTrue(place.shown("claimed, origin").orElseThrow().startsWith("test-box/"), "the console says so");
        assertTrue(place.shown("claim code").isEmpty());
        assertEquals(409, visitor.get("/claim").statusCode());
        assertEquals(303, visitor.get("/").statusCode(), "Home asks for a login");
    }

    @Test
    void repeatsAreHarmlessAndASecondClaimIsRefused() throws Exception {
        var code = code();
        var token = Visitor.element(enter(), "token");
        confirm(token);
        assertEquals(
                303,
                visitor.post("/claim/confirm", Map.of("code", code, "token", token))
                        .statusCode());
        var second = visitor.post("/claim", Map.of("code", code));
        assertEquals(409, second.statusCode());
        assertTrue(second.body().contains("claimed"), second::body);
        assertEquals(
                409,
                visitor.post("/claim/confirm", Map.of("code", code, "token", "x"))
                        .statusCode());
        restart();
        assertEquals(201, post(token, "after a restart").statusCode());
        assertTrue(place.shown("claim code").isEmpty());
    }

    @Test
    void aClaimThatWasNotConfirmedHasChangedNothing() throws Exception {
        var token = Visitor.element(enter(), "token");
        var code = code();
        restart();
        assertNotEquals(code, code());
        assertEquals(
                409,
                visitor.post("/claim/confirm", Map.of("code", code, "token", token))
                        .statusCode());
        confirm(Visitor.element(enter(), "token"));
    }

    /// Each act is an entry of the log, and its evidence says what happened and no secret.
    @Test
    void actsAreInTheLog() throws Exception {
        visitor.post("/claim", Map.of("code", "00000-00000"));
        restart();
        var token = owned();
        Await.until("both acts are in the log", () -> acts(token).size() == 2);
        var refused = acts(token).get(0);
        var claimed = acts(token).get(1);
        assertTrue(refused.contains("\"act\":\"claim-refused\"") && refused.contains("somebody at 127.0.0.1"), refused);
        assertTrue(claimed.contains("\"act\":\"claimed\"") && claimed.endsWith(",\"client\":\"owner\"}"), claimed);
        restart();
        assertEquals(201, post(token, "one more").statusCode());
        assertEquals(2, acts(token).size(), "nothing is copied twice");
    }

    private List<String> acts(String token) throws Exception {
        var found = new ArrayList<String>();
        for (int index = 1; ; index++) {
            var record = bearer("/v1/records/" + index, token);
            if (record.statusCode() == 404) return found;
            var path = "/v1/records/" + index + "/evidence";
            Await.until(path, () -> bearer(path, token).statusCode() == 200);
            var evidence = Evidence.parse(visitor.bytes(path, token));
            var content = (Slot.Shown) evidence.body().orElseThrow().slots().get(Slot.CONTENT);
            if (record.body().contains("\"sealpost.act\"")) {
                found.add(new String(Content.parse(content.bytes()).payload(), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void neitherCodeNorTokenIsKeptOrLogged() throws Exception {
        var said = Collections.synchronizedList(new ArrayList<String>()); // by whatever thread of the box
        var listener = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                said.add(entry.getMessage()
                        + List.of(entry.getParameters() == null ? new Object[0] : entry.getParameters()));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger.getLogger("").addHandler(listener);
        try {
            restart();
            var code = code();
            var token = owned();
            assertEquals(201, post(token, "x").statusCode());
            stop();
            for (var secret : List.of(code, code.replace("-", ""), token)) {
                assertFalse(said.toString().contains(secret));
                try (Stream<Path> files = Files.walk(place.folder())) {
                    for (var file : files.filter(Files::isRegularFile).toList()) {
                        var text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                        assertFalse(text.contains(secret), () -> "a secret lies in " + file);
                    }
                }
            }
        } finally {
            Logger.getLogger("").removeHandler(listener);
        }
    }

    /// Somebody else has the port in that moment: the claim stands, and the door opens when the port is free.
    @Test
    void aDoorThatCannotOpenAtTheClaimOpensLater() throws Exception {
        stop();
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var text = Files.readString(place.file());
            int mqtt = text.indexOf("port = 0", text.indexOf("[mqtt]"));
            Files.writeString(
                    place.file(),
                    text.substring(0, mqtt) + "port = " + other.getLocalPort() + text.substring(mqtt + 8));
            start();
            var token = owned();
            assertEquals(201, post(token, "by HTTP").statusCode());
            Await.until("it says so", () -> visitor.get("/readyz").body().contains("free the port"));
            var part = visitor.get("/readyz").body().replaceAll("(?s).*\\{([^{]*free the port[^}]*)\\}.*", "$1");
            assertTrue(part.contains("\"mqtt\"") && part.contains("\"since\""), part);
        }
        Await.until("MQTT is open", () -> box.mqttPort() > 0);
        Await.until("and nothing is red", () -> !visitor.get("/readyz").body().contains("free the port"));
    }

    // --- the certificate

    /// From the claim to a verdict, as a stranger goes the way of docs/appliance.md.
    @Test
    void aRecordVerifiesAgainstTheOwnersCa() throws Exception {
        var ca = OwnersCa.create(folder.resolve("ca"));
        var token = owned();
        var request = bearer("/certificate/request.pem", token);
        assertEquals(200, request.statusCode(), request::body);
        var text = ca.show(request.body());
        assertTrue(text.contains("verify OK"), text);
        assertTrue(text.contains("URI:sealpost:test-box/"), text);
        assertTrue(
                text.contains("Digital Signature") && text.contains("2.25.178412227434185049071610493129589227301"),
                text);

        var uploaded = upload(token, "application/x-pem-file", ca.answer(request.body()) + ca.pem());
        assertEquals(200, uploaded.statusCode(), uploaded::body);
        var taken = post(token, "a record under a certificate");
        var index = new ObjectMapper().readTree(taken.body()).required("index").asLong();
        Await.until(
                "it is sealed",
                () -> bearer("/v1/records/" + index + "/evidence", token).statusCode() == 200);
        var evidence = visitor.bytes("/v1/records/" + index + "/evidence", token);
        var file = Files.write(folder.resolve("record.evidence"), evidence);
        var trust = Files.createDirectory(folder.resolve("trust"));
        Files.writeString(trust.resolve("owner.trust"), ca.trust());
        assertEquals(
                0,
                VerifyCommand.run(new String[] {file.toString(), "--trust", trust.toString()}, System.out, System.err));

        restart();
        assertTrue(bearer("/certificate", token).body().contains("Owner&#39;s CA"), "it is in force after a restart");
    }

    @Test
    void aBadCertificateIsRefusedInOneSentenceAndChangesNothing() throws Exception {
        var ca = OwnersCa.create(folder.resolve("ca"));
        var token = owned();
        var request = bearer("/certificate/request.pem", token).body();
        assertRefused(422, "no certificate in PEM", upload(token, "text/plain", "hello"));
        assertRefused(
                422,
                "cannot be read",
                upload(token, "text/plain", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
        assertRefused(422, "expected are blocks", upload(token, "text/plain", request));
        assertRefused(
                422,
                "more than 8 certificates",
                upload(token, "text/plain", ca.pem().repeat(9)));
        assertRefused(413, "more than 262144 bytes", upload(token, "text/plain", "x".repeat((256 << 10) + 1)));
        assertRefused(415, "Content-Type", upload(token, "application/json", "{}"));
        assertRefused(422, "is for the key", upload(token, "text/plain", ca.pem()));
        assertRefused(
                422,
                "lacks the subject alternative name",
                upload(token, "text/plain", ca.answer(request, "-days", "1")));
        assertRefused(
                422,
                "is not signed by certificate 2",
                upload(
                        token,
                        "text/plain",
                        ca.answer(request)
                                + OwnersCa.create(folder.resolve("other")).pem()));
        assertTrue(bearer("/certificate", token).body().contains("None yet"));
    }

    /// The box's clock may be wrong; its software knows that it was built later.
    @Test
    void anExpiredCertificateIsRefusedWhateverTheClockSays() throws Exception {
        var ca = OwnersCa.create(folder.resolve("ca"));
        var token = owned();
        var request = bearer("/certificate/request.pem", token).body();
        Files.writeString(place.folder().resolve("os-release"), "SEALPOST_BUILD_TIME=32503680000\n");
        restart();
        var answer = upload(token, "text/plain", ca.answer(request));
        assertRefused(422, "this box knows that it is 3000-01-01T00:00:00Z or later", answer);
        assertTrue(bearer("/certificate", token).body().contains("None yet"));
    }

    @Test
    void theFormOfThePageIsTakenFromABrowserAndFromNoOtherSite() throws Exception {
        var ca = OwnersCa.create(folder.resolve("ca"));
        var token = Visitor.element(enter(), "token");
        var cookie =
                confirm(token).headers().firstValue("set-cookie").orElseThrow().split(";")[0];
        var request = visitor.send(visitor.request("/certificate/request.pem").header("Cookie", cookie))
                .body();
        var pem = ca.answer(request);
        var form = visitor.form("/certificate", Map.of("pem", pem)).header("Cookie", cookie);
        assertEquals(403, visitor.send(form.copy()).statusCode(), "nobody says where it comes from");
        assertEquals(403, visitor.send(form.copy().header("Origin", CROSS_SITE)).statusCode());
        assertTrue(bearer("/certificate", token).body().contains("None yet"));
        assertEquals(
                303,
                visitor.send(form.copy().header("Sec-Fetch-Site", "same-origin"))
                        .statusCode());

        var multipart = """
                --b\r
                Content-Disposition: form-data; name="pem"; filename=""\r
                Content-Type: application/octet-stream\r
                \r
                \r
                --b\r
                Content-Disposition: form-data; name="pem"\r
                \r
                %s\r
                --b--\r
                """.formatted(pem);
        assertEquals(
                200, upload(token, "multipart/form-data; boundary=b", multipart).statusCode());
        assertRefused(
                422,
                "nothing in its field",
                upload(token, "multipart/form-data; boundary=b", multipart.replace("\"pem\"", "\"other\"")));
        assertRefused(422, "nothing in its field", upload(token, "multipart/form-data", multipart));
        var shown = visitor.send(visitor.form("/certificate", Map.of("pem", "x"))
                .header("Cookie", cookie)
                .header("Sec-Fetch-Site", "same-origin"));
        assertEquals(422, shown.statusCode());
        assertTrue(shown.body().contains("<form") && shown.body().contains("no certificate in PEM"), shown::body);
    }

    /// As docs/appliance.md has them: who follows it needs no other tools.
    @Test
    void theCommandsOfTheHandbookWork() throws Exception {
        Command.assumeInstalled("openssl", "openssl");
        Command.assumeInstalled("curl", "curl");
        var token = owned();
        for (var command : commands()) {
            var done = Command.run(
                    "sh",
                    "-c",
                    "cd '" + folder + "' && export TOKEN='" + token + "' ADDRESS=127.0.0.1 && "
                            + command.replace(":443", ":" + box.httpPort())
                                    .replace("https://sealpost.local", "https://sealpost.local:" + box.httpPort()));
            assertEquals(0, done.status(), done::output);
            if (command.contains("-fingerprint")) {
                assertTrue(
                        done.output()
                                .endsWith(place.shown("certificate  SHA-256").orElseThrow()),
                        done::output);
            }
            if (command.startsWith("curl")) assertTrue(done.output().contains("\"state\":\"captured\""), done::output);
        }
    }

    private static List<String> commands() throws IOException {
        var document = Files.readString(Path.of(System.getProperty("sealpost.root"), "docs", "appliance.md"));
        var part = document.substring(document.indexOf("### From a program"));
        var block = part.substring(part.indexOf("```sh\n") + 6, part.indexOf("\n```\n"));
        return block.lines().toList();
    }

    @Test
    void theCertificateIsTheOwnersMatter() throws Exception {
        owned();
        assertEquals(303, visitor.get("/certificate").statusCode(), "a browser is sent to the login");
        assertEquals(401, bearer("/certificate", "not-a-token").statusCode());
        assertEquals(401, upload("not-a-token", "text/plain", "x").statusCode());
        assertEquals(303, visitor.post("/certificate", Map.of("pem", "x")).statusCode());
    }

    // --- what these tests do again and again

    private void restart() throws Exception {
        stop();
        start();
    }

    private String code() throws IOException {
        return place.shown("claim code").orElseThrow();
    }

    private HttpResponse<String> enter() throws Exception {
        var shown = visitor.post("/claim", Map.of("code", code()));
        assertEquals(200, shown.statusCode(), shown::body);
        return shown;
    }

    private HttpResponse<String> confirm(String token) throws Exception {
        var done = visitor.post("/claim/confirm", Map.of("code", code(), "token", token));
        assertEquals(303, done.statusCode(), done::body);
        return done;
    }

    /// Claims the box; the owner's token.
    private String owned() throws Exception {
        var token = Visitor.element(enter(), "token");
        confirm(token);
        return token;
    }

    private HttpResponse<String> bearer(String path, String token) throws Exception {
        return visitor.send(visitor.request(path).header("Authorization", "Bearer " + token));
    }

    private HttpResponse<String> post(String token, String payload) throws Exception {
        return visitor.send(visitor.request("/v1/records")
                .header("Authorization", "Bearer " + token)
                .POST(BodyPublishers.ofString(payload)));
    }

    private HttpResponse<String> upload(String token, String type, String body) throws Exception {
        return visitor.send(visitor.request("/certificate")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(body)));
    }

    private static void assertRefused(int status, String sentence, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer::body);
        assertTrue(answer.body().contains(sentence), answer::body);
        assertTrue(answer.body().contains("urn:sealpost:problem:"), answer::body);
    }
}
