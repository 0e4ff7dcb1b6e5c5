package org.sealpost.capture.mqtt;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// A client that sends exactly the bytes it is told to, right or wrong. Tests of the whole box use it, too.
public final class RawMqtt implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;

    /// A packet as it came: first byte, and all after the length.
    public record Packet(int first, byte[] rest) {
        public int type() {
            return first >>> 4;
        }

        public int at(int offset) {
            return rest[offset] & 0xff;
        }

        int id() {
            return at(0) << 8 | at(1);
        }

        public boolean contains(String text) {
            return new String(rest, StandardCharsets.ISO_8859_1)
                    .contains(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
        }

        @Override
        public String toString() {
            return "%02x: %s".formatted(first, HexFormat.of().formatHex(rest));
        }
    }

    public RawMqtt(int port) throws IOException {
        this(new Socket("127.0.0.1", port));
    }

    /// Over TLS, for example.
    public RawMqtt(Socket connected) throws IOException {
        socket = connected;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        in = new DataInputStream(socket.getInputStream());
    }

    // --- packets ----------------------------------------------------------------------------------------------------

    public static byte[] connect3(String id, String user, String password) {
        return connect("MQTT", 4, 0x02, 60, null, id, null, user, password);
    }

    public static byte[] connect5(String id, String user, String password, byte... properties) {
        return connect("MQTT", 5, 0x02, 60, properties, id, null, user, password);
    }

    /// @param will null, or all of it from the will's properties to its payload
    static byte[] connect(
            String protocol,
            int level,
            int flags,
            int keepAlive,
            byte[] properties,
            String id,
            byte[] will,
            String user,
            String password) {
        int all = flags | (user != null ? 0x80 : 0) | (password != null ? 0x40 : 0);
        return packet(
                0x10,
                text(protocol),
                bytes(level, all, keepAlive >> 8, keepAlive & 0xff),
                properties == null ? bytes() : join(bytes(properties.length), properties),
                text(id),
                will == null ? bytes() : will,
                user == null ? bytes() : text(user),
                password == null ? bytes() : text(password));
    }

    public static byte[] publish3(int qos, int id, String topic, String payload) {
        return packet(
                0x30 | qos << 1,
                text(topic),
                qos > 0 ? bytes(id >> 8, id & 0xff) : bytes(),
                payload.getBytes(StandardCharsets.UTF_8));
    }

    public static byte[] publish5(int qos, int id, String topic, byte[] payload, byte... properties) {
        return packet(
                0x30 | qos << 1,
                text(topic),
                qos > 0 ? bytes(id >> 8, id & 0xff) : bytes(),
                variable(properties.length),
                properties,
                payload);
    }

    public static byte[] userProperty(String name, String value) {
        return join(bytes(0x26), text(name), text(value));
    }

    static byte[] packet(int first, byte[]... parts) {
        byte[] body = join(parts);
        return join(bytes(first), variable(body.length), body);
    }

    static byte[] text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return join(bytes(utf8.length >> 8, utf8.length & 0xff), utf8);
    }

    static byte[] variable(int value) {
        var out = new ByteArrayOutputStream();
        int rest = value;
        while (rest > 127) {
            out.write(rest & 127 | 128);
            rest >>>= 7;
        }
        out.write(rest);
        return out.toByteArray();
    }

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) bytes[i] = (byte) values[i];
        return bytes;
    }

    static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) out.writeBytes(part);
        return out.toByteArray();
    }

    // --- the wire ---------------------------------------------------------------------------------------------------

    public RawMqtt send(byte[]... packets) throws IOException {
        socket.getOutputStream().write(join(packets));
        socket.getOutputStream().flush();
        return this;
    }

    public Packet receive() throws IOException {
        int first = in.readUnsignedByte();
        int length = 0;
        int shift = 0;
        int digit;
        do {
            digit = in.readUnsignedByte();
            length |= (digit & 127) << shift;
            shift += 7;
        } while (digit > 127);
        byte[] rest = new byte[length];
        in.readFully(rest);
        return new Packet(first, rest);
    }

    /// Whether the other side hangs up without another packet.
    public boolean isHungUp() throws IOException {
        try {
            receive();
            return false;
        } catch (EOFException | SocketException gone) {
            return true;
        }
    }

    /// Connects with 3.1.1 and expects to be let in.
    RawMqtt welcome3(String id) throws IOException {
        send(connect3(id, MqttRig.USER, MqttRig.PASSWORD));
        expect("20: 0000");
        return this;
    }

    /// Connects with 5 and expects to be let in; returns the CONNACK.
    Packet welcome5(String id, byte... properties) throws IOException {
        send(connect5(id, MqttRig.USER, MqttRig.PASSWORD, properties));
        Packet connack = receive();
        if (connack.first != 0x20 || connack.at(0) != 0 || connack.at(1) != 0) {
            throw new AssertionError("expected to be welcome, got " + connack);
        }
        return connack;
    }

    public void expect(String packet) throws IOException {
        String found = receive().toString();
        if (!found.equals(packet)) throw new AssertionError("expected " + packet + ", got " + found);
    }

    public void expectPuback(int id) throws IOException {
        expect("40: %04x".formatted(id));
    }

    /// A PUBACK or DISCONNECT of version 5 with this reason code.
    public Packet expectReason(int type, int reason) throws IOException {
        Packet packet = receive();
        int found = packet.at(type == 4 ? 2 : 0);
        if (packet.type() != type || found != reason) {
            throw new AssertionError("expected type %d, reason 0x%02x, got %s".formatted(type, reason, packet));
        }
        return packet;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /// Ends without saying anything, as a lost network looks: with a reset.
    void vanish() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }
}
