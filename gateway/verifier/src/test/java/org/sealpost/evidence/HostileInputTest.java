package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sealpost.record.CborMalformed;

/// Bytes that nobody made for us: they end as cannot be read or not valid, never in an exception, and never take
/// memory that they do not bring themselves.
class HostileInputTest {
    private static final TestBox BOX = new TestBox("demo-port/7f3a9c41", TestBox.newKeys(), 1, 14);

    @Test
    void randomBytesEndAsCannotBeRead() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var good = BOX.evidence(5, 7);
        for (int round = 0; round < 20_000; round++) {
            var bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            // Half of them begin like a file, so that they get further.
            if (random.nextBoolean()) {
                int kept = Math.min(bytes.length, random.nextInt(good.length));
                System.arraycopy(good, 0, bytes, 0, kept);
            }
            var verdict = EvidenceVerifier.verify(bytes, BOX.trust(), AnchorCheck.OFFLINE);
            assertEquals(2, verdict.exitCode(), "seed " + seed + " round " + round);
        }
    }

    @Test
    void randomBytesInEveryOtherReaderAreRefused() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var receipt = BOX.receipt(5, 7).bytes();
        var seal = BOX.seal(7).bytes();
        var note = Checkpoint.unsigned(new Head(BOX.origin, 7, BOX.root(7)))
                .with(BOX.key, BOX.sign(new byte[0]))
                .format()
                .getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 5_000; round++) {
            ReceiptCheck.receipt(new byte[] {1}, mutated(receipt, random), BOX.key.spki());
            ReceiptCheck.statement(mutated(seal, random), BOX.key.spki());
            Checkpoint.parse(mutated(note, random));
            VerifierKey.parse(new String(mutated(note, random), StandardCharsets.ISO_8859_1));
            P256Signature.ofDer(mutated(BOX.sign(new byte[0]).der(), random))
                    .ifPresent(pair -> BOX.key.verifies(new byte[0], pair));
            try {
                Seal.parse(mutated(seal, random));
            } catch (CborMalformed e) {
                assertTrue(e.getMessage().contains("byte"));
            }
        }
    }

    private static byte[] mutated(byte[] bytes, Random random) {
        var mutant = Arrays.copyOf(bytes, Math.max(0, bytes.length + random.nextInt(5) - 2));
        for (int i = random.nextInt(3); i >= 0 && mutant.length > 0; i--) {
            mutant[random.nextInt(mutant.length)] = (byte) random.nextInt();
        }
        return mutant;
    }

    /// At every byte, a claim of 2^40 bytes or items instead of what is there.
    @Test
    void claimsOfHugeLengthsTakeNoMemory() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var good = BOX.evidence(
                5,
                List.of(7),
                head -> List.of(
                        new AnchorClaim(TestBox.LEDGER),
                        MadeProof.of(TestBox.CHAIN, BOX.originId(), head, 1, new byte[10])),
                List.of(new byte[10]));
        long most = 0;
        for (int at = 0; at < good.length; at++) {
            for (int major = 2; major <= 5; major++) {
                var mutant = ByteBuffer.allocate(good.length + 9)
                        .put(good, 0, at)
                        .put((byte) (major << 5 | 27))
                        .putLong(1L << 40)
                        .put(good, at, good.length - at)
                        .array();
                long before = threads.getCurrentThreadAllocatedBytes();
                var verdict = EvidenceVerifier.verify(mutant, TrustStore.EMPTY, new MadeProof(), AnchorCheck.OFFLINE);
                most = Math.max(most, threads.getCurrentThreadAllocatedBytes() - before);
                assertNotEquals(0, verdict.exitCode());
                assertNotEquals(3, verdict.exitCode());
            }
        }
        assertTrue(most < 4 << 20, most + " bytes allocated for a file of " + good.length);
    }

    @Test
    void oneByteMoreThanAllowedIsRefusedUnread() {
        var verdict =
                EvidenceVerifier.verify(new byte[Evidence.MAX_SIZE_BYTES + 1], TrustStore.EMPTY, AnchorCheck.OFFLINE);
        assertEquals(new Verdict.Unreadable("more than 64 MiB"), verdict);
    }

    /// Seals and checkpoints have one form of signature each; what a token returns is brought to it.
    @Test
    void aHighSIsRefusedAndNeverWritten() {
        var message = "message".getBytes(StandardCharsets.UTF_8);
        var low = BOX.sign(message).withLowS();
        var high = withHighS(low);
        assertTrue(BOX.key.verifies(message, low));
        assertFalse(BOX.key.verifies(message, high));
        assertEquals(low, high.withLowS());

        var checkpoint = Checkpoint.unsigned(new Head(BOX.origin, 7, BOX.root(7)));
        var signature = BOX.sign(checkpoint.toBeSigned());
        var verifier = VerifierKey.p256(BOX.origin, BOX.key);
        assertTrue(verifier.verifies(checkpoint.with(BOX.key, signature).note()));
        var other = verifier.line(withHighS(signature.withLowS()).der());
        assertFalse(verifier.verifies(new SignedNote(checkpoint.text(), List.of(other))));
    }

    private static P256Signature withHighS(P256Signature low) {
        var raw = low.raw();
        var s = P256Signature.ORDER.subtract(new BigInteger(1, raw, 32, 32));
        return P256Signature.ofRaw(
                HexFormat.of().parseHex(HexFormat.of().formatHex(raw, 0, 32) + String.format("%064x", s)));
    }

    @Test
    void textFromStrangersIsEscaped() {
        assertEquals(
                "\"a\\u{1b}[2J\\u{a}\\\"\\\\\\u{202e}\\u{9b}\\u{2028}\\u{a0}水\"",
                Printable.quote("a\u001b[2J\n\"\\\u202e\u009b\u2028\u00a0水"));
    }
}
