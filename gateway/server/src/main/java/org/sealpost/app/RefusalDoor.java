package org.sealpost.app;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.sealpost.admin.RefusalPages;
import org.sealpost.capture.http.HttpConfig;
import org.sealpost.capture.http.ProblemJson;

/// The door of a box that refuses to run: whatever is asked for, it says why, and what to do. It reads the TLS
/// identity and touches nothing.
final class RefusalDoor implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;
    private static final int MAX_CONNECTIONS = 256;

    /// With those that have not come to the end of their TLS handshake.
    static final int MAX_SOCKETS = 384;

    private final Vertx vertx;
    private final HttpServer server;
    private final TlsIdentity tls;

    private RefusalDoor(Vertx vertx, HttpServer server, TlsIdentity tls) {
        this.vertx = vertx;
        this.server = server;
        this.tls = tls;
    }

    static RefusalDoor open(GatewayConfig config, Refusal refused) throws Exception {
        var tls = identity(config);
        var vertx = Vertx.builder()
                .withTransport(SocketLimit.transport(MAX_SOCKETS))
                .build();
        var options = HttpConfig.defaults()
                .serverOptions()
                .setHost(config.http().host())
                .setPort(config.http().port());
        tls.secure(options);
        var server = vertx.createHttpServer(options)
                .requestHandler(new RestOfBody(vertx, new RefusalPages(refused.cause(), refused.remedy())))
                .connectionHandler(new ConnectionLimit(MAX_CONNECTIONS))
                .invalidRequestHandler(ProblemJson::sendInvalid);
        try {
            server.listen().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return new RefusalDoor(vertx, server, tls);
        } catch (ExecutionException e) {
            vertx.close();
            throw new ConfigRefused("[http] cannot listen on " + config.http().host() + ", port "
                    + config.http().port() + ": " + e.getCause().getMessage() + "; and the box refuses to run: "
                    + refused.sentence());
        }
    }

    /// The box's own if it can be read, so that who compared it once knows it again; else one that nobody
    /// keeps.
    private static TlsIdentity identity(GatewayConfig config) {
        try {
            if (TlsIdentity.exists(config.data())) return TlsIdentity.openOrMake(config.data(), Addresses.now());
        } catch (IOException | StartRefused e) {
            // That is not what the page is about.
        }
        return TlsIdentity.make(Addresses.now());
    }

    int port() {
        return server.actualPort();
    }

    TlsIdentity tls() {
        return tls;
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
