package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
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

/// The bytes between the two processes: every message survives them, and no nonsense does.
class WireTest {
    private static final TokenConfig CONFIG =
            new TokenConfig(Path.of("/lib/x.so"), "bôx", Optional.of("17"), Optional.empty(), Path.of("/etc/pin"), 4);
    static final KeySpec KEY = KeySpec.pinned("seal", KeyKind.ED25519, spki());

    static final List<Message> ALL = List.of(
            Message.hello(CONFIG, List.of(KEY, KEY)),
            Message.hello(
                    CONFIG.withPin(new PinPlace(Path.of("/run/credentials/x/pin"), Path.of("/data/token-pin"))),
                    List.of()),
            new Message.Key(KEY),
            new Message.Key(KeySpec.unpinned("chain", KeyKind.SECP256K1)),
            new Message.Generate("seal", KeyKind.P256),
            new Message.Sign(3, 5_000_000_000L, new byte[65_535]),
            new Message.Ping(),
            new Message.Keys(),
            new Message.Destroy("seal", spki()),
            new Message.DestroyById("seal", new byte[] {1, 2}),
            new Message.Tokens(Message.VERSION, Path.of("/lib/x.so"), Optional.empty(), Optional.of("nss")),
            new Message.StoreCertificate("seal", spki(), new byte[700]),
            new Message.Certificates("seal", spki()),
            new Message.ChangePin(Path.of("/run/pin.new")),
            new Message.Initialise(Message.VERSION, CONFIG, EmptyToken.ONLY),
            new Message.Initialise(
                    Message.VERSION,
                    CONFIG,
                    new EmptyToken(Optional.of(Path.of("/run/so-pin")), OptionalLong.of(0x7FFFFFFFL))),
            new Message.Welcome(Message.VERSION, 4711),
            new Message.KeyIs(7, spki()),
            new Message.Signature(new byte[64]),
            new Message.Setback(TokenHealth.State.ABSENT, "no token", "plug it", Reason.TOKEN_ABSENT, Optional.empty()),
            new Message.Setback(
                    TokenHealth.State.RECOVERING, "C_Sign", "wait", Reason.RETRYABLE, Optional.of(new ReturnCode(-1))),
            new Message.Refused(
                    "seal", "CKM_ECDSA", "none", Reason.UNSUPPORTED_MECHANISM, Optional.of(new ReturnCode(0x70))),
            new Message.Unusable("there is no library"),
            new Message.Full(),
            new Message.Pong(),
            new Message.Listed(new ListedKey(
                    "seal",
                    new byte[] {1, 2},
                    List.of(KeyKind.P256),
                    Optional.of(spki()),
                    new ListedKey.Flags(Optional.of(true), Optional.of(false), Optional.empty()),
                    true,
                    List.of(new byte[700], new byte[1]))),
            new Message.Done(),
            new Message.CertificatesAre(List.of(new byte[3], new byte[0])),
            new Message.PinKept("too short", Optional.of(new ReturnCode(0xA2))),
            new Message.PinKept("the same", Optional.empty()),
            new Message.Wrong("C_InitToken", Optional.of(Reason.RETRYABLE), Optional.of(new ReturnCode(0x30))),
            new Message.Wrong("no certificate"),
            new Message.Initialised("4711"),
            new Message.AlreadyInitialised(),
            new Message.Destroyed(Optional.empty()),
            new Message.Destroyed(Optional.of("its certificate stays")),
            new Message.TokenIs(
                    new ListedToken(5, "bôx", "17", "SoftHSM", "v2", true, true, ListedToken.Pin.FINAL_TRY)),
            new Message.ModuleIs("SoftHSM", "SoftHSM 2", List.of(new ListedModule.Numbers("ecdsa", 0x1040, 0x1041))),
            new Message.MechanismsAre(List.of(0x1040L, 0x80000001L)),
            new Message.Health(
                    new TokenHealth(TokenHealth.State.READY, "signs", "", Instant.ofEpochMilli(1_700_000_000_123L), 2),
                    "SoftHSM",
                    Optional.of("17")),
            new Message.Health(
                    new TokenHealth(
                            TokenHealth.State.PIN_BLOCKED,
                            "C_Login",
                            "another",
                            Instant.ofEpochMilli(1_700_000_000_123L),
                            0,
                            Optional.of(Reason.PIN_BLOCKED),
                            Optional.of(new ReturnCode(0xA0))),
                    "SoftHSM",
                    Optional.empty()));

