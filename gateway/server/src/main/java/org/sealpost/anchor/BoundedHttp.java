package org.sealpost.anchor;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Exchanges over HTTP/1.1 that come to an end: the whole answer is there within the deadline and no larger than its
/// bound, or there is none. Follows no redirects.
public final class BoundedHttp implements AutoCloseable {
    private final Duration deadline;
    private final long maxAnswerBytes;
    private final HttpClient http;

    /// @param deadline for connecting, and for the whole answer, to its last byte
    public BoundedHttp(Duration deadline, long maxAnswerBytes) {
        this.deadline = deadline;
        this.maxAnswerBytes = maxAnswerBytes;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(deadline)
                .build();
    }

    /// The answer, of whatever status.
    ///
    /// @param what is asked, for the messages
    /// @throws IOException if there was no whole answer; what was sent may have taken effect all the same
    public HttpResponse<byte[]> send(String what, HttpRequest.Builder request) throws IOException {
        // The request's own timeout ends with the headers; a body that trickles would hold the caller for ever.
        var answer = http.sendAsync(
                request.timeout(deadline).build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), maxAnswerBytes));
        try {
            return answer.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw late(what, e);
        } catch (ExecutionException e) {
            // Whichever of the two clocks runs out first, to the reader it is the same.
            if (e.getCause() instanceof HttpTimeoutException) throw late(what, e);
            if (e.getCause() instanceof Error error) throw error;
            // Of an answer that is no HTTP the client throws whatever it comes upon, such as NumberFormatException.
            // It may have all that came with it, so it is told in a few words, and is no cause here.
            throw new IOException(what + ": " + said(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var interrupted = new InterruptedIOException(what + ": interrupted");
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            answer.cancel(true); // also the connection, if the body has not come to its end
        }
    }

    private IOException late(String what, Exception cause) {
        return new IOException(what + ": no whole answer within " + deadline.toMillis() + " ms", cause);
    }

    /// What the client throws where nobody is reached mostly has no words of its own.
    private static String said(Throwable cause) {
        if (cause instanceof ConnectException) {
            if (cause.getCause() instanceof UnresolvedAddressException) return "there is no such host";
            if (cause.getCause() instanceof ClosedChannelException) return "it refuses connections";
            return "it cannot be reached"
                    + (cause.getMessage() == null ? "" : ": " + ForeignWords.shortened(cause.getMessage()));
        }
        String name = cause.getClass().getSimpleName();
        return cause.getMessage() == null ? name : name + ": " + ForeignWords.shortened(cause.getMessage());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
