package org.sealpost.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The yardstick, and no more than that: an MQTT 3.1.1 server that appends payloads to a file, forces it, and
/// answers. It checks no password, makes no index, hashes nothing, keeps nothing readable: what is left is what
/// durable capture costs at least on this machine.
@Command(
        name = "bare-server",
        mixinStandardHelpOptions = true,
        description = "A peer to measure against, of no other use.")
public final class BareServer implements Callable<Integer>, AutoCloseable {
    /// A PUBLISH between its arrival and its PUBACK. The buffer belongs to whoever holds the record.
    ///
    /// @param digest of the payload, where it is to be signed
    record Waiting(Connection connection, int packetId, ByteBuf payload, Optional<byte[]> digest) {}

    @Option(names = "--port", required = true)
    private int port;

    @Option(names = "--file", required = true, description = "truncated at start")
    private Path file = Path.of("");

    @Option(names = "--sign-with", description = "a PKCS#11 module: each record is signed before it is answered")
    private Optional<Path> module = Optional.empty();

    @Option(names = "--pin-file", description = "of its token 'sealpost', which has a key 'seal'")
    private Optional<Path> pinFile = Optional.empty();

    @Option(names = "--sessions", defaultValue = "2", description = "of the token; default: ${DEFAULT-VALUE}")
    private int sessions;

    private @Nullable RecordSigner signer;
    private @Nullable EventLoops loops;
    private @Nullable GroupFile groups;

    public static void main(String[] arguments) {
        // A writer that dies takes the process with it; otherwise clients would wait for ever.
        Thread.setDefaultUncaughtExceptionHandler((_, cause) -> {
            cause.printStackTrace();
            Runtime.getRuntime().halt(70);
        });
        System.exit(new CommandLine(new BareServer()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (module.isPresent()) signer = RecordSigner.open(module.get(), pinFile.orElseThrow(), sessions);
        open(port, file);
        new CountDownLatch(1).await();
        return 0;
    }

    /// @return the port it listens on, on loopback only
    int open(int port, Path file) throws IOException {
        var loops = EventLoops.of(1, "bare");
        this.loops = loops;
        var groups = GroupFile.create(file, signer == null ? BareServer::answer : this::signed);
        boolean signs = signer != null;
        this.groups = groups;
        var open = new AtomicInteger();
        var channel = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverSocket())
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(
                                        MqttEncoder.INSTANCE,
                                        new MqttDecoder(1 << 20),
                                        new Connection(groups, open, signs));
                    }
                })
                .bind("127.0.0.1", port)
                .syncUninterruptibly()
                .channel();
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    @Override
    public void close() throws IOException {
        if (loops != null) loops.close();
        if (groups != null) groups.close();
        if (signer != null) signer.close();
    }

    /// Answers each record of a group once it is signed.
    private void signed(List<Waiting> group) {
        var signing = Objects.requireNonNull(signer);
        for (var waiting : group) signing.sign(waiting.digest.orElseThrow(), () -> answer(List.of(waiting)));
    }

    /// Answers a group with one task on its event loop and one flush for each connection.
    private static void answer(List<Waiting> group) {
        EventLoop loop = group.getFirst().connection.channel().eventLoop();
        loop.execute(() -> {
            var touched = new ArrayList<Connection>();
            for (var waiting : group) {
                if (waiting.connection.acknowledge(waiting.packetId)) touched.add(waiting.connection);
            }
            for (var connection : touched) connection.flush();
        });
    }

    /// One client. Its fields belong to its event loop, of which there is one.
    static final class Connection extends ChannelInboundHandlerAdapter {
        private static final int PUBACK = 0x4002;

        private final GroupFile groups;
        private final AtomicInteger open;
        private final boolean signs;
        private final List<Waiting> read = new ArrayList<>();
        private @Nullable Channel channel;
        private @Nullable ByteBuf answers;

        /// @param open  how many connections the server has
        /// @param signs whether payloads are to be signed
        Connection(GroupFile groups, AtomicInteger open, boolean signs) {
            this.groups = groups;
            this.open = open;
            this.signs = signs;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            channel = ctx.channel();
            open.incrementAndGet();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (open.decrementAndGet() == 0) groups.begin();
        }

        Channel channel() {
            if (channel == null) throw new IllegalStateException("not connected yet");
            return channel;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object object) throws IOException {
            var message = (MqttMessage) object;
            if (message.decoderResult().isFailure()) {
                ReferenceCountUtil.release(object);
                throw new IOException("not MQTT", message.decoderResult().cause());
            }
            switch (message.fixedHeader().messageType()) {
                case CONNECT ->
                    ctx.writeAndFlush(MqttMessageBuilders.connAck()
                            .returnCode(MqttConnectReturnCode.CONNECTION_ACCEPTED)
                            .build());
                case PUBLISH -> published((MqttPublishMessage) message);
                case PINGREQ -> ctx.writeAndFlush(MqttMessage.PINGRESP);
                default -> ctx.close();
            }
        }

        private void published(MqttPublishMessage publish) throws IOException {
            if (publish.fixedHeader().qosLevel() != MqttQoS.AT_LEAST_ONCE) {
                publish.release();
                throw new IOException("QoS 1 only");
            }
            Optional<byte[]> digest = signs ? Optional.of(digest(publish.payload())) : Optional.empty();
            read.add(new Waiting(this, publish.variableHeader().packetId(), publish.payload(), digest));
        }

        private static byte[] digest(ByteBuf payload) {
            try {
                var sha256 = MessageDigest.getInstance("SHA-256");
                sha256.update(payload.nioBuffer());
                return sha256.digest();
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every JDK has SHA-256", e);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            if (read.isEmpty()) return;
            groups.offer(read);
            read.clear();
        }

        /// Whether this is the first answer since the last flush.
        boolean acknowledge(int packetId) {
            boolean first = answers == null;
            if (answers == null) answers = channel().alloc().directBuffer(1024);
            answers.writeShort(PUBACK).writeShort(packetId);
            return first;
        }

        void flush() {
            if (answers != null) channel().writeAndFlush(answers);
            answers = null;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
