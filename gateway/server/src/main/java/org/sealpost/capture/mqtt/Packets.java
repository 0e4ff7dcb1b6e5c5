package org.sealpost.capture.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/// Writes the few packets that this side sends, straight into the connection's buffer: an acknowledgement is four
/// bytes and there may be a hundred thousand a second.
final class Packets {
    static final int MAX_REASON_STRING_BYTES = 400;

    private static final int RECEIVE_MAXIMUM = 0x21;
    private static final int MAXIMUM_QOS = 0x24;
    private static final int RETAIN_AVAILABLE = 0x25;
    private static final int MAXIMUM_PACKET_SIZE = 0x27;
    private static final int ASSIGNED_CLIENT_ID = 0x12;
    private static final int SESSION_EXPIRY = 0x11;
    private static final int REASON_STRING = 0x1f;
    private static final int WILDCARD_SUBSCRIPTION_AVAILABLE = 0x28;
    private static final int SUBSCRIPTION_ID_AVAILABLE = 0x29;
    private static final int SHARED_SUBSCRIPTION_AVAILABLE = 0x2a;

    private Packets() {}

    /// CONNACK of 3.1.1 (§3.2), no session present.
    static void connack3(ByteBuf out, int returnCode) {
        out.writeByte(0x20).writeByte(2).writeByte(0).writeByte(returnCode);
    }

    /// CONNACK of 5 (§3.2) that refuses.
    static void connack5(ByteBuf out, int reason) {
        out.writeByte(0x20).writeByte(3).writeByte(0).writeByte(reason).writeByte(0);
    }

    /// CONNACK of 5 (§3.2) that welcomes, and says all that this side does not do.
    ///
    /// @param assignedClientId empty if the client had its own
    static void welcome5(ByteBuf out, int receiveMaximum, int maxPacketBytes, String assignedClientId) {
        byte[] assigned = assignedClientId.getBytes(StandardCharsets.UTF_8);
        int properties = 3 + 2 + 2 + 5 + 5 + 2 + 2 + 2 + (assigned.length > 0 ? 3 + assigned.length : 0);
        out.writeByte(0x20);
        variable(out, 2 + variableSize(properties) + properties);
        out.writeByte(0).writeByte(Reason.SUCCESS);
        variable(out, properties);
        out.writeByte(RECEIVE_MAXIMUM).writeShort(receiveMaximum);
        out.writeByte(MAXIMUM_QOS).writeByte(1);
        out.writeByte(RETAIN_AVAILABLE).writeByte(0);
        out.writeByte(MAXIMUM_PACKET_SIZE).writeInt(maxPacketBytes);
        out.writeByte(SESSION_EXPIRY).writeInt(0);
        out.writeByte(WILDCARD_SUBSCRIPTION_AVAILABLE).writeByte(0);
        out.writeByte(SUBSCRIPTION_ID_AVAILABLE).writeByte(0);
        out.writeByte(SHARED_SUBSCRIPTION_AVAILABLE).writeByte(0);
        if (assigned.length > 0) {
            out.writeByte(ASSIGNED_CLIENT_ID).writeShort(assigned.length).writeBytes(assigned);
        }
    }

    /// PUBACK that all is well, in both versions (3.1.1 §3.4, 5 §3.4.2.1).
    static void puback(ByteBuf out, int packetId) {
        out.writeByte(0x40).writeByte(2).writeShort(packetId);
    }

    /// PUBACK of 5 (§3.4) that refuses.
    ///
    /// @param text at most [#MAX_REASON_STRING_BYTES] in UTF-8; empty for none
    static void puback5(ByteBuf out, int packetId, int reason, String text) {
        reasoned(out, 0x40, 2, packetId, reason, text);
    }

    /// PUBCOMP for a message that is not known here (3.1.1 §3.7, 5 §3.7.2.1).
    static void pubcomp(ByteBuf out, int packetId, boolean five) {
        if (five) out.writeByte(0x70).writeByte(3).writeShort(packetId).writeByte(Reason.PACKET_ID_NOT_FOUND);
        else out.writeByte(0x70).writeByte(2).writeShort(packetId);
    }

    /// SUBACK that refuses each of the topics (3.1.1 §3.9, 5 §3.9).
    static void suback(ByteBuf out, int packetId, int count, boolean five) {
        perTopic(out, 0x90, packetId, count, five ? Reason.IMPLEMENTATION_SPECIFIC : Reason.UNSPECIFIED, five);
    }

    /// UNSUBACK: there was no subscription (3.1.1 §3.11, 5 §3.11).
    static void unsuback(ByteBuf out, int packetId, int count, boolean five) {
        if (five) perTopic(out, 0xb0, packetId, count, Reason.NO_SUBSCRIPTION_EXISTED, true);
        else out.writeByte(0xb0).writeByte(2).writeShort(packetId);
    }

    static void pingresp(ByteBuf out) {
        out.writeByte(0xd0).writeByte(0);
    }

    /// DISCONNECT of 5 (§3.14).
    static void disconnect5(ByteBuf out, int reason, String text) {
        reasoned(out, 0xe0, 0, 0, reason, text);
    }

    private static void reasoned(ByteBuf out, int type, int idBytes, int packetId, int reason, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int properties = utf8.length == 0 ? 0 : 3 + utf8.length;
        out.writeByte(type);
        variable(out, idBytes + 1 + variableSize(properties) + properties);
        if (idBytes > 0) out.writeShort(packetId);
        out.writeByte(reason);
        variable(out, properties);
        if (properties > 0) out.writeByte(REASON_STRING).writeShort(utf8.length).writeBytes(utf8);
    }

    private static void perTopic(ByteBuf out, int type, int packetId, int count, int code, boolean five) {
        out.writeByte(type);
        variable(out, 2 + (five ? 1 : 0) + count);
        out.writeShort(packetId);
        if (five) out.writeByte(0);
        for (int i = 0; i < count; i++) out.writeByte(code);
    }

    /// A variable byte integer (§1.5.5).
    private static void variable(ByteBuf out, int value) {
        int rest = value;
        while (rest > 127) {
            out.writeByte(rest & 127 | 128);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    private static int variableSize(int value) {
        return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;
    }

    /// Cuts a text so that its UTF-8 fits [#MAX_REASON_STRING_BYTES].
    static String reasonString(String text) {
        String fitting = text;
        while (ByteBufUtil.utf8Bytes(fitting) > MAX_REASON_STRING_BYTES) {
            fitting = fitting.substring(0, fitting.length() - 1);
        }
        return fitting;
    }
}
