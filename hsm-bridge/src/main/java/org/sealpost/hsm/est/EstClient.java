package org.sealpost.hsm.est;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Asks an EST server, once for each call; each has its own connection. Blocks, for the server's deadline at most.
/// Redirects are not followed: a password or a request would go to somebody the owner did not name.
public final class EstClient {
    private final EstServer server;
    private final EstIdentity identity;
    private final Clock clock;

    public EstClient(EstServer server, EstIdentity identity, Clock clock) {
        this.server = server;
        this.identity = identity;
        this.clock = clock;
    }

    /// The CA certificates that the server distributes, at most 32. For information: who is trusted says the owner.
    public List<X509Certificate> caCertificates() throws EstFailed {
        HttpResponse<byte[]> answer = ask("cacerts", HttpRequest.newBuilder().GET());
        if (answer.statusCode() != 200) {
            throw new EstFailed(server.base() + " gives no CA certificates: HTTP " + answer.statusCode());
        }
        return Certificates.read(answer.body());
    }

    /// Asks for a first certificate (simpleenroll).
    ///
    /// @param request PKCS#10, DER, of the key `spki`
    /// @throws EstFailed if there is no answer, or one that must not be used
    public EstOutcome enrol(byte[] request, byte[] spki) throws EstFailed {
        return outcome("simpleenroll", request, spki);
    }

    /// Asks for the next certificate (simplereenroll), with the same subject and names as the one before.
    public EstOutcome reenrol(byte[] request, byte[] spki) throws EstFailed {
        return outcome("simplereenroll", request, spki);
    }

    private EstOutcome outcome(String operation, byte[] request, byte[] spki) throws EstFailed {
        String body = Base64.getMimeEncoder().encodeToString(request);
        HttpResponse<byte[]> answer = ask(
                operation,
                HttpRequest.newBuilder()
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .header("Content-Type", "application/pkcs10")
                        .header("Content-Transfer-Encoding", "base64"));
        int status = answer.statusCode();
        if (status == 200) {
            return Certificates.issued(Certificates.read(answer.body()), spki, server.owners(), clock.instant());
        }
        if (status == 202 || status == 503) {
            return new EstOutcome.Later(RetryAfter.read(answer.headers().firstValue("Retry-After"), clock.instant()));
        }
        if (status >= 400 && status < 500) {
            return new EstOutcome.Refused(status, words(answer.body()));
        }
        throw new EstFailed(server.base() + " answers with HTTP " + status + ": " + words(answer.body()));
    }

    private HttpResponse<byte[]> ask(String operation, HttpRequest.Builder unaddressed) throws EstFailed {
        URI address = server.operation(operation);
        HttpRequest.Builder addressed = unaddressed.uri(address).timeout(server.deadline());
        if (identity instanceof EstIdentity.Password(String name, char[] password)) {
            addressed.header("Authorization", basic(name, password));
        }
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(server.deadline())
                .sslContext(tls())
                .build();
        try {
            CompletableFuture<HttpResponse<byte[]>> sent = client.sendAsync(
                    addressed.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), server.maxBytes()));
            HttpResponse<byte[]> answer = sent.get(server.deadline().toNanos(), TimeUnit.NANOSECONDS);
            if (answer.statusCode() / 100 == 3) {
                String elsewhere = answer.headers().firstValue("Location").orElse("somewhere else");
                throw new EstFailed(address + " sends us to " + elsewhere
                        + ", and redirects are not followed: give that address, if it is right");
            }
            return answer;
        } catch (ExecutionException failed) {
            throw new EstFailed(Reasons.of(address, failed.getCause()), failed.getCause());
        } catch (TimeoutException slow) {
            throw new EstFailed(address + " has not given its whole answer within "
                    + server.deadline().toMillis() + " ms");
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new EstFailed("interrupted while waiting for " + address, stop);
        } finally {
            // Whatever is still under way, and its connection.
            client.shutdownNow();
        }
    }

    private SSLContext tls() throws EstFailed {
        try {
            KeyStore owners = KeyStore.getInstance("PKCS12");
            owners.load(null, null);
            for (X509Certificate owner : server.owners()) {
                owners.setCertificateEntry("owner-" + owners.size(), owner);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(owners);
            KeyManager[] keys = identity instanceof EstIdentity.Certificate certificate
                    ? new KeyManager[] {new TokenTls(certificate)}
                    : new KeyManager[0];
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new EstFailed("the owner's CA certificates cannot be used: " + e.getMessage(), e);
        }
    }

    private static String basic(String name, char[] password) {
        ByteBuffer secret = StandardCharsets.UTF_8.encode(CharBuffer.wrap(password));
        byte[] user = (name + ":").getBytes(StandardCharsets.UTF_8);
        byte[] both = Arrays.copyOf(user, user.length + secret.remaining());
        try {
            System.arraycopy(secret.array(), secret.arrayOffset(), both, user.length, secret.remaining());
            return "Basic " + Base64.getEncoder().encodeToString(both);
        } finally {
            Arrays.fill(secret.array(), (byte) 0);
            Arrays.fill(both, (byte) 0);
        }
    }

    /// What can be shown of a server's words.
    private static String words(byte[] body) {
        String text = new String(body, 0, Math.min(body.length, 1200), StandardCharsets.UTF_8);
        String plain = text.replaceAll("[^\\p{Print}\\p{L}]+", " ")
                .replaceAll(" +", " ")
                .strip();
        return plain.isEmpty() ? "without a word" : plain.substring(0, Math.min(plain.length(), 300));
    }
}
