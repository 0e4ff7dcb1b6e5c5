package org.sealpost.hsm.est;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.util.CollectionStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.hsm.TestCa;

/// A server under the owner's CA that answers as no server should.
class HostileServerTest {
    private interface Answer {
        void to(HttpExchange exchange) throws Exception;
    }

    private final AtomicReference<Answer> answer = new AtomicReference<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private TestCa ca;
    private KeyPair key;
    private HttpsServer server;

    @BeforeEach
    void start() throws Exception {
        ca = TestCa.create("the owner's CA");
        key = TestCa.newPair();
        KeyPair tls = TestCa.newPair();
        Instant now = Instant.now();
        serve(ca.issueForLocalhost(tls.getPublic().getEncoded(), now.minusSeconds(60), now.plusSeconds(3600)), tls);
    }

    private void serve(byte[] certificate, KeyPair tls) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("tls", tls.getPrivate(), new char[0], new Certificate[] {parsed(certificate)});
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            try (exchange) {
                answer.get().to(exchange);
            } catch (IOException gone) {
                // The client has had enough.
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
    }

    @Test
    void redirectsAreNotFollowed() {
        for (int status : new int[] {301, 302, 303, 307, 308}) {
            asked.set(0);
            answer.set(exchange -> {
                exchange.getResponseHeaders().set("Location", "/.well-known/est/else\u009bwhere");
                exchange.sendResponseHeaders(status, -1);
            });
            var failed = assertThrows(EstFailed.class, this::enrol);
            assertTrue(failed.getMessage().contains("redirects are not followed"), failed.getMessage());
            assertTrue(failed.getMessage().chars().noneMatch(Character::isISOControl), failed.getMessage());
            assertEquals(1, asked.get());
        }
    }

