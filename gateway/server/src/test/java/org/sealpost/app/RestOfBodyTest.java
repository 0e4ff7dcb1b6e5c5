package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who was answered cannot keep the connection by a body that never ends.
@Timeout(60)
class RestOfBodyTest {
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Vertx vertx = Vertx.vertx();
    private int port;

    private void start(Duration patience) throws Exception {
        port = vertx.createHttpServer()
                .requestHandler(new RestOfBody(vertx, RestOfBodyTest::answerAtOnce, patience.toMillis()))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .actualPort();
    }

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static void answerAtOnce(HttpServerRequest request) {
        request.handler(_ -> {});
        request.response().end("answer");
    }

    @Test
    void aBodyThatComesByteByByteIsCutOffAfterTheAnswer() throws Exception {
        start(SHORT);
        for (var length : new String[] {"Content-Length: 1000000000", "Transfer-Encoding: chunked"}) {
            try (var socket = connect()) {
                write(socket, "POST / HTTP/1.1\r\nHost: x\r\n" + length + "\r\n\r\n");
                socket.setSoTimeout(20);
                Await.until("the connection is closed", () -> isClosedAfterAnother(socket));
            }
        }
    }

    /// Sends one byte, and looks.
    private static boolean isClosedAfterAnother(Socket socket) {
        try {
            write(socket, "1");
            while (socket.getInputStream().read() >= 0) {}
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void aConnectionWhoseBodyCameIsUsedAgain() throws Exception {
        start(LONG);
        try (var socket = connect()) {
            for (int i = 0; i < 3; i++) {
                write(socket, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n");
                write(socket, "body");
                assertTrue(readAnswer(socket).endsWith("answer"));
            }
        }
    }

    private static String readAnswer(Socket socket) throws IOException {
        var said = new StringBuilder();
        while (!said.toString().endsWith("answer")) {
            int next = socket.getInputStream().read();
            if (next < 0) throw new AssertionError("closed after: " + said);
            said.append((char) next);
        }
        return said.toString();
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) Duration.ofSeconds(30).toMillis());
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }
}
