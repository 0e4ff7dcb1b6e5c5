package org.sealpost.ota.tuf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/// A repository on any HTTPS server. Redirects are followed from https to https only; each wait has an end.
public final class HttpsRepository implements Repository, AutoCloseable {
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> GONE = Set.of(404, 410);
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

    private final URI base;
    private final HttpLimits limits;
    private final Set<String> schemes;
    private final HttpClient client;

    private HttpsRepository(URI base, Optional<String> authorities, HttpLimits limits, Set<String> schemes) {
        this.base = base.toString().endsWith("/") ? base : URI.create(base + "/");
        this.limits = limits;
        this.schemes = schemes;
        if (!isServer(base)) throw new IllegalArgumentException(base + " is not the https address of a folder");
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(limits.connect());
        authorities.map(Authorities::trusting).ifPresent(builder::sslContext);
        this.client = builder.build();
    }

    /// @param base        the folder that holds `metadata/`
    /// @param authorities certificates in PEM, the only ones then trusted; none: those of the Java runtime
    /// @throws IllegalArgumentException with a sentence, if it is not an https address or not PEM
    public static HttpsRepository at(URI base, Optional<String> authorities, HttpLimits limits) {
        return new HttpsRepository(base, authorities, limits, Set.of("https"));
    }

    static HttpsRepository withPlainHttpForTestsOnly(URI base, HttpLimits limits) {
        return new HttpsRepository(base, Optional.empty(), limits, Set.of("https", "http"));
    }

    @Override
    public byte[] fetch(String path, int maxLength) throws IOException {
        var uri = Paths.below(base, path);
        long end = System.nanoTime() + limits.small().toNanos();
        try (var answer = ask(uri, 0)) {
            answer.expect(200, maxLength);
            var content = new ByteArrayOutputStream();
            while (true) {
                switch (answer.next(Duration.ofNanos(end - System.nanoTime()))) {
                    case BodyChunks.Chunk.Bytes(var buffers) -> {
                        for (var buffer : buffers) append(content, buffer);
                        if (content.size() > maxLength) throw new TooMuch(path, maxLength);
                    }
                    case BodyChunks.Chunk.End() -> {
                        return content.toByteArray();
                    }
                    case BodyChunks.Chunk.Broken(var cause) -> throw answer.broken(cause);
                    case BodyChunks.Chunk.Late() ->
                        throw new Unreachable(uri + " is not there whole after "
                                + limits.small().toSeconds() + " s");
                }
            }
        }
    }

    @Override
    public void fetchInto(String path, Path file, long length, Progress progress) throws IOException {
        try (var part = Part.open(file, length)) {
            progress.at(part.size());
            if (part.size() < length) {
                var uri = Paths.below(base, path);
                try (var answer = askFor(uri, path, part, length)) {
                    receive(answer, path, part, length, progress);
                }
            }
            part.force();
        }
    }

    /// An answer whose body goes on where the part ends. A server that knows no ranges sends the whole: then
    /// the part begins anew, as it does where the server says that nothing lies behind what we have.
    private Answer askFor(URI uri, String path, Part part, long length) throws IOException {
        var answer = ask(uri, part.size());
        if (part.size() > 0 && answer.status() != 206 && answer.status() != 200) {
            try (var other = answer) {
                boolean unsatisfiable = other.status() == 416;
                if (!unsatisfiable) other.expect(206, length);
            }
            part.restart();
            answer = ask(uri, 0);
        }
        try {
            if (answer.status() == 206) {
                answer.expectRange(path, part.size(), length);
            } else {
                part.restart();
                answer.expect(200, length);
            }
            return answer;
        } catch (IOException refused) {
            answer.close();
            throw refused;
        }
    }

    private void receive(Answer answer, String path, Part part, long length, Progress progress) throws IOException {
        var pace = new Pace(limits);
        while (true) {
            switch (answer.next(pace.remaining())) {
                case BodyChunks.Chunk.Bytes(var buffers) -> {
                    for (var buffer : buffers) {
                        if (part.size() + buffer.remaining() > length) throw new TooMuch(path, length);
                        pace.came(buffer.remaining());
                        part.append(buffer);
                    }
                    progress.at(part.size());
                }
                case BodyChunks.Chunk.End() -> {
                    if (part.size() == length) return;
                    if (answer.statesLength()) throw new TooLittle(path, length);
                    throw new Unreachable(answer.uri + " ends after " + part.size() + " of " + length + " bytes");
                }
                case BodyChunks.Chunk.Broken(var cause) -> throw answer.broken(cause);
                case BodyChunks.Chunk.Late() -> {}
            }
            if (!pace.isKept()) {
                throw new Unreachable(answer.uri + " is too slow: less than " + limits.leastRate() + " bytes in "
                        + limits.window().toSeconds() + " s");
            }
        }
    }