    @Test
    void anAnswerWithoutAnEndIsCutOff() {
        answer.set(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] block = new byte[8192];
            java.util.Arrays.fill(block, (byte) 'A');
            while (over.getCount() > 0) {
                exchange.getResponseBody().write(block);
            }
        });
        var failed = assertThrows(EstFailed.class, this::enrol);
        assertTrue(failed.getMessage().contains("more than is taken"), failed.getMessage());
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() {
        answer.set(exchange -> over.await());
        var failed = assertThrows(
                EstFailed.class, () -> client(Duration.ofSeconds(2)).enrol(request(), spki()));
        assertTrue(failed.getMessage().contains("answer"), failed.getMessage());
    }

    /// A byte now and then keeps each read short, and never ends.
    @Test
    void aServerThatDripsIsGivenUp() {
        answer.set(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            while (!over.await(100, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                exchange.getResponseBody().write('A');
                exchange.getResponseBody().flush();
            }
        });
        var failed = assertThrows(
                EstFailed.class, () -> client(Duration.ofSeconds(2)).enrol(request(), spki()));
        assertTrue(
                failed.getMessage().contains("within 2000 ms")
                        || failed.getMessage().contains("in time"),
                failed.getMessage());
    }

    @Test
    void nonsenseIsNoCertificate() throws Exception {
        for (String body :
                List.of("", "!!!", "<html>", "MIIB", Base64.getEncoder().encodeToString(ca.certificate()))) {
            answer.set(exchange -> send(exchange, 200, body));
            assertThrows(EstFailed.class, this::enrol, body);
            assertThrows(
                    EstFailed.class,
                    () -> client(Duration.ofMinutes(2)).caCertificates().getFirst(),
                    body);
        }
    }

    @Test
    void aCertificateOfAnotherKeyOrCaOrTimeIsNotTaken() throws Exception {
        Instant now = Instant.now();
        byte[] others = TestCa.newPair().getPublic().getEncoded();
        byte[] good = ca.issue("box", spki(), now.minusSeconds(60), now.plusSeconds(600));
        TestCa another = TestCa.create("the owner's CA");
        assertTakenNot(ca.issue("box", others, now.minusSeconds(60), now.plusSeconds(600)), "another key");
        assertTakenNot(another.issue("box", spki(), now.minusSeconds(60), now.plusSeconds(600)), "not under");
        assertTakenNot(ca.issue("box", spki(), now.minusSeconds(600), now.minusSeconds(60)), "clock");
        assertTakenNot(ca.issue("box", spki(), now.plusSeconds(600), now.plusSeconds(6000)), "clock");
        answer.set(exchange -> send(exchange, 200, certsOnly(good)));
        assertInstanceOf(EstOutcome.Issued.class, enrol());
    }

    @Test
    void theTimeToAskAgainHasBounds() throws Exception {
        for (var said : List.of("600", "0", "-5", "999999999", "99999999999999999999", "soon", "")) {
            answer.set(exchange -> {
                if (!said.isEmpty()) {
                    exchange.getResponseHeaders().set("Retry-After", said);
                }
                exchange.sendResponseHeaders(202, -1);
            });
            Duration again = assertInstanceOf(EstOutcome.Later.class, enrol()).retryAfter();
            Duration expected = switch (said) {
                case "600" -> Duration.ofSeconds(600);
                case "0" -> RetryAfter.SHORTEST;
                case "999999999", "99999999999999999999" -> RetryAfter.LONGEST;
                default -> RetryAfter.UNSAID;
            };
            assertEquals(expected, again, said);
        }
    }

    @Test
    void thePasswordGoesToTheServerAndIntoNoMessage() throws Exception {
        AtomicReference<String> given = new AtomicReference<>();
        answer.set(exchange -> {
            given.set(exchange.getRequestHeaders().getFirst("Authorization"));
            send(exchange, 401, "who \u0007 are you?\n");
        });
        var client = new EstClient(
                server(Duration.ofMinutes(2)),
                new EstIdentity.Password("box", "s3cr\u00e9t".toCharArray()),
                Clock.systemUTC());
        var refused = assertInstanceOf(EstOutcome.Refused.class, client.enrol(request(), spki()));
        assertEquals(new EstOutcome.Refused(401, "who are you?"), refused);
        String expected = Base64.getEncoder().encodeToString("box:s3cr\u00e9t".getBytes(StandardCharsets.UTF_8));
        assertEquals("Basic " + expected, given.get());
        assertFalse(new EstIdentity.Password("box", "s3cret".toCharArray())
                .toString()
                .contains("s3cret"));
    }

    @Test
    void nobodyThereIsSaidPlainly() throws Exception {
        EstServer gone = server(Duration.ofMinutes(2));
        server.stop(0);
        var client = new EstClient(gone, new EstIdentity.Unknown(), Clock.systemUTC());
        var failed = assertThrows(EstFailed.class, () -> client.enrol(request(), spki()));
        assertTrue(failed.getMessage().contains("cannot be reached"), failed.getMessage());
    }

    @Test
    void moreCertificatesThanAnybodyNeedsAreNotRead() throws Exception {
        List<X509CertificateHolder> many = new ArrayList<>();
        for (int i = 0; i < 33; i++) {
            many.add(new X509CertificateHolder(TestCa.create("ca " + i).certificate()));
        }
        answer.set(exchange -> send(exchange, 200, certsOnly(many)));
        var failed = assertThrows(EstFailed.class, this::enrol);
        assertTrue(failed.getMessage().contains("more than 32 certificates"), failed.getMessage());
    }

    @Test
    void anotherHostUnderTheSameCaIsNotAsked() throws Exception {
        server.stop(0);
        KeyPair tls = TestCa.newPair();
        Instant now = Instant.now();
        serve(ca.issue("elsewhere", tls.getPublic().getEncoded(), now.minusSeconds(60), now.plusSeconds(3600)), tls);
        var failed = assertThrows(EstFailed.class, this::enrol);
        assertTrue(failed.getMessage().contains("that of another host"), failed.getMessage());
        assertEquals(0, asked.get());
    }

    @Test
    void whatIsNoRequestOfTheKeyIsNotSent() throws Exception {
        byte[] another = TestCa.newPair().getPublic().getEncoded();
        var client = client(Duration.ofMinutes(2));
        assertThrows(IllegalArgumentException.class, () -> client.enrol(new byte[1], spki()));
        assertThrows(IllegalArgumentException.class, () -> client.enrol(request(), another));
        assertEquals(0, asked.get());
    }

    private void assertTakenNot(byte[] certificate, String why) throws Exception {
        answer.set(exchange -> send(exchange, 200, certsOnly(certificate)));
        var failed = assertThrows(EstFailed.class, this::enrol);
        assertTrue(failed.getMessage().contains(why), failed.getMessage());
    }

    private static String certsOnly(byte[] certificate) throws Exception {
        return certsOnly(List.of(new X509CertificateHolder(certificate)));
    }

    private static String certsOnly(List<X509CertificateHolder> certificates) throws Exception {
        var generator = new CMSSignedDataGenerator();
        generator.addCertificates(new CollectionStore<>(certificates));
        return Base64.getMimeEncoder()
                .encodeToString(generator.generate(new CMSAbsentContent()).getEncoded());
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private EstOutcome enrol() throws Exception {
        return client(Duration.ofMinutes(2)).enrol(request(), spki());
    }

    private byte[] request() throws Exception {
        return IssuedCertificateTest.request(key, "box");
    }

    private byte[] spki() {
        return key.getPublic().getEncoded();
    }

    private EstClient client(Duration deadline) throws Exception {
        return new EstClient(server(deadline), new EstIdentity.Unknown(), Clock.systemUTC());
    }

    private EstServer server(Duration deadline) throws Exception {
        URI address = URI.create("https://localhost:" + server.getAddress().getPort());
        return new EstServer(address, List.of(parsed(ca.certificate())), deadline, 256 * 1024);
    }

    private static X509Certificate parsed(byte[] der) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }
}
