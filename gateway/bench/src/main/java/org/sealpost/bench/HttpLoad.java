package org.sealpost.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
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
                                channel.pipeline()
                                        .addLast(new HttpClientCodec(), new HttpObjectAggregator(64 << 10), client);
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

    /// One connection; its fields belong to the event loop.
    private static final class Client extends SimpleChannelInboundHandler<FullHttpResponse> {
        private final Plan plan;
        private final SplittableRandom random;
        private final long start;
        private final long end;
        final CompletableFuture<Void> ended = new CompletableFuture<>();
        final LatencyHistogram latency = new LatencyHistogram();
        long total;
        private long sentAt;

        Client(Plan plan, int seed, long start, long end) {
            this.plan = plan;
            this.random = new SplittableRandom(System.nanoTime() + seed);
            this.start = start;
            this.end = end;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            send(ctx);
        }

        private void send(ChannelHandlerContext ctx) {
            var payload = new byte[plan.leafBytes()];
            random.nextBytes(payload);
            var request = new DefaultFullHttpRequest(
                    HttpVersion.HTTP_1_1, HttpMethod.POST, plan.path(), Unpooled.wrappedBuffer(payload));
            request.headers().set("Host", "127.0.0.1").setInt("Content-Length", payload.length);
            plan.headers().forEach((name, value) -> request.headers().set(name, value));
            sentAt = System.nanoTime();
            ctx.writeAndFlush(request, ctx.voidPromise());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse answer) {
            int status = answer.status().code();
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
        public void channelInactive(ChannelHandlerContext ctx) {
            ended.completeExceptionally(new IOException("the server closed a connection"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ended.completeExceptionally(cause);
            ctx.close();
        }
    }
}
