package org.sealpost.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Closed-loop load of HTTP POSTs: so many connections, each with one request, whose answer is followed by the
/// next.
final class HttpLoad {
    private HttpLoad() {}

    /// @param headers of each request
    /// @param leafBytes of each payload, no two alike
    record Plan(
            int port,
            String path,
            Map<String, String> headers,
            int connections,
            int leafBytes,
            Duration warmUp,
            Duration measured) {}

    /// @param acknowledged within the measured window
    /// @param total        warm-up and the last ones included
    record Report(long acknowledged, long total, LatencyHistogram latency) {}

    /// @throws IOException if a connection fails, or an answer is none of 200, 201
    static Report run(Plan plan) throws IOException, InterruptedException {
        try (var loops = EventLoops.of(1, "http-load")) {
            var clients = new ArrayList<Client>();
            long start = System.nanoTime() + plan.warmUp().toNanos();
            for (int i = 0; i < plan.connections(); i++) {
                var client = new Client(plan, i, start, start + plan.measured().toNanos());
                clients.add(client);
                new Bootstrap()
                        .group(loops.group())
                        .channel(loops.socket())
                        .option(ChannelOption.TCP_NODELAY, true)
                        .handler(new ChannelInitializer<SocketChannel>() {
                            @Override
                            protected void initChannel(SocketChannel channel) {
                                channel.pipeline().addLast(client);
                            }
                        })
                        .connect("127.0.0.1", plan.port())
                        .addListener(done -> {
                            if (!done.isSuccess()) client.ended.completeExceptionally(done.cause());
                        });
            }
            var all = CompletableFuture.allOf(clients.stream().map(c -> c.ended).toArray(CompletableFuture[]::new));
            all.get(plan.warmUp().plus(plan.measured()).plusSeconds(60).toMillis(), TimeUnit.MILLISECONDS);
            var latency = new LatencyHistogram();
            long total = 0;
            for (var client : clients) {
                latency.add(client.latency);
                total += client.total;
            }
            return new Report(latency.count(), total, latency);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the load over HTTP failed", e);
        }
    }

    /// One connection; its fields belong to the event loop. Head and payload go out in one buffer, and answers are read
    /// in place: what the generator takes, it takes from the server beside it.
    private static final class Client extends ByteToMessageDecoder {
        private final Plan plan;
        private final byte[] head;
        private final byte[] payload;
        private final AnswerReader answers = new AnswerReader();
        private final SplittableRandom random;
        private final long start;
        private final long end;
        final CompletableFuture<Void> ended = new CompletableFuture<>();
        final LatencyHistogram latency = new LatencyHistogram();
        long total;
        private long sentAt;

        Client(Plan plan, int seed, long start, long end) {
            this.plan = plan;
            this.head = head(plan);
            this.payload = new byte[plan.leafBytes()];
            this.random = new SplittableRandom(System.nanoTime() + seed);
            this.start = start;
            this.end = end;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            send(ctx);
        }

        private static byte[] head(Plan plan) {
            var head = new StringBuilder("POST " + plan.path() + " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
            head.append("Content-Length: ").append(plan.leafBytes()).append("\r\n");
            plan.headers()
                    .forEach((name, value) ->
                            head.append(name).append(": ").append(value).append("\r\n"));
            return head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
        }

        private void send(ChannelHandlerContext ctx) {
            random.nextBytes(payload);
            var request = ctx.alloc().directBuffer(head.length + payload.length);
            request.writeBytes(head).writeBytes(payload);
            sentAt = System.nanoTime();
            ctx.writeAndFlush(request, ctx.voidPromise());
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws IOException {
            int status = answers.read(in);
            if (status != 0) answered(ctx, status);
        }

        private void answered(ChannelHandlerContext ctx, int status) {
            if (status != 200 && status != 201) {
                ended.completeExceptionally(new IOException("POST " + plan.path() + " was answered by " + status));
                ctx.close();
                return;
            }
            long now = System.nanoTime();
            total++;
            if (now - start >= 0 && now - end < 0) latency.record(now - sentAt);
            if (now - end < 0) send(ctx);
            else {
                ended.complete(null);
                ctx.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) throws Exception {
            super.channelInactive(ctx);
            ended.completeExceptionally(new IOException("the server closed a connection"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ended.completeExceptionally(cause);
            ctx.close();
        }
    }
}
