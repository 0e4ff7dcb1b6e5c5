package org.sealpost.hsm.driver;

import java.nio.ByteBuffer;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.ListedKey;
import org.sealpost.hsm.ListedModule;
import org.sealpost.hsm.ListedToken;
import org.sealpost.hsm.PinPlace;
import org.sealpost.hsm.ReturnCode;
import org.sealpost.hsm.TokenCeremony.EmptyToken;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenFailure.Reason;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.driver.Message.Answer;
import org.sealpost.hsm.driver.Message.Order;

/// The bytes of the protocol, version 2, as docs/hsm.md has them.
final class Wire {
    static final int LENGTH_BYTES = 4;
    static final int HEAD_BYTES = 9;
    static final int MAX_FRAME_BYTES = 1 << 20;

    /// Of the keys in one list, and of their frames together.
    static final int MAX_LISTED = 1000;
    static final long MAX_LIST_BYTES = 3 << 20;

    private static final long NO_SLOT = -1;

    private Wire() {}

    /// A message and the call that it belongs to; 0 where there is none.
    record Frame(long call, Message message) {}

    static long bytesOf(ListedKey key) {
        return encode(0, new Message.Listed(key)).remaining();
    }

    static ByteBuffer encode(long call, Message message) {
        return switch (message) {
            case Order order -> encode(call, order);
            case Answer answer -> encode(call, answer);
        };
    }

