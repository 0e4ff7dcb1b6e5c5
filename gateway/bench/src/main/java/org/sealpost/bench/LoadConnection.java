package org.sealpost.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One connection of a load: keeps its number of PUBLISHes in flight and answers each PUBACK with the next. All fields
/// belong to the connection's event loop; others read the counts after [#ended].
final class LoadConnection extends ChannelInboundHandlerAdapter {
    /// Between two looks at what is due: an open loop that looked for each PUBLISH alone would take the
    /// processor that it shares with the server.
    private static final long SHORTEST_WAIT_NANOS = 200_000;

    private final LoadPlan plan;
    private final String clientId;
    private final Publications publications;

    /// Done when the server said yes to CONNECT, or failed with what it said.
    final CompletableFuture<ChannelHandlerContext> connected = new CompletableFuture<>();
    /// Done when the channel is closed.
    final CompletableFuture<LoadConnection> ended = new CompletableFuture<>();

    final LatencyHistogram latency = new LatencyHistogram();
    long acknowledged;
    long acknowledgedTotal;
    long unanswered;
    boolean lost;

    // By packet id; a packet id is a slot, given again once it was answered.
    private final @Nullable Publication[] inFlight;
    private final long[] sentAt;
    private int inFlightCount;

    private long windowStart = Long.MAX_VALUE;
    private long windowEnd = Long.MAX_VALUE;

    // Of an open loop: packet ids that are free, and when the next PUBLISH is due.
    private @Nullable ArrayDeque<Integer> free;
    private double due;
    private boolean stopping;
    private boolean closing;
    private @Nullable ByteBuf unsent;

