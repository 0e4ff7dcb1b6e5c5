package org.sealpost.hsm.driver;

import java.nio.ByteBuffer;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.driver.Message.Answer;
import org.sealpost.hsm.driver.Message.Order;

/// The bytes of the protocol, version 1, as docs/hsm.md has them.
final class Wire {
    static final int LENGTH_BYTES = 4;
    static final int HEAD_BYTES = 9;
    static final int MAX_FRAME_BYTES = 1 << 20;

    private Wire() {}

    /// A message and the call that it belongs to; 0 where there is none.
    record Frame(long call, Message message) {}

    static ByteBuffer encode(long call, Message message) {
        return switch (message) {
            case Order order -> encode(call, order);
            case Answer answer -> encode(call, answer);
        };
    }

    private static ByteBuffer encode(long call, Order order) {
        return switch (order) {
            case Message.Hello(int version, TokenConfig config, List<KeySpec> keys) -> {
                FrameWriter out = new FrameWriter(1, call, 512).u16(version);
                out.text(Message.absolute(config.module())).text(config.label()).text(config.serial());
                out.text(config.reserved())
                        .text(Message.absolute(config.pinFile()))
                        .u16(config.sessions());
                out.u16(keys.size());
                keys.forEach(key -> key(out, key));
                yield out.done();
            }
            case Message.Key(KeySpec spec) ->
                key(new FrameWriter(2, call, 256), spec).done();
            case Message.Generate(String name, KeyKind kind) ->
                new FrameWriter(3, call, 128).text(name).text(kind.name()).done();
            case Message.Sign(int key, long deadlineNanos, byte[] input) ->
                new FrameWriter(4, call, 16 + input.length)
                        .u32(key)
                        .u64(deadlineNanos)
                        .bytes(input)
                        .done();
            case Message.Ping() -> new FrameWriter(5, call, 0).done();
        };
    }

    private static ByteBuffer encode(long call, Answer answer) {
        return switch (answer) {
            case Message.Welcome(int version, long pid) ->
                new FrameWriter(65, call, 10).u16(version).u64(pid).done();
            case Message.KeyIs(int number, byte[] spki) ->
                new FrameWriter(66, call, 8 + spki.length)
                        .u32(number)
                        .bytes(spki)
                        .done();
            case Message.Signature(byte[] signature) ->
                new FrameWriter(67, call, 4 + signature.length).bytes(signature).done();
            case Message.Setback(TokenHealth.State state, String reason, String remedy) ->
                new FrameWriter(68, call, 256)
                        .text(state.name())
                        .text(reason)
                        .text(remedy)
                        .done();
            case Message.Refused(String key, String attribute, boolean ambiguous, String message) ->
                new FrameWriter(69, call, 256)
                        .text(key)
                        .text(attribute)
                        .u8(ambiguous ? 1 : 0)
                        .text(message)
                        .done();
            case Message.Unusable(String sentence) ->
                new FrameWriter(70, call, 256).text(sentence).done();
            case Message.Full() -> new FrameWriter(71, call, 0).done();
            case Message.Pong() -> new FrameWriter(72, call, 0).done();
            case Message.Health(TokenHealth health, String description) -> {
                FrameWriter out =
                        new FrameWriter(73, call, 512).text(health.state().name());
                out.text(health.cause()).text(health.remedy()).text(description);
                yield out.u64(health.since().toEpochMilli())
                        .u32(health.lostCalls())
                        .done();
            }
        };
    }

    /// The message in a frame's type, call and fields.
    static Frame decode(ByteBuffer frame) throws ProtocolError {
        var in = new FrameReader(frame);
        int type = in.u8();
        long call = in.u64();
        try {
            Message message = message(type, in);
            in.end();
            return new Frame(call, message);
        } catch (IllegalArgumentException | DateTimeException nonsense) {
            throw new ProtocolError("message " + type + ": " + nonsense.getMessage());
        }
    }

    private static Message message(int type, FrameReader in) throws ProtocolError {
        return switch (type) {
            case 1 -> hello(in);
            case 2 -> new Message.Key(key(in));
            case 3 -> new Message.Generate(in.text(), in.constant(KeyKind.class));
            case 4 -> new Message.Sign(in.count(), in.u64(), in.bytes());
            case 5 -> new Message.Ping();
            case 65 -> new Message.Welcome(in.u16(), in.u64());
            case 66 -> new Message.KeyIs(in.count(), in.bytes());
            case 67 -> new Message.Signature(in.bytes());
            case 68 -> new Message.Setback(in.constant(TokenHealth.State.class), in.text(), in.text());
            case 69 -> new Message.Refused(in.text(), in.text(), in.flag(), in.text());
            case 70 -> new Message.Unusable(in.text());
            case 71 -> new Message.Full();
            case 72 -> new Message.Pong();
            case 73 -> health(in);
            default -> throw new ProtocolError("there is no message of type " + type);
        };
    }

    private static Message.Hello hello(FrameReader in) throws ProtocolError {
        int version = in.u16();
        if (version != Message.VERSION) {
            throw new ProtocolError("version " + version + " is spoken there, " + Message.VERSION + " here");
        }
        var config = new TokenConfig(path(in), in.text(), in.optionalText(), in.optionalText(), path(in), in.u16());
        int count = in.u16();
        var keys = new ArrayList<KeySpec>();
        for (int i = 0; i < count; i++) {
            keys.add(key(in));
        }
        return new Message.Hello(version, config, List.copyOf(keys));
    }

    private static Path path(FrameReader in) throws ProtocolError {
        String text = in.text();
        try {
            return Path.of(text);
        } catch (InvalidPathException noPath) {
            throw new ProtocolError("no path: \"" + text + "\"");
        }
    }

    private static FrameWriter key(FrameWriter out, KeySpec spec) {
        out.text(spec.name()).text(spec.kind().name());
        Optional<byte[]> spki = spec.pinnedSpki();
        out.u8(spki.isPresent() ? 1 : 0);
        spki.ifPresent(out::bytes);
        return out;
    }

    private static KeySpec key(FrameReader in) throws ProtocolError {
        return new KeySpec(in.text(), in.constant(KeyKind.class), in.optionalBytes());
    }

    private static Message.Health health(FrameReader in) throws ProtocolError {
        TokenHealth.State state = in.constant(TokenHealth.State.class);
        String cause = in.text();
        String remedy = in.text();
        String description = in.text();
        var health = new TokenHealth(state, cause, remedy, Instant.ofEpochMilli(in.u64()), in.count());
        return new Message.Health(health, description);
    }
}