    private static ByteBuffer encode(long call, Order order) {
        return switch (order) {
            case Message.Hello(int version, TokenConfig config, List<KeySpec> keys) -> {
                FrameWriter out = token(new FrameWriter(1, call, 512).u16(version), config);
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
            case Message.Keys() -> new FrameWriter(16, call, 0).done();
            case Message.Destroy(String name, byte[] spki) ->
                new FrameWriter(17, call, 256).text(name).bytes(spki).done();
            case Message.DestroyById(String name, byte[] id) ->
                new FrameWriter(22, call, 128).text(name).bytes(id).done();
            case Message.Tokens(int version, Path module, Optional<String> reserved, Optional<String> profile) -> {
                FrameWriter out = new FrameWriter(23, call, 256).u16(version);
                out.text(Message.absolute(module));
                yield out.text(reserved).text(profile).done();
            }
            case Message.StoreCertificate(String name, byte[] spki, byte[] certificate) ->
                new FrameWriter(18, call, 2048)
                        .text(name)
                        .bytes(spki)
                        .bytes(certificate)
                        .done();
            case Message.Certificates(String name, byte[] spki) ->
                new FrameWriter(19, call, 256).text(name).bytes(spki).done();
            case Message.ChangePin(Path newPin) ->
                new FrameWriter(20, call, 256).text(Message.absolute(newPin)).done();
            case Message.Initialise(int version, TokenConfig config, EmptyToken wanted) ->
                token(new FrameWriter(21, call, 512).u16(version), config)
                        .text(wanted.officersPin().map(Message::absolute))
                        .u64(wanted.slot().orElse(NO_SLOT))
                        .done();
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
            case Message.Setback(
                    TokenHealth.State state,
                    String words,
                    String remedy,
                    Reason reason,
                    Optional<ReturnCode> code) -> {
                FrameWriter out = new FrameWriter(68, call, 256).text(state.name());
                yield out.text(words)
                        .text(remedy)
                        .text(reason.name())
                        .code(code)
                        .done();
            }
            case Message.Refused(
                    String key,
                    String attribute,
                    String words,
                    Reason reason,
                    Optional<ReturnCode> code) -> {
                FrameWriter out = new FrameWriter(69, call, 256).text(key).text(attribute);
                yield out.text(words).text(reason.name()).code(code).done();
            }
            case Message.Unusable(String sentence) ->
                new FrameWriter(70, call, 256).text(sentence).done();
            case Message.Full() -> new FrameWriter(71, call, 0).done();
            case Message.Pong() -> new FrameWriter(72, call, 0).done();
            case Message.Listed(ListedKey key) ->
                listed(new FrameWriter(80, call, 512), key).done();
            case Message.Done() -> new FrameWriter(81, call, 0).done();
            case Message.CertificatesAre(List<byte[]> certificates) ->
                new FrameWriter(82, call, 2048).list(certificates).done();
            case Message.PinKept(String message, Optional<ReturnCode> code) ->
                new FrameWriter(83, call, 256).text(message).code(code).done();
            case Message.Wrong(String sentence, Optional<Reason> reason, Optional<ReturnCode> code) -> {
                FrameWriter out = new FrameWriter(84, call, 256).text(sentence);
                yield out.optionalConstant(reason).code(code).done();
            }
            case Message.Initialised(String serial) ->
                new FrameWriter(85, call, 64).text(serial).done();
            case Message.AlreadyInitialised() -> new FrameWriter(86, call, 0).done();
            case Message.TokenIs(ListedToken token) -> {
                FrameWriter out = new FrameWriter(88, call, 256).u64(token.slot());
                out.text(token.label()).text(token.serial());
                out.text(token.manufacturer()).text(token.model());
                out.u8(token.initialised() ? 1 : 0).u8(token.needsLogin() ? 1 : 0);
                yield out.text(token.pin().name()).done();
            }
            case Message.ModuleIs(String manufacturer, String profile, List<ListedModule.Numbers> numbers) -> {
                FrameWriter out = new FrameWriter(89, call, 256).text(manufacturer);
                out.text(profile).u16(numbers.size());
                numbers.forEach(
                        each -> out.text(each.kind()).u64(each.generation()).u64(each.signature()));
                yield out.done();
            }
            case Message.MechanismsAre(List<Long> mechanisms) -> {
                FrameWriter out = new FrameWriter(90, call, 2 + 8 * mechanisms.size()).u16(mechanisms.size());
                mechanisms.forEach(out::u64);
                yield out.done();
            }
            case Message.Destroyed(Optional<String> left) ->
                new FrameWriter(87, call, 256).text(left).done();
            case Message.Health(TokenHealth health, String description, Optional<String> serial) -> {
                FrameWriter out =
                        new FrameWriter(73, call, 512).text(health.state().name());
                out.text(health.cause()).text(health.remedy()).optionalConstant(health.reason());
                out.code(health.returnCode()).text(description).text(serial);
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
            Message message = message(type, call, in);
            in.end();
            return new Frame(call, message);
        } catch (IllegalArgumentException | DateTimeException nonsense) {
            throw new ProtocolError("message " + type + ": " + nonsense.getMessage());
        }
    }

    private static Message message(int type, long call, FrameReader in) throws ProtocolError {
        return switch (type) {
            case 1 -> hello(call, in);
            case 2 -> new Message.Key(key(in));
            case 3 -> new Message.Generate(in.text(), in.constant(KeyKind.class));
            case 4 -> new Message.Sign(in.count(), in.u64(), in.bytes());
            case 5 -> new Message.Ping();
            case 16 -> new Message.Keys();
            case 17 -> new Message.Destroy(in.text(), in.bytes());
            case 18 -> new Message.StoreCertificate(in.text(), in.bytes(), in.bytes());
            case 19 -> new Message.Certificates(in.text(), in.bytes());
            case 20 -> new Message.ChangePin(path(in));
            case 21 -> new Message.Initialise(version(call, in), token(in), emptyToken(in));
            case 22 -> new Message.DestroyById(in.text(), in.bytes());
            case 23 -> new Message.Tokens(version(call, in), path(in), in.optionalText(), in.optionalText());
            case 65 -> new Message.Welcome(version(call, in), in.u64());
            case 66 -> new Message.KeyIs(in.count(), in.bytes());
            case 67 -> new Message.Signature(in.bytes());
            case 68 ->
                new Message.Setback(
                        in.constant(TokenHealth.State.class),
                        in.text(),
                        in.text(),
                        in.constant(Reason.class),
                        in.code());
            case 69 -> new Message.Refused(in.text(), in.text(), in.text(), in.constant(Reason.class), in.code());
            case 70 -> new Message.Unusable(in.text());
            case 71 -> new Message.Full();
            case 72 -> new Message.Pong();
            case 73 -> health(in);
            case 80 -> new Message.Listed(listed(in));
            case 81 -> new Message.Done();
            case 82 -> new Message.CertificatesAre(in.list());
            case 83 -> new Message.PinKept(in.text(), in.code());
            case 84 -> new Message.Wrong(in.text(), in.optionalConstant(Reason.class), in.code());
            case 85 -> new Message.Initialised(in.text());
            case 86 -> new Message.AlreadyInitialised();
            case 87 -> new Message.Destroyed(in.optionalText());
            case 88 -> new Message.TokenIs(listedToken(in));
            case 89 -> moduleIs(in);
            case 90 -> mechanismsAre(in);
            default -> throw new ProtocolError("there is no message of type " + type);
        };
    }

    private static Message.Hello hello(long call, FrameReader in) throws ProtocolError {
        int version = version(call, in);
        TokenConfig config = token(in);
        int count = in.u16();
        var keys = new ArrayList<KeySpec>();
        for (int i = 0; i < count; i++) {
            keys.add(key(in));
        }
        return new Message.Hello(version, config, List.copyOf(keys));
    }

    private static int version(long call, FrameReader in) throws ProtocolError {
        int version = in.u16();
        if (version != Message.VERSION) {
            throw new OtherVersion(call, version);
        }
        return version;
    }

    private static FrameWriter token(FrameWriter out, TokenConfig config) {
        out.text(Message.absolute(config.module())).text(config.label()).text(config.serial());
        PinPlace pin = config.pin();
        out.text(config.reserved()).text(Message.absolute(pin.file()));
        out.text(pin.isCredential() ? Optional.of(Message.absolute(pin.memory())) : Optional.empty());
        return out.u16(config.sessions()).text(config.profile());
    }

    private static TokenConfig token(FrameReader in) throws ProtocolError {
        return new TokenConfig(
                path(in), in.text(), in.optionalText(), in.optionalText(), pin(in), in.u16(), in.optionalText());
    }

    private static PinPlace pin(FrameReader in) throws ProtocolError {
        Path file = path(in);
        Optional<String> memory = in.optionalText();
        return memory.isPresent() ? new PinPlace(file, path(memory.get())) : PinPlace.inFile(file);
    }

    private static EmptyToken emptyToken(FrameReader in) throws ProtocolError {
        Optional<String> officersPin = in.optionalText();
        Optional<Path> file = officersPin.isEmpty() ? Optional.empty() : Optional.of(path(officersPin.get()));
        long slot = in.u64();
        return new EmptyToken(file, slot == NO_SLOT ? OptionalLong.empty() : OptionalLong.of(slot));
    }

    private static Path path(FrameReader in) throws ProtocolError {
        return path(in.text());
    }

    private static Path path(String text) throws ProtocolError {
        try {
            return Path.of(text);
        } catch (InvalidPathException noPath) {
            throw new ProtocolError("no path: \"" + text + "\"");
        }
    }

    private static FrameWriter key(FrameWriter out, KeySpec spec) {
        return out.text(spec.name()).text(spec.kind().name()).optionalBytes(spec.pinnedSpki());
    }

    private static FrameWriter listed(FrameWriter out, ListedKey key) {
        out.text(key.name()).bytes(key.id()).u16(key.kinds().size());
        key.kinds().forEach(kind -> out.text(kind.name()));
        ListedKey.Flags flags = key.flags();
        out.optionalBytes(key.spki()).optionalFlag(flags.sensitive()).optionalFlag(flags.extractable());
        return out.optionalFlag(flags.local()).u8(key.hasPrivate() ? 1 : 0).list(key.certificates());
    }

    private static ListedKey listed(FrameReader in) throws ProtocolError {
        String name = in.text();
        byte[] id = in.bytes();
        int count = in.u16();
        var kinds = new ArrayList<KeyKind>();
        for (int i = 0; i < count; i++) {
            kinds.add(in.constant(KeyKind.class));
        }
        Optional<byte[]> spki = in.optionalBytes();
        var flags = new ListedKey.Flags(in.optionalFlag(), in.optionalFlag(), in.optionalFlag());
        return new ListedKey(name, id, kinds, spki, flags, in.flag(), in.list());
    }

    private static ListedToken listedToken(FrameReader in) throws ProtocolError {
        long slot = in.u64();
        String label = in.text();
        String serial = in.text();
        String manufacturer = in.text();
        String model = in.text();
        boolean initialised = in.flag();
        boolean needsLogin = in.flag();
        var pin = in.constant(ListedToken.Pin.class);
        return new ListedToken(slot, label, serial, manufacturer, model, initialised, needsLogin, pin);
    }

    private static Message.ModuleIs moduleIs(FrameReader in) throws ProtocolError {
        String manufacturer = in.text();
        String profile = in.text();
        int count = in.u16();
        var numbers = new ArrayList<ListedModule.Numbers>();
        for (int i = 0; i < count; i++) {
            numbers.add(new ListedModule.Numbers(in.text(), in.u64(), in.u64()));
        }
        return new Message.ModuleIs(manufacturer, profile, List.copyOf(numbers));
    }

    private static Message.MechanismsAre mechanismsAre(FrameReader in) throws ProtocolError {
        int count = in.u16();
        var mechanisms = new ArrayList<Long>();
        for (int i = 0; i < count; i++) {
            mechanisms.add(in.u64());
        }
        return new Message.MechanismsAre(List.copyOf(mechanisms));
    }

    private static KeySpec key(FrameReader in) throws ProtocolError {
        return new KeySpec(in.text(), in.constant(KeyKind.class), in.optionalBytes());
    }

    private static Message.Health health(FrameReader in) throws ProtocolError {
        TokenHealth.State state = in.constant(TokenHealth.State.class);
        String cause = in.text();
        String remedy = in.text();
        Optional<Reason> reason = in.optionalConstant(Reason.class);
        Optional<ReturnCode> code = in.code();
        String description = in.text();
        Optional<String> serial = in.optionalText();
        var health = new TokenHealth(state, cause, remedy, Instant.ofEpochMilli(in.u64()), in.count(), reason, code);
        return new Message.Health(health, description, serial);
    }
}
