package org.sealpost.admin;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.sealpost.merkle.Hash;

/// Who is logged in, by the cookie of a browser. In memory alone: a restart logs everybody out.
///
/// The box keeps hashes of the ids, so what it has in memory logs nobody in. Sessions end by running time,
/// since the clock may be wrong, and the oldest ends where there are too many. Any thread, no lock held.
final class Sessions {
    static final Duration LIFE = Duration.ofHours(12);

    /// One that comes over TLS is bound to this host by its prefix, and is never sent without TLS.
    private static final String SECURE_COOKIE = "__Host-sealpost";

    private static final String PLAIN_COOKIE = "sealpost";
    private static final int ID_BYTES = 32;

    private final LongSupplier nanoTime;
    private final SecureRandom random;
    private final int max;

    private final Map<Hash, Open> open = new ConcurrentHashMap<>();

    private record Open(Session session, long sinceNanos) {}

    /// @param nanoTime running time
    /// @param max      sessions at once
    Sessions(LongSupplier nanoTime, SecureRandom random, int max) {
        this.nanoTime = nanoTime;
        this.random = random;
        this.max = max;
    }

    /// The session that the request's cookie names.
    Optional<Session> of(HttpServerRequest request) {
        return cookie(request).flatMap(this::find);
    }

    /// Opens a session; what to answer as `set-cookie`.
    String begin(HttpServerRequest request, Session session) {
        return setCookie(request, open(session), LIFE);
    }

    /// Ends the session that the request's cookie names, if any; what to answer as `set-cookie`.
    String end(HttpServerRequest request) {
        cookie(request).ifPresent(id -> open.remove(hash(id)));
        return setCookie(request, "", Duration.ZERO);
    }

    /// @return its id, which is in the browser's cookie and nowhere else
    String open(Session session) {
        var bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        var id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        long now = nanoTime.getAsLong();
        open.values().removeIf(other -> hasEnded(other, now));
        open.put(hash(id), new Open(session, now));
        while (open.size() > max) endOldest(now);
        return id;
    }

    Optional<Session> find(String id) {
        return Optional.ofNullable(open.get(hash(id)))
                .filter(found -> !hasEnded(found, nanoTime.getAsLong()))
                .map(Open::session);
    }

    private void endOldest(long now) {
        open.entrySet().stream()
                .max(Comparator.comparingLong(other -> now - other.getValue().sinceNanos))
                .ifPresent(oldest -> open.remove(oldest.getKey(), oldest.getValue()));
    }

    private static boolean hasEnded(Open session, long now) {
        return now - session.sinceNanos >= LIFE.toNanos();
    }

    private static String name(HttpServerRequest request) {
        return request.isSSL() ? SECURE_COOKIE : PLAIN_COOKIE;
    }

    private static Optional<String> cookie(HttpServerRequest request) {
        return Optional.ofNullable(request.getCookie(name(request))).map(Cookie::getValue);
    }

    private static String setCookie(HttpServerRequest request, String id, Duration age) {
        return name(request) + "=" + id + "; Path=/; Max-Age=" + age.toSeconds() + "; HttpOnly; SameSite=Strict"
                + (request.isSSL() ? "; Secure" : "");
    }

    private static Hash hash(String id) {
        try {
            return Hash.of(MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
