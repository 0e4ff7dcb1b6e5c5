package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SocketLimitTest {
    private static final int MAX = 5;

    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.builder().withTransport(SocketLimit.transport(MAX)).build();
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
    }

    /// None of them says a word, so nobody above has seen a connection yet.
    @Test
    void handshakesThatNeverEndAreCountedAndEndAfterAWhile() throws Exception {
        var options = new NetServerOptions();
        TlsIdentity.make(List.of()).secure(options);
        options.setSslHandshakeTimeout(1);
        var server = server(options);
        var silent = new ArrayList<Socket>();
        for (int i = 0; i < MAX; i++) silent.add(connect(server));
        try (var beyond = connect(server)) {
            assertEquals(-1, read(beyond), "beyond the limit nothing is read");
        }
        for (var socket : silent) assertEquals(-1, read(socket), "the time for a handshake is over");
        Await.until("there is room again", () -> {
            try (var next = connect(server)) {
                next.setSoTimeout(200);
                return isHeld(next);
            }
        });
    }

    @Test
    void garbageInsteadOfAHandshakeEndsTheConnection() throws Exception {
        var options = new NetServerOptions();
        TlsIdentity.make(List.of()).secure(options);
        var server = server(options);
        for (int i = 0; i < 3 * MAX; i++) {
            try (var socket = connect(server)) {
                socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: box\r\n\r\n".getBytes());
                while (read(socket) >= 0) {}
            }
        }
    }

    @Test
    void eachPortHasItsOwnLimitAndAPlaceThatIsLeftIsGivenAgain() throws Exception {
        var one = server(new NetServerOptions());
        var other = server(new NetServerOptions());
        var held = new ArrayList<Socket>();
        for (int i = 0; i < MAX; i++) {
            held.add(connect(one));
            held.add(connect(other));
        }
        try (var beyond = connect(one)) {
            assertEquals(-1, read(beyond));
        }
        for (var socket : held) {
            socket.getOutputStream().write(7);
            assertEquals(7, socket.getInputStream().read(), "those within the limit are served");
        }
        for (var socket : held) socket.close();
        Await.until("the places are free", () -> {
            try (var next = connect(one)) {
                next.getOutputStream().write(9);
                return next.getInputStream().read() == 9;
            } catch (IOException closed) {
                return false;
            }
        });
    }

    private NetServer server(NetServerOptions options) throws Exception {
        return vertx.createNetServer(options.setHost("127.0.0.1").setPort(0))
                .connectHandler(socket -> socket.handler(socket::write))
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(1, TimeUnit.MINUTES);
    }

    private static Socket connect(NetServer server) throws IOException {
        var socket = new Socket("127.0.0.1", server.actualPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    /// -1 where the other side has closed, whichever way.
    private static int read(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (java.net.SocketException reset) {
            return -1;
        }
    }

    private static boolean isHeld(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() >= 0;
        } catch (java.net.SocketTimeoutException waits) {
            return true;
        } catch (java.net.SocketException reset) {
            return false;
        }
    }
}
