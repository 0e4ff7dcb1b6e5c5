package org.sealpost.admin;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.HttpServerConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sealpost.archive.range.RangeExport;
import org.sealpost.archive.range.RangeSource;
import org.sealpost.archive.range.RangeStream;
import org.sealpost.capture.Problem;
import org.sealpost.control.Claim;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the owner takes a range of the log away, of a gateway that runs: one range file an answer, and a link to
/// the one that goes on behind it.
///
/// A reader may be slow: then the worker waits, and holds nothing but a chunk. One that goes away, or takes nothing
/// for a minute, is let go; the file that it has lacks its end, and no import takes it.
public final class ExportPages implements Handler<HttpServerRequest>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ExportPages.class);

    private static final String PATH = "/v1/export";
    private static final int AT_ONCE = 2;
    private static final int PIECE_BYTES = 64 << 10;

    /// A file is planned before its first byte is sent, and an idle connection is not kept for ever: what is not looked
    /// at by then comes with the next file.
    private static final Duration PLANNING = Duration.ofSeconds(30);

    private static final long USUAL_VOLUME_MIB = 256;
    private static final long MOST_VOLUME_MIB = RangeExport.MOST_VOLUME_BYTES >> 20;

    private static final Problem NOT_THE_OWNER = new Problem(
            403,
            "not-the-owner",
            "This is the owner's",
            "token",
            "the token that the claim of the box showed",
            "use the owner's token; a gateway that is no box of its own has no owner: stop it, and use sealpost export");
    private static final Problem NOT_ALLOWED =
            new Problem(405, "method-not-allowed", "This path does not take this method", "method", "GET", "use GET");
    private static final Problem WRONG = new Problem(
            400,
            "invalid-range",
            "The range that is asked for is none",
            "query",
            "from, to: entries; volume: MiB of a file, 1 to " + MOST_VOLUME_MIB + "; bodies: true or false",
            "do what the detail says");
    private static final Problem NOT_THERE = new Problem(
            404,
            "range-not-there",
            "These entries are not sealed, or not there",
            "from",
            "entries that are sealed",
            "do what the detail says");
    private static final Problem BUSY = new Problem(
            429,
            "too-many-exports",
            "As many exports run as may",
            "",
            AT_ONCE + " at once",
            "try again once one has ended");
    private static final Problem BROKEN = new Problem(
            500,
            "internal-error",
            "The log could not be read",
            "",
            "",
            "try again; if it stays, /readyz and the log say why");

    private final Function<HttpServerRequest, Optional<String>> client;
    private final Supplier<Optional<RangeSource>> source;
    private final Duration patience;
    private final WorkerExecutor workers;
    private final AtomicInteger running = new AtomicInteger();
    private final Set<HttpServerRequest> sending = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    /// @param client   whose token a request carries
    /// @param source   the log as it is now; empty as long as nothing is sealed
    /// @param patience how long a reader may take nothing
    public ExportPages(
            Vertx vertx,
            Function<HttpServerRequest, Optional<String>> client,
            Supplier<Optional<RangeSource>> source,
            Duration patience) {
        this.client = client;
        this.source = source;
        this.patience = patience;
        // An export lasts as long as its reader likes.
        this.workers = vertx.createSharedWorkerExecutor("exports", AT_ONCE, 7, TimeUnit.DAYS);
    }

    /// Whether this path is one of these pages'.
    public boolean serves(String path) {
        return path.equals(PATH);
    }

    @Override
    public void handle(HttpServerRequest request) {
        var who = client.apply(request);
        if (request.method() != HttpMethod.GET) Answer.closeAfter(request);
        request.resume();
        if (who.isEmpty()) {
            request.response().putHeader("www-authenticate", "Bearer realm=\"sealpost\"");
            Answer.problem(AdminHttp.NOT_AUTHENTICATED).writeTo(request);
        } else if (!who.get().equals(Claim.OWNER)) Answer.problem(NOT_THE_OWNER).writeTo(request);
        else if (request.method() != HttpMethod.GET) Answer.problem(NOT_ALLOWED).writeTo(request);
        else answer(request);
    }

    private void answer(HttpServerRequest request) {
        Asked asked;
        try {
            asked = Asked.read(request);
        } catch (IllegalArgumentException e) {
            Answer.problem(WRONG, String.valueOf(e.getMessage())).writeTo(request);
            return;
        }
        if (running.incrementAndGet() > AT_ONCE) {
            running.decrementAndGet();
            Answer.problem(BUSY).with("retry-after", "60").writeTo(request);
            return;
        }
        var response = request.response();
        workers.executeBlocking(() -> prepare(asked), false)
                .compose(prepared -> switch (prepared) {
                    case Prepared.Not(var answer) -> answer.writeTo(request);
                    case Prepared.Ready(var stream, long to) -> {
                        begin(response, asked, stream, to);
                        sending.add(request);
                        if (ended) cut(request);
                        yield workers.executeBlocking(
                                () -> {
                                    stream.writeTo(bytes -> send(response, bytes));
                                    return null;
                                },
                                false);
                    }
                })
                .onComplete(_ -> {
                    sending.remove(request);
                    running.decrementAndGet();
                })
                .onSuccess(_ -> {
                    if (!response.ended()) response.end();
                })
                .onFailure(e -> broken(request, e));
    }

    /// Ends those that run. A reader who takes nothing would hold the server up, which waits for what it has to send.
    @Override
    public void close() {
        ended = true;
        sending.forEach(ExportPages::cut);
    }

    /// At once, whatever was not sent yet: an orderly end would wait for it.
    private static void cut(HttpServerRequest request) {
        ((HttpServerConnection) request.connection()).channelHandlerContext().close();
    }

    /// @param to empty: all that are sealed
    private record Asked(long from, OptionalLong to, long volumeMib, boolean bodies) {
        static Asked read(HttpServerRequest request) {
            var from = number(request, "from");
            var to = number(request, "to");
            long volume = number(request, "volume").orElse(USUAL_VOLUME_MIB);
            if (volume < 1 || volume > MOST_VOLUME_MIB) {
                throw new IllegalArgumentException(
                        "volume is " + volume + " MiB; 1 to " + MOST_VOLUME_MIB + " is allowed.");
            }
            if (to.isPresent() && to.getAsLong() <= from.orElse(0)) {
                throw new IllegalArgumentException("to is the entry behind the last one, and above from.");
            }
            var bodies = Optional.ofNullable(request.getParam("bodies")).orElse("true");
            if (!bodies.equals("true") && !bodies.equals("false")) {
                throw new IllegalArgumentException("bodies is true or false.");
            }
            return new Asked(from.orElse(0), to, volume, bodies.equals("true"));
        }

        private static OptionalLong number(HttpServerRequest request, String name) {
            var text = request.getParam(name);
            if (text == null) return OptionalLong.empty();
            if (!text.matches("0|[1-9][0-9]{0,17}")) {
                throw new IllegalArgumentException(name + " is a whole number, such as 0 or 123456.");
            }
            return OptionalLong.of(Long.parseLong(text));
        }

        String next(long from, long to) {
            return PATH + "?from=" + from + "&to=" + to + "&volume=" + volumeMib + "&bodies=" + bodies;
        }
    }

    private sealed interface Prepared {
        record Not(Answer answer) implements Prepared {}

        /// @param to behind the last entry that is wanted
        record Ready(RangeStream stream, long to) implements Prepared {}
    }

    private Prepared prepare(Asked asked) throws IOException {
        var log = source.get();
        if (log.isEmpty()) {
            return new Prepared.Not(Answer.problem(NOT_THERE, "Nothing is sealed yet; look at /readyz for the token."));
        }
        long sealed = log.get().sealed().size();
        long to = asked.to.orElse(sealed);
        if (asked.from >= sealed || to > sealed) {
            return new Prepared.Not(Answer.problem(
                    NOT_THERE, "Sealed are the entries 0 to " + (sealed - 1) + "; ask for those, or wait."));
        }
        var order = new RangeExport.Order(asked.from, to, asked.volumeMib << 20, asked.bodies);
        long begun = System.nanoTime();
        BooleanSupplier enough = () -> System.nanoTime() - begun > PLANNING.toNanos();
        return new Prepared.Ready(RangeStream.of(log.get(), order, enough), to);
    }

    private static void begin(HttpServerResponse response, Asked asked, RangeStream stream, long to) {
        response.setChunked(true)
                .setStatusCode(200)
                .putHeader("content-type", "application/octet-stream")
                .putHeader("cache-control", Answer.NEVER)
                .putHeader("content-disposition", "attachment; filename=\"" + stream.fileName() + "\"")
                .putHeader("x-content-type-options", "nosniff");
        if (stream.next() < to) response.putHeader("link", "<" + asked.next(stream.next(), to) + ">; rel=\"next\"");
    }

    /// Waits until the connection has taken it, piece by piece: the slower a reader, the smaller what he may take in
    /// that time.
    private void send(HttpServerResponse response, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (response.closed()) throw new Gone("the reader has gone", null);
            var piece = new byte[Math.min(PIECE_BYTES, bytes.remaining())];
            bytes.get(piece);
            try {
                response.write(Buffer.buffer(piece))
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                throw new Gone("the reader has taken nothing for " + patience.toMillis() + " ms", e);
            } catch (ExecutionException e) {
                throw new Gone("the reader has gone", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("the gateway ends", e);
            }
        }
    }

    /// Nobody takes what is sent any more.
    private static final class Gone extends IOException {
        private static final long serialVersionUID = 1L;

        Gone(String why, @Nullable Throwable cause) {
            super(why, cause);
        }
    }

    /// What was sent of it lacks its end: the connection must not look as if it were whole.
    private static void broken(HttpServerRequest request, Throwable cause) {
        if (cause instanceof Gone) LOG.info("an export has ended early: {}", cause.getMessage());
        else LOG.warn("an export has ended early", cause);
        if (request.response().headWritten()) cut(request);
        else {
            request.response().setChunked(false);
            Answer.problem(BROKEN).writeTo(request);
        }
    }
}
