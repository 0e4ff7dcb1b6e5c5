package org.sealpost.admin;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.sealpost.merkle.Hash;

/// Who is logged in, by the cookie of a browser. In memory alone: a restart logs everybody out.
///
/// The box keeps hashes of the ids, so what it has in memory logs nobody in. Sessions end by running time, since the
/// clock may be wrong, and the oldest ends where there are too many. Any thread; holds its lock for a look into a map.
final class Sessions {
    static final Duration LIFE = Duration.ofHours(12);

    /// One that comes over TLS is bound to this host by its prefix, and is never sent without TLS.
    private static final String SECURE_COOKIE = "__Host-sealpost";

    private static final String PLAIN_COOKIE = "sealpost";
    private static final int ID_BYTES = 32;

    private final LongSupplier nanoTime;
    private final SecureRandom random;
    private final int max;

    // In the order in which they were opened, which is that in which they end.
    private final Map<Hash, Open> open = new LinkedHashMap<>();

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
        var bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        var id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        synchronized (open) {
            expire();
            while (open.size() >= max) open.remove(open.keySet().iterator().next());
            open.put(hash(id), new Open(session, nanoTime.getAsLong()));
        }
        return setCookie(request, id, LIFE);
    }

    /// Ends the session that the request's cookie names, if any; what to answer as `set-cookie`.
    String end(HttpServerRequest request) {
        cookie(request).ifPresent(id -> {
            synchronized (open) {
                open.remove(hash(id));
            }
        });
        return setCookie(request, "", Duration.ZERO);
    }

    /// Sessions that have not ended.
    int count() {
        synchronized (open) {
            expire();
            return open.size();
        }
    }

    private Optional<Session> find(String id) {
        synchronized (open) {
            expire();
            return Optional.ofNullable(open.get(hash(id))).map(Open::session);
        }
    }

    private void expire() {
        long now = nanoTime.getAsLong();
        for (Iterator<Open> oldest = open.values().iterator(); oldest.hasNext(); ) {
            if (now - oldest.next().sinceNanos < LIFE.toNanos()) return;
            oldest.remove();
        }
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
