package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SelfSignedCertificate;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class BoxPagesTest {
    private RunningPages pages;

    @BeforeEach
    void start() throws Exception {
        pages = RunningPages.start();
    }

    @AfterEach
    void stop() throws Exception {
        pages.close();
    }

    // --- who sees what

    @Test
    void withoutASessionHomeLeadsToTheLogin() throws Exception {
        for (var method : List.of("GET", "HEAD")) {
            var answer = pages.send(pages.request("/").method(method, BodyPublishers.noBody()));
            assertEquals(303, answer.statusCode());
            assertEquals("/login", header(answer, "location"));
        }
        assertEquals(303, pages.get("/", "sealpost=made-up").statusCode());
        var state = pages.send(pages.request("/home/state"));
        assertEquals(403, state.statusCode());
        assertEquals("/login", header(state, "hx-redirect"));
        assertEquals("", state.body());
    }

    @Test
    void whoLogsInWithATokenSeesHome() throws Exception {
        var form = pages.send(pages.request("/login"));
        assertEquals(200, form.statusCode());
        assertGuarded(form);

        var answer = pages.send(pages.form("/login", "token=" + RunningPages.TOKEN));
        assertEquals(303, answer.statusCode());
        assertEquals("/", header(answer, "location"));
        var cookie = header(answer, "set-cookie");
        assertTrue(
                cookie.matches("sealpost=[A-Za-z0-9_-]{43}; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"), cookie);

        var home = pages.get("/", RunningPages.cookie(answer));
        assertEquals(200, home.statusCode());
        assertGuarded(home);
        assertEquals("no-store", header(home, "cache-control"));
        for (var said : List.of("All is well", RunningPages.CLIENT, "1,204,333", "port-7/27bc0270", "proves nothing")) {
            assertTrue(home.body().contains(said), () -> said + " is not in " + home.body());
        }
        var state = pages.get("/home/state", RunningPages.cookie(answer));
        assertTrue(state.body().startsWith("<title>"), state.body());
        assertGuarded(state);
        assertEquals("/", header(pages.get("/login", RunningPages.cookie(answer)), "location"));
    }

    @Test
    void aTokenMayBePastedWithSpacesAroundIt() throws Exception {
        assertEquals(
                303,
                pages.send(pages.form("/login", "token=+" + RunningPages.TOKEN + "%0A"))
                        .statusCode());
    }

    @Test
    void aLoginThatTheBoxCannotJudgeIsAnsweredAllTheSame() throws Exception {
        var answer = pages.send(pages.form("/login", "token=" + RunningPages.BREAKING_TOKEN));
        assertEquals(500, answer.statusCode());
        assertTrue(answer.body().contains("This page could not be made"), answer::body);
    }

    @Test
    void logoutEndsTheSession() throws Exception {
        var cookie = pages.login();
        var answer = pages.send(pages.form("/logout", "").header("Cookie", cookie));
        assertEquals("/login", header(answer, "location"));
        assertTrue(header(answer, "set-cookie").startsWith("sealpost=; Path=/; Max-Age=0"));
        assertEquals(303, pages.get("/", cookie).statusCode());
    }

    @Test
    void aSessionEndsByRunningTime() throws Exception {
        var cookie = pages.login();
        pages.nanos.addAndGet(Sessions.LIFE.toNanos() - 1);
        assertEquals(200, pages.get("/", cookie).statusCode());
        pages.nanos.addAndGet(1);
        assertEquals(303, pages.get("/", cookie).statusCode());
    }

    // --- who is refused

    @Test
    void aWrongTokenIsAnsweredWithOneSentence() throws Exception {
        for (var form : List.of("token=guessed-it", "token=", "", "&&=&", "token=%C3%28")) {
            pages.nanos.addAndGet(Duration.ofHours(1).toNanos());
            var answer = pages.send(pages.form("/login", form));
            assertEquals(403, answer.statusCode());
            assertTrue(answer.body().contains("This box knows no such token; enter the token of one of its clients"));
            assertFalse(answer.body().contains("guessed-it"));
            assertTrue(answer.headers().firstValue("set-cookie").isEmpty());
            assertGuarded(answer);
        }
    }

    @Test
    void whoIsWrongTooOftenHasToWaitEvenWithTheRightToken() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertEquals(403, pages.send(pages.form("/login", "token=guess")).statusCode());
        }
        var answer = pages.send(pages.form("/login", "token=" + RunningPages.TOKEN));
        assertEquals(429, answer.statusCode());
        assertEquals("20", header(answer, "retry-after"));
        assertTrue(answer.body().contains("try again in 20 seconds"));
        pages.nanos.addAndGet(Duration.ofSeconds(20).toNanos());
        assertEquals(
                303,
                pages.send(pages.form("/login", "token=" + RunningPages.TOKEN)).statusCode());
    }

    @Test
    void aFormOfAnotherSiteIsNotLookedAt() throws Exception {
        var body = "token=" + RunningPages.TOKEN;
        var own = pages.url().toString();
        assertEquals(403, statusFor(body, "Sec-Fetch-Site", "cross-site"));
        assertEquals(403, statusFor(body, "Sec-Fetch-Site", "same-site"));
        assertEquals(403, statusFor(body, "Sec-Fetch-Site", "none"));
        assertEquals(403, statusFor(body, "Origin", "https://elsewhere.example"));
        assertEquals(403, statusFor(body, "Origin", own + "0"));
        assertEquals(403, statusFor(body, "Origin", "null"));
        assertEquals(403, pages.send(pages.foreignForm("/login", body)).statusCode());
        assertEquals(303, statusFor(body, "Origin", own));
        var cookie = pages.login();
        assertEquals(
                403,
                pages.send(pages.foreignForm("/logout", "").header("Cookie", cookie))
                        .statusCode());
        assertEquals(200, pages.get("/", cookie).statusCode());
    }

    private int statusFor(String body, String header, String value) throws Exception {
        return pages.send(pages.foreignForm("/login", body).header(header, value))
                .statusCode();
    }

    @Test
    void aFormThatIsNoneIsRefusedWithWhatToDo() throws Exception {
        var large = pages.send(pages.form("/login", "token=" + "x".repeat(5000)));
        assertEquals(413, large.statusCode());
        var other = pages.send(pages.request("/login")
                .header("Sec-Fetch-Site", "same-origin")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{}")));
        assertEquals(415, other.statusCode());
        var encoded = pages.send(pages.form("/login", "token=%zz"));
        assertEquals(400, encoded.statusCode());
        for (var answer : List.of(large, other, encoded)) assertGuarded(answer);
    }

    @Test
    void whatAPathDoesNotTakeIsSaid() throws Exception {
        var answer = pages.send(pages.form("/", ""));
        assertEquals(405, answer.statusCode());
        assertEquals("GET, HEAD", header(answer, "allow"));
        assertEquals("POST", header(pages.send(pages.request("/logout")), "allow"));
        assertEquals(404, pages.send(pages.request("/assets/0000/no.css")).statusCode());
    }

    // --- what pages are made of

    @Test
    void assetsAreOpenAndMayBeKept() throws Exception {
        var page = pages.send(pages.request("/login")).body();
        var path = page.replaceAll("(?s).*href=\"(/assets/[^\"]*css)\".*", "$1");
        var asset = pages.send(pages.request(path));
        assertEquals(200, asset.statusCode());
        assertEquals("public, max-age=31536000, immutable", header(asset, "cache-control"));
        assertEquals("nosniff", header(asset, "x-content-type-options"));
        var head = pages.send(pages.request(path).method("HEAD", BodyPublishers.noBody()));
        assertEquals("", head.body());
        assertEquals(header(asset, "content-length"), header(head, "content-length"));
    }

    @Test
    void whatABoxSaysIsTextAndNeverHtml() throws Exception {
        pages.box.parts = List.of(new HealthView.Part(
                "relay <b>", false, "<script>alert(1)</script>", "\"><img src=x>", Optional.empty()));
        var home = pages.get("/", pages.login()).body();
        assertFalse(home.contains("<script>alert"), home);
        assertFalse(home.contains("<img src=x>"), home);
        assertTrue(home.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), home);
    }

    @Test
    void aPageThatCannotBeMadeSaysNothingOfTheInside() throws Exception {
        pages.box.broken = true;
        var answer = pages.get("/", pages.login());
        assertEquals(500, answer.statusCode());
        assertFalse(answer.body().contains("segment"), answer.body());
        assertGuarded(answer);
    }

    /// In both versions of HTTP that TLS may agree on.
    @Test
    void overTlsTheCookieIsBoundToThisHost() throws Exception {
        var certificate = SelfSignedCertificate.create("127.0.0.1");
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustingAll()}, new SecureRandom());
        try {
            for (boolean http2 : new boolean[] {false, true}) {
                var options = new HttpServerOptions()
                        .setSsl(true)
                        .setUseAlpn(http2)
                        .setKeyCertOptions(certificate.keyCertOptions());
                var http = HttpClient.newBuilder().sslContext(context).build();
                try (var secure = RunningPages.start(options, http)) {
                    assertBound(secure, http2 ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1);
                }
            }
        } finally {
            certificate.delete();
        }
    }

    private static void assertBound(RunningPages secure, HttpClient.Version version) throws Exception {
        var answer = secure.send(secure.foreignForm("/login", "token=" + RunningPages.TOKEN)
                .header("Origin", secure.url().toString()));
        assertEquals(version, answer.version());
        var cookie = header(answer, "set-cookie");
        assertTrue(cookie.startsWith("__Host-sealpost="), cookie);
        assertTrue(cookie.endsWith("; HttpOnly; SameSite=Strict; Secure"), cookie);
        assertEquals(200, secure.get("/", RunningPages.cookie(answer)).statusCode());
        assertEquals(405, secure.send(secure.form("/", "")).statusCode());
        var plain = RunningPages.cookie(answer).replace("__Host-", "");
        assertEquals(303, secure.get("/", plain).statusCode());
    }

    private static void assertGuarded(HttpResponse<String> answer) {
        assertTrue(header(answer, "content-security-policy").startsWith("default-src 'none'"));
        assertEquals("no-referrer", header(answer, "referrer-policy"));
        assertEquals("nosniff", header(answer, "x-content-type-options"));
        assertFalse(answer.body().contains(" style="), answer.body());
        assertFalse(answer.body().matches("(?s).*<script>.*"), answer.body());
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElseThrow(() -> new AssertionError("no " + name + " in " + answer));
    }

    /// For a certificate that was made a moment ago for this test.
    private static final class TrustingAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