    LoadConnection(LoadPlan plan, String clientId, Publications publications) {
        this.plan = plan;
        this.clientId = clientId;
        this.publications = publications;
        inFlight = new Publication[plan.inFlight() + 1];
        sentAt = new long[plan.inFlight() + 1];
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        var connect = MqttMessageBuilders.connect()
                .protocolVersion(MqttVersion.MQTT_3_1_1)
                .clientId(clientId)
                .cleanSession(true)
                .keepAlive(0);
        plan.login()
                .ifPresent(login -> connect.username(login.user())
                        .password(login.password().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        ctx.writeAndFlush(connect.build());
    }

    /// Begins to publish. On the event loop, after [#connected].
    ///
    /// @param windowStart by [System#nanoTime], as is windowEnd: answers in between are measured
    void publish(ChannelHandlerContext ctx, long windowStart, long windowEnd) {
        this.windowStart = windowStart;
        this.windowEnd = windowEnd;
        for (int id = 1; id < inFlight.length; id++) send(ctx, id);
        flush(ctx);
    }

    /// Begins to publish in an open loop. A PUBLISH that no packet id is free for is sent when one is, and its
    /// latency counts from when it was due all the same. Ends by itself with what is due before the window's
    /// end. On the event loop, after [#connected].
    ///
    /// @param first by [System#nanoTime], when the first one is due
    void publishInTime(ChannelHandlerContext ctx, long first, long windowStart, long windowEnd) {
        this.windowStart = windowStart;
        this.windowEnd = windowEnd;
        // Counted from the window's start: a double holds nanoseconds of a boot exactly for some months only.
        due = first - windowStart;
        var ids = new ArrayDeque<Integer>(inFlight.length);
        for (int id = 1; id < inFlight.length; id++) ids.add(id);
        free = ids;
        sendWhenDue(ctx, ids);
    }

    private void sendWhenDue(ChannelHandlerContext ctx, ArrayDeque<Integer> ids) {
        if (closing) return;
        sendDue(ctx, ids);
        flush(ctx);
        closeIfDone(ctx);
        if (stopping) return;
        long wait = Math.max(SHORTEST_WAIT_NANOS, windowStart + (long) due - System.nanoTime());
        ctx.executor().schedule(() -> sendWhenDue(ctx, ids), wait, TimeUnit.NANOSECONDS);
    }

    private void sendDue(ChannelHandlerContext ctx, ArrayDeque<Integer> ids) {
        long now = System.nanoTime() - windowStart;
        while (due <= now && !stopping) {
            if (due >= windowEnd - windowStart) stopping = true;
            else if (ids.isEmpty()) return;
            else {
                int id = ids.remove();
                send(ctx, id);
                sentAt[id] = windowStart + (long) due;
                due += plan.intervalNanos();
            }
        }
    }

    /// Publishes nothing more; ends the connection once all is answered. On the event loop.
    void stop(ChannelHandlerContext ctx) {
        // An open loop has its own end: what was due and could not be sent is not forgotten.
        if (free != null) return;
        stopping = true;
        closeIfDone(ctx);
    }

    /// Ends the connection, answered or not. On the event loop.
    void abandon(ChannelHandlerContext ctx) {
        closing = true;
        ctx.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) throws IOException {
        try {
            var message = (MqttMessage) read;
            if (message.decoderResult().isFailure()) {
                throw new IOException("not MQTT", message.decoderResult().cause());
            }
            switch (message.fixedHeader().messageType()) {
                case CONNACK -> connectAnswered(ctx, (MqttConnAckMessage) message);
                case PUBACK -> acknowledged(ctx, ((MqttMessageIdVariableHeader) message.variableHeader()).messageId());
                default ->
                    throw new IOException("unexpected " + message.fixedHeader().messageType());
            }
        } finally {
            ReferenceCountUtil.release(read);
        }
    }

    private void connectAnswered(ChannelHandlerContext ctx, MqttConnAckMessage answer) throws IOException {
        var code = answer.variableHeader().connectReturnCode();
        if (code != MqttConnectReturnCode.CONNECTION_ACCEPTED) throw new IOException("CONNECT was refused: " + code);
        connected.complete(ctx);
    }

    private void acknowledged(ChannelHandlerContext ctx, int id) throws IOException {
        var publication = id < inFlight.length ? inFlight[id] : null;
        if (publication == null) throw new IOException("PUBACK for packet id " + id + ", which is not in flight");
        long now = System.nanoTime();
        acknowledgedTotal++;
        // In an open loop those count that were due in the window, however late they are answered.
        long counts = free == null ? now : sentAt[id];
        if (counts - windowStart >= 0 && counts - windowEnd < 0) {
            acknowledged++;
            latency.record(now - sentAt[id]);
        }
        inFlight[id] = null;
        inFlightCount--;
        publications.acknowledged(publication);
        var ids = free;
        if (ids == null) send(ctx, id);
        else {
            ids.add(id);
            sendDue(ctx, ids);
        }
    }

    private void send(ChannelHandlerContext ctx, int id) {
        if (stopping) return;
        var next = publications.next();
        if (next.isEmpty()) {
            stopping = true;
            return;
        }
        var publication = next.get();
        inFlight[id] = publication;
        inFlightCount++;
        sentAt[id] = System.nanoTime();
        if (unsent == null) unsent = ctx.alloc().directBuffer(16 * 1024);
        publication.writeTo(unsent, id);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        flush(ctx);
        closeIfDone(ctx);
    }

    private void flush(ChannelHandlerContext ctx) {
        if (unsent == null) return;
        ctx.writeAndFlush(unsent);
        unsent = null;
    }

    private void closeIfDone(ChannelHandlerContext ctx) {
        if (!stopping || inFlightCount > 0 || closing) return;
        closing = true;
        ctx.writeAndFlush(MqttMessage.DISCONNECT).addListener(_ -> ctx.close());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lost = !closing;
        unanswered = inFlightCount;
        for (var publication : inFlight) {
            if (publication != null) publications.unanswered(publication);
        }
        if (unsent != null) unsent.release();
        unsent = null;
        connected.completeExceptionally(new IOException("the server closed the connection"));
        ended.complete(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        connected.completeExceptionally(cause);
        // Otherwise the connection counts as lost: channelInactive follows.
        ctx.close();
    }
}