    @Test
    void everyMessageComesThrough() throws Exception {
        for (Message message : ALL) {
            Wire.Frame back = decode(Wire.encode(9, message));
            assertEquals(9, back.call());
            assertEquals(message.getClass(), back.message().getClass());
            assertEquals(Wire.encode(9, message), Wire.encode(9, back.message()), message.toString());
        }
    }

    @Test
    void aFrameThatEndsEarlyOrLateIsRefused() {
        for (Message message : ALL) {
            ByteBuffer frame = Wire.encode(9, message);
            int end = Math.min(frame.limit(), 400);
            for (int length = Wire.LENGTH_BYTES; length < end; length++) {
                ByteBuffer cut = frame.slice(Wire.LENGTH_BYTES, length - Wire.LENGTH_BYTES);
                assertThrows(ProtocolError.class, () -> Wire.decode(cut), message::toString);
            }
            ByteBuffer longer =
                    ByteBuffer.allocate(frame.limit() + 1).put(frame).rewind();
            assertThrows(ProtocolError.class, () -> decode(longer), message::toString);
        }
    }

    @Test
    void anotherVersionIsRefusedWithBothNumbers() {
        for (Message other : List.of(
                new Message.Hello(1, CONFIG, List.of()),
                new Message.Tokens(3, Path.of("/lib/x.so"), Optional.empty(), Optional.empty()),
                new Message.Initialise(3, CONFIG, EmptyToken.ONLY),
                new Message.Welcome(1, 4711))) {
            var refused = assertThrows(OtherVersion.class, () -> decode(Wire.encode(7, other)), other::toString);
            assertEquals(7, refused.call());
            assertTrue(refused.getMessage().contains("of different releases (version 2"), refused.getMessage());
        }
    }

    /// What has no room is told later; a greeting that cannot be sent would be tried for ever.
    @Test
    void aGreetingHasAsManyKeysAsHaveRoom() throws Exception {
        KeyKind large = KeyKind.ML_DSA_87;
        byte[] spki = HexFormat.of().parseHex("30820a32300b060960864801650304031303820a2100" + "11".repeat(2592));
        List<KeySpec> many = IntStream.range(0, 1000)
                .mapToObj(i -> KeySpec.pinned("\u4e2d".repeat(60) + i, large, spki))
                .toList();
        Message.Hello hello = Message.hello(CONFIG, many);
        assertTrue(
                hello.keys().size() > 100 && hello.keys().size() < 500,
                "keys " + hello.keys().size());
        assertEquals(many.subList(0, hello.keys().size()), hello.keys());
        assertEquals(hello, decode(Wire.encode(0, hello)).message());
        assertEquals(List.of(KEY), Message.hello(CONFIG, List.of(KEY)).keys());
    }

    /// Whatever the bytes are: a message, or a refusal, and nothing else.
    @Test
    void damagedFramesAreRefusedOrMeanSomething() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < 200_000; round++) {
            ByteBuffer frame = Wire.encode(random.nextLong(), ALL.get(random.nextInt(ALL.size())));
            byte[] bytes = new byte[Math.min(frame.remaining(), 600) - Wire.LENGTH_BYTES];
            frame.get(Wire.LENGTH_BYTES, bytes);
            for (int damage = random.nextInt(4); damage >= 0; damage--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                Wire.decode(ByteBuffer.wrap(bytes));
            } catch (ProtocolError refused) {
                // As it should be.
            }
        }
    }

    private static Wire.Frame decode(ByteBuffer frame) throws ProtocolError {
        return Wire.decode(frame.position(Wire.LENGTH_BYTES).slice());
    }

    private static byte[] spki() {
        return HexFormat.of().parseHex("302a300506032b6570032100" + "11".repeat(32));
    }
}
