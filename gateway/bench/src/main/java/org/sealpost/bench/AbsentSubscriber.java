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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A client with a durable session that subscribes to everything and leaves: only for such a one a broker keeps
/// what is published.
final class AbsentSubscriber extends ChannelInboundHandlerAdapter {
    private final CompletableFuture<Void> done;

    private AbsentSubscriber(CompletableFuture<Void> done) {
        this.done = done;
    }

    static void leaveBehind(String broker, int port) throws IOException, InterruptedException {
        var subscribed = new CompletableFuture<Void>();
        try (var loops = EventLoops.of(1, "subscriber")) {
            new Bootstrap()
                    .group(loops.group())
                    .channel(loops.socket())
                    .handler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            channel.pipeline()
                                    .addLast(MqttEncoder.INSTANCE, new MqttDecoder(), new AbsentSubscriber(subscribed));
                        }
                    })
                    .connect("127.0.0.1", port);
            subscribed.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("cannot subscribe to " + broker, e);
        }
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