    /// The first answer that is no redirect.
    private Answer ask(URI uri, long from) throws IOException {
        URI at = uri;
        for (int hops = 0; hops <= limits.redirects(); hops++) {
            var answer = send(at, from);
            if (!REDIRECTS.contains(answer.status())) return answer;
            answer.close();
            at = answer.redirect();
        }
        throw new Unreachable(uri + " redirects more than " + limits.redirects() + " times");
    }

    private Answer send(URI uri, long from) throws IOException {
        var request = HttpRequest.newBuilder(uri).header("Accept-Encoding", "identity");
        if (from > 0) request.header("Range", "bytes=" + from + "-");
        var pending = begin(uri, request.build());
        try {
            var response = pending.get(limits.answer().toNanos(), TimeUnit.NANOSECONDS);
            return new Answer(uri, response);
        } catch (TimeoutException late) {
            pending.cancel(true);
            throw new Unreachable(
                    uri + " does not answer within " + limits.answer().toSeconds() + " s", late);
        } catch (ExecutionException failed) {
            throw new Unreachable(uri + " cannot be reached: " + reason(failed.getCause()), failed.getCause());
        } catch (InterruptedException stop) {
            pending.cancel(true);
            throw interrupted();
        }
    }

    private CompletableFuture<HttpResponse<BodyChunks>> begin(URI uri, HttpRequest request) throws Unreachable {
        try {
            return client.sendAsync(request, head -> new BodyChunks());
        } catch (IllegalArgumentException noAddress) {
            throw new Unreachable(uri + " cannot be reached: " + noAddress.getMessage(), noAddress);
        }
    }

    private boolean isServer(URI uri) {
        return uri.getScheme() != null
                && schemes.contains(uri.getScheme())
                && uri.getHost() != null
                && uri.getUserInfo() == null
                && uri.getFragment() == null
                && uri.getQuery() == null;
    }

    private static void append(ByteArrayOutputStream content, ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        content.writeBytes(bytes);
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("stopped while waiting for a server");
    }

    /// The client wraps what happened, often without a word.
    private static String reason(Throwable cause) {
        return switch (cause) {
            case HttpConnectTimeoutException late -> "no connection in time";
            case ConnectException none
            when none.getCause() instanceof UnresolvedAddressException -> "its name is not known";
            case ConnectException none -> "no connection";
            case SSLException tls -> "its certificate or TLS is not accepted: " + tls.getMessage();
            default -> cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        };
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    /// One answer, whose body must be taken or cancelled.
    private final class Answer implements AutoCloseable {
        private final URI uri;
        private final HttpResponse<BodyChunks> response;

        private Answer(URI uri, HttpResponse<BodyChunks> response) {
            this.uri = uri;
            this.response = response;
        }

        int status() {
            return response.statusCode();
        }

        void expect(int status, long maxLength) throws IOException {
            if (GONE.contains(status())) throw new NotThere(uri.toString());
            if (status() != status) throw new Unreachable(uri + " answers with status " + status());
            if (statedLength() > maxLength) throw new TooMuch(uri.toString(), maxLength);
        }

        void expectRange(String path, long from, long length) throws IOException {
            var range = CONTENT_RANGE.matcher(header("Content-Range").orElse(""));
            if (!range.matches() || Long.parseLong(range.group(1)) != from) {
                throw new Unreachable(uri + " answers with another range than from " + from);
            }
            if (!range.group(2).equals("*") && Long.parseLong(range.group(2)) > length) {
                throw new TooMuch(path, length);
            }
        }

        URI redirect() throws Unreachable {
            var to = header("Location").orElse("");
            try {
                var target = uri.resolve(to);
                boolean safe = schemes.contains(target.getScheme())
                        && (target.getScheme().equals("https")
                                || uri.getScheme().equals("http"));
                if (safe && target.getHost() != null) return target;
            } catch (IllegalArgumentException noAddress) {
                // As below.
            }
            throw new Unreachable(uri + " redirects to \"" + to + "\", which is not an https address");
        }

        BodyChunks.Chunk next(Duration patience) throws InterruptedIOException {
            try {
                return response.body().next(patience);
            } catch (InterruptedException stop) {
                throw interrupted();
            }
        }

        Unreachable broken(Throwable cause) {
            return new Unreachable(uri + " stopped in the middle: " + reason(cause), cause);
        }

        private long statedLength() throws Unreachable {
            try {
                return response.headers().firstValueAsLong("Content-Length").orElse(0);
            } catch (NumberFormatException nonsense) {
                throw new Unreachable(uri + " states a length that is no number", nonsense);
            }
        }

        /// Whether the end of the body is the end of the file. Without a stated length it may be a
        /// connection's.
        boolean statesLength() {
            return header("Content-Length").isPresent();
        }

        private Optional<String> header(String name) {
            List<String> values = response.headers().allValues(name);
            return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
        }

        @Override
        public void close() {
            response.body().cancel();
        }
    }
}
