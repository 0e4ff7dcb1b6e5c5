package org.sealpost.capture.mqtt;

import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.sealpost.control.Clients;
import org.sealpost.record.Content;

/// What a CONNECT comes to.
sealed interface Handshake {
    int VERSION_3_1_1 = 4;
    int VERSION_5 = 5;
    int MAX_CLIENT_ID_LENGTH = 128;

    /// Refused with a CONNACK.
    ///
    /// @param code3 return code of 3.1.1
    /// @param code5 reason code of 5
    record Rejected(int version, int code3, int code5) implements Handshake {}

    /// Not MQTT as it should be: 3.1.1 has no word for that, 5 says the code.
    record Violated(int version, int code5) implements Handshake {}

    /// Let in.
    ///
    /// @param client             by its credentials
    /// @param assigned           whether the client id was made here
    /// @param keepAliveSeconds   0 for none
    /// @param reasonStrings      whether the client wants texts in acknowledgements
    /// @param maxPacketBytes     largest packet that the client takes
    record Welcome(
            int version,
            String client,
            String clientId,
            boolean assigned,
            int keepAliveSeconds,
            boolean reasonStrings,
            long maxPacketBytes,
            Optional<Will> will)
            implements Handshake {}

    /// What is to be recorded when the connection ends without a DISCONNECT.
    record Will(Topic topic, Optional<String> key, String mediaType, byte[] payload) {}

    static Handshake of(MqttConnectMessage message, Clients clients) {
        MqttConnectVariableHeader header = message.variableHeader();
        int version = header.version();
        if (version != VERSION_3_1_1 && version != VERSION_5) {
            return new Rejected(VERSION_3_1_1, Reason.V3_UNACCEPTABLE_VERSION, Reason.UNSPECIFIED);
        }
        if (isMalformed(header)) return new Violated(version, Reason.MALFORMED_PACKET);
        Limits limits = Limits.of(header.properties());
        if (limits.receiveMaximum() == 0 || limits.maxPacketBytes() == 0) {
            return new Violated(version, Reason.PROTOCOL_ERROR);
        }
        if (header.properties().getProperty(MqttProperties.AUTHENTICATION_METHOD) != null) {
            return new Rejected(version, Reason.V3_NOT_AUTHORIZED, Reason.BAD_AUTHENTICATION_METHOD);
        }
        MqttConnectPayload payload = message.payload();
        String user = payload.userName();
        byte[] password = payload.passwordInBytes();
        if (user == null || password == null || !clients.isPassword(user, password)) {
            return new Rejected(version, Reason.V3_BAD_USER_NAME_OR_PASSWORD, Reason.BAD_USER_NAME_OR_PASSWORD);
        }
        String id = payload.clientIdentifier();
        // 3.1.1 §3.1.3.1: without an id there is nothing that a kept session could belong to.
        if (id.length() > MAX_CLIENT_ID_LENGTH
                || id.chars().anyMatch(Character::isISOControl)
                || id.isEmpty() && version == VERSION_3_1_1 && !header.isCleanSession()) {
            return new Rejected(version, Reason.V3_IDENTIFIER_REJECTED, Reason.CLIENT_ID_NOT_VALID);
        }
        return welcome(message, user, limits);
    }

    private static Handshake welcome(MqttConnectMessage message, String user, Limits limits) {
        MqttConnectVariableHeader header = message.variableHeader();
        int version = header.version();
        Optional<Will> will = Optional.empty();
        if (header.isWillFlag()) {
            if (header.willQos() == 2) {
                return new Rejected(version, Reason.V3_NOT_AUTHORIZED, Reason.QOS_NOT_SUPPORTED);
            }
            if (header.isWillRetain() && version == VERSION_5) {
                return new Rejected(version, Reason.V3_NOT_AUTHORIZED, Reason.RETAIN_NOT_SUPPORTED);
            }
            will = will(message.payload());
            if (will.isEmpty()) return new Rejected(version, Reason.V3_NOT_AUTHORIZED, Reason.TOPIC_NAME_INVALID);
        }
        String id = message.payload().clientIdentifier();
        return new Welcome(
                version,
                user,
                id.isEmpty() ? newClientId() : id,
                id.isEmpty(),
                header.keepAliveTimeSeconds(),
                limits.reasonStrings(),
                limits.maxPacketBytes(),
                will);
    }

    private static boolean isMalformed(MqttConnectVariableHeader header) {
        if (header.willQos() == 3) return true;
        if (!header.isWillFlag() && (header.willQos() != 0 || header.isWillRetain())) return true;
        // 3.1.1 §3.1.2.9; version 5 allows a password alone.
        return header.version() == VERSION_3_1_1 && header.hasPassword() && !header.hasUserName();
    }

    private static Optional<Will> will(MqttConnectPayload payload) {
        MqttProperties properties = payload.willProperties();
        Optional<String> key = Properties.key(properties);
        String mediaType =
                Properties.text(properties, MqttProperties.CONTENT_TYPE).orElse(Content.UNKNOWN_TYPE);
        if (!Properties.isMediaType(mediaType) || !Properties.isKeyUsable(properties)) return Optional.empty();
        byte[] message = payload.willMessageInBytes();
        return Topic.parse(payload.willTopic())
                .filter(topic -> key.isEmpty() || topic.key().isEmpty() || key.equals(topic.key()))
                .map(topic -> new Will(topic, key.or(topic::key), mediaType, message == null ? new byte[0] : message));
    }

    private static String newClientId() {
        byte[] random = new byte[8];
        ThreadLocalRandom.current().nextBytes(random);
        return "assigned-" + HexFormat.of().formatHex(random);
    }

    /// What a client of version 5 says that it takes.
    record Limits(int receiveMaximum, long maxPacketBytes, boolean reasonStrings) {
        static Limits of(MqttProperties properties) {
            return new Limits(
                    Properties.number(properties, MqttProperties.RECEIVE_MAXIMUM)
                            .orElse(65_535),
                    Properties.number(properties, MqttProperties.MAXIMUM_PACKET_SIZE)
                            .map(Integer::toUnsignedLong)
                            .orElse(Long.MAX_VALUE),
                    Properties.number(properties, MqttProperties.REQUEST_PROBLEM_INFORMATION)
                                    .orElse(1)
                            != 0);
        }
    }
}
