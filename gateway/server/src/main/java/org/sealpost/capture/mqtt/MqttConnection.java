package org.sealpost.capture.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttIdentifierRejectedException;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnacceptableProtocolVersionException;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sealpost.capture.CaptureMetrics;
import org.sealpost.capture.Intake;
import org.sealpost.capture.IntakeOutcome;
import org.sealpost.capture.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One MQTT connection: welcomes the client, offers what it publishes, acknowledges in the order of its PUBLISHes
/// once the intake has decided, and ends it when it breaks the rules. Lives on one event loop.
///
/// Memory is bounded: reading pauses when [MqttConfig#receiveMaximum] messages are not acknowledged, when the
/// intake is busy, and when the client does not read our answers. What was read already then is at most one
/// receive buffer.
final class MqttConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(MqttConnection.class);

    static final String DECODER = "mqtt-decoder";

    /// Enough for a CONNECT with the largest will; who has not shown a password yet gets no more memory than
    /// this.
    static final int MAX_CONNECT_BYTES = 80 << 10;

    /// How long the other side may take to hang up after it was told to. Closing at once, with unread bytes in
    /// the receive buffer, would make its system throw our last words away.
    private static final long LINGER_MILLIS = 1000;

    private final MqttCapture.Shared shared;
    private final Intake intake;
    private final CaptureMetrics metrics;
    private final PublishReader publishes = new PublishReader(this);
    private final InFlight inFlight;

    private State state = State.AWAITING_CONNECT;
    private @Nullable ChannelHandlerContext context;
    private Handshake.@Nullable Welcome session;
    private @Nullable ByteBuf out;

    // Between the first message of a read and its end: what is written meanwhile is flushed once, at the end.
    private boolean reading;

    private boolean paused;
    private boolean leftPolitely;
    private long lastReadNanos;
    private long packets;

    private enum State {
        AWAITING_CONNECT,
        OPEN,
        /// Told to go; what still comes is thrown away.
        ENDING,
        CLOSED
    }

    MqttConnection(MqttCapture.Shared shared) {
        this.shared = shared;
        this.intake = shared.intake();
        this.metrics = shared.intake().metrics();
        this.inFlight = new InFlight(this, shared.intake(), shared.config().receiveMaximum());
    }

    Executor executor() {
        return eventLoop();
    }

    CaptureMetrics metrics() {
        return metrics;
    }

    private EventLoop eventLoop() {
        return context().channel().eventLoop();
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context, "not in a pipeline");
    }

    // --- life -------------------------------------------------------------------------------------------------------

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        metrics.mqttConnections.increment();
        if (!shared.connections().add(this)) {
            LOG.debug(
                    "an MQTT connection is closed: there are {} already",
                    shared.connections().count());
            metrics.mqttDisconnected.increment();
            state = State.CLOSED;
            added.close();
            return;
        }
        metrics.mqttOpenConnections.increment();
        eventLoop()
                .schedule(
                        this::connectTimedOut, shared.config().connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void connectTimedOut() {
        if (state == State.AWAITING_CONNECT) close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ignored, Object received) {
        reading = true;
        packets++;
        if (!(received instanceof MqttMessage message) || state == State.ENDING || state == State.CLOSED) {
            ReferenceCountUtil.release(received);
            return;
        }
        try {
            if (message.decoderResult().isFailure())
                malformed(message.decoderResult().cause());
            else if (state == State.AWAITING_CONNECT) connect(message);
            else handle(message);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    /// How many packets have come.
    long packets() {
        return packets;
    }

    /// The memory for packets that are still coming is used up.
    void outOfMemory() {
        if (state == State.OPEN) disconnect(Reason.QUOTA_EXCEEDED, "too many large packets are coming in at once");
        else close();
        // With it goes what it has kept: it must not stand in the way of others while we wait for a hang-up.
        context().pipeline().remove(DECODER);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ignored) {
        reading = false;
        lastReadNanos = System.nanoTime();
        flush();
        context().fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ignored) {
        updateReading();
        context().fireChannelWritabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ignored, Throwable cause) {
        if (cause instanceof IOException) LOG.debug("MQTT connection lost: {}", cause.getMessage());
        else LOG.warn("an MQTT connection failed and is closed", cause);
        close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ignored) {
        if (session != null) {
            shared.connections().release(session.client(), session.clientId(), this);
            if (!leftPolitely) session.will().ifPresent(this::record);
        }
        if (state != State.CLOSED || session != null) leave();
        context().fireChannelInactive();
    }

    private void leave() {
        state = State.CLOSED;
        shared.connections().remove(this);
        metrics.mqttOpenConnections.decrement();
        if (out != null) out.release();
        out = null;
        inFlight.forget();
    }

    // --- CONNECT ----------------------------------------------------------------------------------------------------

    private void connect(MqttMessage message) {
        if (!(message instanceof MqttConnectMessage connect)) {
            // 3.1.1 §3.1, 5 §3.1: before a CONNECT there is no protocol in which to complain.
            metrics.mqttDisconnected.increment();
            close();
            return;
        }
        switch (Handshake.of(connect, shared.clients().get())) {
            case Handshake.Rejected rejected -> {
                if (rejected.code5() == Reason.BAD_USER_NAME_OR_PASSWORD) metrics.mqttUnauthenticated.increment();
                reject(rejected);
            }
            case Handshake.Violated violated -> {
                if (violated.version() == Handshake.VERSION_5) Packets.connack5(out(), violated.code5());
                end();
            }
            case Handshake.Welcome welcome -> welcome(welcome);
        }
    }

    private void reject(Handshake.Rejected rejected) {
        if (rejected.version() == Handshake.VERSION_5) Packets.connack5(out(), rejected.code5());
        else Packets.connack3(out(), rejected.code3());
        end();
    }

    private void welcome(Handshake.Welcome welcome) {
        session = welcome;
        state = State.OPEN;
        MqttConnection before = shared.connections().claim(welcome.client(), welcome.clientId(), this);
        if (before != null) before.takenOver();
        if (welcome.version() == Handshake.VERSION_5) {
            Packets.welcome5(
                    out(),
                    shared.config().receiveMaximum(),
                    shared.maxPacketBytes(),
                    welcome.assigned() ? welcome.clientId() : "");
        } else {
            Packets.connack3(out(), Reason.SUCCESS);
        }
        lastReadNanos = System.nanoTime();
        if (welcome.keepAliveSeconds() > 0) watchKeepAlive(keepAliveNanos(welcome));
        // Last of all: what came in one read with the CONNECT is handled before this returns, and the CONNACK goes
        // before every answer to it (5 §3.2.0-1).
        context().pipeline().replace(DECODER, DECODER, new MqttDecoder(shared.maxPacketBytes(), Integer.MAX_VALUE));
    }

    /// One and a half times what the client promised (3.1.1 §3.1.2.10, 5 §3.1.2.10).
    private static long keepAliveNanos(Handshake.Welcome welcome) {
        return welcome.keepAliveSeconds() * 1_500_000_000L;
    }

    private void watchKeepAlive(long delayNanos) {
        eventLoop().schedule(this::checkKeepAlive, delayNanos, TimeUnit.NANOSECONDS);
    }

    private void checkKeepAlive() {
        if (state != State.OPEN) return;
        // While we do not read, its silence is our doing.
        if (paused) lastReadNanos = System.nanoTime();
        long limit = keepAliveNanos(session());
        long left = limit - (System.nanoTime() - lastReadNanos);
        if (left <= 0) disconnect(Reason.KEEP_ALIVE_TIMEOUT, "nothing came for one and a half times the keep-alive");
        else watchKeepAlive(left);
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /// For tests, on any thread: whether anything is read from this connection.
    boolean isPaused() {
        return !context().channel().config().isAutoRead();
    }

    private Handshake.Welcome session() {
        return Objects.requireNonNull(session, "not welcomed yet");
    }

    boolean isFive() {
        return session().version() == Handshake.VERSION_5;
    }

    /// Any thread: another connection came with this client id.
    void takenOver() {
        executor()
                .execute(() -> disconnect(
                        Reason.SESSION_TAKEN_OVER, "another connection of this client has the same client id"));
    }

    /// Any thread: the box goes down.
    void shutDown() {
        executor().execute(() -> {
            if (state == State.OPEN) disconnect(Reason.SERVER_SHUTTING_DOWN, "");
            else close();
        });
    }

    // --- what a welcome client sends --------------------------------------------------------------------------------

    private void handle(MqttMessage message) {
        switch (message.fixedHeader().messageType()) {
            case PUBLISH -> publish((MqttPublishMessage) message);
            case PINGREQ -> Packets.pingresp(out());
            case SUBSCRIBE -> {
                var subscribe = (MqttSubscribeMessage) message;
                int count = subscribe.payload().topicSubscriptions().size();
                if (count == 0) protocolError("a SUBSCRIBE names at least one topic");
                else Packets.suback(out(), subscribe.variableHeader().messageId(), count, isFive());
            }
            case UNSUBSCRIBE -> {
                var unsubscribe = (MqttUnsubscribeMessage) message;
                int count = unsubscribe.payload().topics().size();
                if (count == 0) protocolError("an UNSUBSCRIBE names at least one topic");
                else Packets.unsuback(out(), unsubscribe.variableHeader().messageId(), count, isFive());
            }
            // A message of QoS 2 from before this box, or from before it refused: let the client forget it.
            case PUBREL ->
                Packets.pubcomp(out(), ((MqttMessageIdVariableHeader) message.variableHeader()).messageId(), isFive());
            case DISCONNECT -> {
                leftPolitely = !(isFive()
                        && message.variableHeader() instanceof MqttReasonCodeAndPropertiesVariableHeader header
                        && header.reasonCode() != Reason.SUCCESS);
                flush();
                close();
            }
            case CONNECT -> protocolError("one CONNECT for each connection");
            case CONNACK, PUBACK, PUBREC, PUBCOMP, SUBACK, UNSUBACK, PINGRESP, AUTH ->
                protocolError("a client does not send this packet here");
        }
    }

    private void publish(MqttPublishMessage message) {
        MqttQoS qos = message.fixedHeader().qosLevel();
        if (inFlight.isDoomed()) {
            if (qos == MqttQoS.AT_MOST_ONCE) metrics.droppedQos0.increment();
            return;
        }
        MqttPublishVariableHeader header = message.variableHeader();
        MqttProperties properties = header.properties();
        if (qos == MqttQoS.EXACTLY_ONCE) {
            disconnect(Reason.QOS_NOT_SUPPORTED, "QoS 0 and 1 are taken");
            return;
        }
        if (isFive()) {
            if (message.fixedHeader().isRetain()) {
                disconnect(Reason.RETAIN_NOT_SUPPORTED, "nothing is retained here");
                return;
            }
            if (!properties.isEmpty() && breaksRules(properties)) return;
        }
        boolean acknowledged = qos == MqttQoS.AT_LEAST_ONCE;
        if (acknowledged
                && isFive()
                && inFlight.unacknowledged() >= shared.config().receiveMaximum()) {
            disconnect(Reason.RECEIVE_MAXIMUM_EXCEEDED, "more unacknowledged messages than Receive Maximum");
            return;
        }
        if (header.topicName().isEmpty()) {
            protocolError("a PUBLISH without a topic");
            return;
        }
        int packetId = acknowledged ? header.packetId() : Publication.NO_PACKET_ID;
        inFlight.add(publishes.read(message, session().client(), packetId));
    }

    private boolean breaksRules(MqttProperties properties) {
        if (properties.getProperty(MqttProperties.TOPIC_ALIAS) != null) {
            disconnect(Reason.TOPIC_ALIAS_INVALID, "Topic Alias Maximum is 0");
            return true;
        }
        if (!properties.getProperties(MqttProperties.SUBSCRIPTION_IDENTIFIER).isEmpty()) {
            protocolError("a client's PUBLISH has no Subscription Identifier");
            return true;
        }
        return false;
    }

    private void record(Handshake.Will will) {
        var record =
                PublishReader.captured(session().client(), will.topic(), will.key(), will.mediaType(), will.payload());
        intake.offer(record, new LastWords(executor(), metrics));
    }

    // --- what goes back --------------------------------------------------------------------------------------------

    /// Something in flight was decided.
    void decided() {
        inFlight.acknowledgeDecided();
    }

    /// A message was taken.
    void acknowledge(int packetId) {
        Packets.puback(out(), packetId);
    }

    /// A message was refused, and the connection goes on; version 5.
    void refuse(int packetId, int reason, String text) {
        String fitting = session().reasonStrings() ? fitting(text) : "";
        Packets.puback5(out(), packetId, reason, fitting);
    }

    /// The text, as far as a reason string goes, if the client takes packets that large (5 §3.1.2.11.4).
    private String fitting(String text) {
        boolean fits = session().maxPacketBytes() >= Packets.MAX_REASON_STRING_BYTES + 12;
        return fits ? Packets.reasonString(text) : "";
    }

    /// Pauses reading while too much is in flight, or the client does not read what we send.
    void updateReading() {
        if (state != State.OPEN) return;
        boolean pause = inFlight.isFull(paused) || !context().channel().isWritable();
        if (pause == paused) return;
        paused = pause;
        context().channel().config().setAutoRead(!pause);
    }

    private ByteBuf out() {
        ByteBuf buffer = out;
        if (buffer == null) {
            buffer = context().alloc().buffer(512);
            out = buffer;
        }
        return buffer;
    }

    /// Writes out what was gathered: at the end of a read, and at the end of a group's answers.
    void flush() {
        ByteBuf buffer = out;
        if (buffer == null || reading) return;
        out = null;
        context().writeAndFlush(buffer, context().voidPromise());
    }

    // --- the end ----------------------------------------------------------------------------------------------------

    private void malformed(Throwable cause) {
        if (state == State.AWAITING_CONNECT) {
            switch (cause) {
                case MqttUnacceptableProtocolVersionException version ->
                    Packets.connack3(out(), Reason.V3_UNACCEPTABLE_VERSION);
                case MqttIdentifierRejectedException id -> Packets.connack3(out(), Reason.V3_IDENTIFIER_REJECTED);
                default -> LOG.debug("not a CONNECT: {}", cause.getMessage());
            }
            end();
        } else if (cause instanceof TooLongFrameException) {
            disconnect(Reason.PACKET_TOO_LARGE, "packet: at most " + shared.maxPacketBytes() + " bytes");
        } else {
            disconnect(Reason.MALFORMED_PACKET, "");
        }
    }

    private void protocolError(String what) {
        disconnect(Reason.PROTOCOL_ERROR, what);
    }

    /// Ends the connection; a client of version 5 is told why.
    void disconnect(int reason, String text) {
        if (state != State.OPEN) return;
        LOG.debug("MQTT client {} is disconnected: 0x{}, {}", session().client(), Integer.toHexString(reason), text);
        // Whoever is cut off must know why, even if it asked for no texts (5 §3.1.2.11.7 allows them here).
        if (isFive()) Packets.disconnect5(out(), reason, fitting(text));
        end();
    }

    /// Sends the last words, then waits a little for the other side to hang up.
    private void end() {
        metrics.mqttDisconnected.increment();
        state = State.ENDING;
        ByteBuf last = out == null ? Unpooled.EMPTY_BUFFER : out;
        out = null;
        context().writeAndFlush(last).addListener(sent -> shutdownOutput());
        context().channel().config().setAutoRead(true);
        eventLoop().schedule(this::close, LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void shutdownOutput() {
        if (context().channel() instanceof DuplexChannel duplex && duplex.isActive()) duplex.shutdownOutput();
    }

    private void close() {
        if (state == State.AWAITING_CONNECT || state == State.OPEN) state = State.ENDING;
        context().close();
    }

    /// Clients that may be told what became of a will there are none.
    private record LastWords(Executor executor, CaptureMetrics metrics) implements Reply {
        @Override
        public void answer(IntakeOutcome outcome) {
            switch (outcome) {
                case IntakeOutcome.Accepted accepted -> {}
                case IntakeOutcome.Repeated repeated -> {}
                case IntakeOutcome.Conflict conflict -> metrics.droppedWills.increment();
                case IntakeOutcome.Refused refused -> metrics.droppedWills.increment();
                case IntakeOutcome.Busy busy -> metrics.droppedWills.increment();
            }
        }
    }
}
