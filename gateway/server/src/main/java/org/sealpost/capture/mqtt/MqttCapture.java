package org.sealpost.capture.mqtt;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sealpost.capture.Intake;
import org.sealpost.control.Clients;

/// The MQTT server: `records/<profile>[/<key>]` is where records are published.
///
/// A client names itself by user name and password. A will is recorded like any other record when its connection
/// ends without a DISCONNECT. Subscriptions are refused; nothing is retained; no session outlives its connection.
public final class MqttCapture {
    /// Room for topic and properties beside the largest payload.
    private static final int PACKET_OVERHEAD_BYTES = 4096;

    private final Vertx vertx;
    private final Shared shared;
    private final String deployment;
    private final int port;
    private @Nullable Future<Void> closed;

    /// What all connections have in common.
    record Shared(
            Intake intake,
            Supplier<Clients> clients,
            MqttConfig config,
            Connections connections,
            PartialPackets.Budget partialPackets) {
        /// Announced to clients of version 5 as Maximum Packet Size.
        int maxPacketBytes() {
            return intake.config().maxPayloadBytes() + PACKET_OVERHEAD_BYTES;
        }
    }

    private MqttCapture(Vertx vertx, Shared shared, String deployment, int port) {
        this.vertx = vertx;
        this.shared = shared;
        this.deployment = deployment;
        this.port = port;
    }

    /// Opens the door on as many event loops as configured.
    ///
    /// @param clients   asked for each CONNECT, so that a change takes effect at once
    /// @param transport sets what else the sockets need: TLS
    public static Future<MqttCapture> start(
            Vertx vertx,
            Intake intake,
            Supplier<Clients> clients,
            MqttConfig config,
            Consumer<NetServerOptions> transport) {
        var shared = new Shared(
                intake,
                clients,
                config,
                new Connections(config.maxConnections()),
                new PartialPackets.Budget(intake.config().maxWaitingBytes()));
        var port = new AtomicInteger();
        return vertx.deployVerticle(
                        () -> new Listener(shared, transport, port),
                        new DeploymentOptions().setInstances(config.eventLoops()))
                .map(deployment -> new MqttCapture(vertx, shared, deployment, port.get()));
    }

    /// The port it listens on.
    public int port() {
        return port;
    }

    /// Bytes of packets that have not come to their end, beyond one read of each connection.
    public long partialBytes() {
        return shared.partialPackets().used();
    }

    Connections connections() {
        return shared.connections();
    }

    public int openConnections() {
        return shared.connections().count();
    }

    /// Ends the connections that are open and takes no more. What was taken is acknowledged no more, so the
    /// records of clients that wait are sent again when the box is back.
    public synchronized Future<Void> close() {
        Future<Void> closing = closed;
        if (closing == null) {
            shared.connections().all().forEach(MqttConnection::shutDown);
            closing = vertx.undeploy(deployment);
            closed = closing;
        }
        return closing;
    }

    /// The server on one event loop; all of them share the port.
    private static final class Listener extends VerticleBase {
        private final Shared shared;
        private final Consumer<NetServerOptions> transport;
        private final AtomicInteger actualPort;

        Listener(Shared shared, Consumer<NetServerOptions> transport, AtomicInteger actualPort) {
            this.shared = shared;
            this.transport = transport;
            this.actualPort = actualPort;
        }

        @Override
        public Future<?> start() {
            MqttConfig config = shared.config();
            var options = new NetServerOptions()
                    .setHost(config.host())
                    // A negative port is any free one, but the same for all event loops.
                    .setPort(config.port() == 0 ? -1 : config.port())
                    .setAcceptBacklog(1024)
                    .setTcpNoDelay(true)
                    .setTcpKeepAlive(true);
            transport.accept(options);
            return vertx.createNetServer(options)
                    .connectHandler(this::connected)
                    .listen()
                    .map(NetServer::actualPort)
                    .onSuccess(actualPort::set);
        }

        /// Puts the codec and the connection before Vert.x's own handler, which never sees a message then:
        /// reading is paused and resumed by the connection alone.
        private void connected(NetSocket socket) {
            var context = ((NetSocketInternal) socket).channelHandlerContext();
            ChannelPipeline pipeline = context.pipeline();
            var connection = new MqttConnection(shared);
            pipeline.addBefore(
                    context.name(), "mqtt-partial-packets", new PartialPackets(connection, shared.partialPackets()));
            pipeline.addBefore(
                    context.name(),
                    MqttConnection.DECODER,
                    new MqttDecoder(MqttConnection.MAX_CONNECT_BYTES, Integer.MAX_VALUE));
            pipeline.addBefore(context.name(), "mqtt-connection", connection);
        }
    }
}
