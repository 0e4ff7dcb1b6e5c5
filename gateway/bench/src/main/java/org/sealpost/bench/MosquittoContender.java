package org.sealpost.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// mosquitto with persistence, saving on each change. A broker keeps a message only for somebody who is to get it, so
/// there are two of it: one that nobody subscribed to, and one with a durable subscription whose client is away.
final class MosquittoContender implements Contender {
    private final Path program;
    private final boolean subscribed;

    private @Nullable ServerProcess process;
    private @Nullable Path folder;
    private List<String> wrapper = List.of();
    private int port;

    MosquittoContender(Path program, boolean subscribed) {
        this.program = program;
        this.subscribed = subscribed;
    }

    /// Where mosquitto lies on this machine.
    static Optional<Path> program() {
        return Stream.of("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Override
    public String name() {
        return subscribed ? "mosquitto, one absent subscriber" : "mosquitto, no subscriber";
    }

    @Override
    public String configuration() {
        return "`persistence true`, `autosave_on_changes true`, `autosave_interval 1`"
                + (subscribed
                        ? ", `max_queued_messages 0`, one durable QoS 1 subscription whose client is away; "
                                + "begins each round with an empty database"
                        : ", no subscription");
    }

    @Override
    public void start(Path folder, List<String> wrapper) throws IOException, InterruptedException {
        this.folder = folder;
        this.wrapper = wrapper;
        run(folder);
    }

    private void run(Path folder) throws IOException, InterruptedException {
        port = ServerProcess.freePort();
        var configuration = folder.resolve("mosquitto.conf");
        Files.writeString(configuration, """
                listener %d 127.0.0.1
                user %s
                allow_anonymous true
                persistence true
                persistence_location %s/
                autosave_on_changes true
                autosave_interval 1
                max_queued_messages 0
                log_type error
                """.formatted(port, System.getProperty("user.name"), folder));
        process = ServerProcess.start(
                name(),
                wrapper,
                List.of(program.toString(), "-c", configuration.toString()),
                Map.of(),
                folder.resolve("console.log"));
        process.awaitPort(port, Duration.ofSeconds(10));
        if (subscribed) subscribe();
    }

    /// What it keeps for the absent subscriber it writes whole at each save: what one round left would be paid for by
    /// the next.
    @Override
    public void beforeRound() throws IOException, InterruptedException {
        if (!subscribed || folder == null) return;
        close();
        Files.deleteIfExists(folder.resolve("mosquitto.db"));
        run(folder);
    }

    private void subscribe() throws IOException, InterruptedException {
        var subscribed = new CompletableFuture<Void>();
        try (var loops = EventLoops.of(1, "subscriber")) {
            new Bootstrap()
                    .group(loops.group())
                    .channel(loops.socket())
                    .handler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            channel.pipeline()
                                    .addLast(MqttEncoder.INSTANCE, new MqttDecoder(), new Subscription(subscribed));
                        }
                    })
                    .connect("127.0.0.1", port);
            subscribed.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("cannot subscribe to mosquitto", e);
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Duration processorTime() {
        return process == null ? Duration.ZERO : process.processorTime();
    }

    @Override
    public void close() {
        if (process != null) process.close();
    }

    /// Connects with a durable session, subscribes to everything, and leaves.
    private static final class Subscription extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<Void> done;

        Subscription(CompletableFuture<Void> done) {
            this.done = done;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(MqttMessageBuilders.connect()
                    .clientId("absent")
                    .cleanSession(false)
                    .keepAlive(0)
                    .build());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object read) {
            var type = ((MqttMessage) read).fixedHeader().messageType();
            ReferenceCountUtil.release(read);
            if (type == MqttMessageType.CONNACK) {
                ctx.writeAndFlush(MqttMessageBuilders.subscribe()
                        .messageId(1)
                        .addSubscription(MqttQoS.AT_LEAST_ONCE, "#")
                        .build());
            } else if (type == MqttMessageType.SUBACK) {
                ctx.writeAndFlush(MqttMessage.DISCONNECT).addListener(_ -> ctx.close());
                done.complete(null);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            done.completeExceptionally(new IOException("the connection was closed"));
        }
    }
}
