package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.HandOver;

/// Alters evidence in more than ten thousand ways. Whatever the alteration, no line that is reported as proved may
/// differ from the original's: each mutant is refused, or says at most what the original says, under the same signer.
class MutationTest {
    private static final List<AnchorClaim> ANCHORS =
            List.of(new AnchorClaim(TestBox.LEDGER), new AnchorClaim(TestBox.CHAIN));

    private static TestBox box;
    private static TestBox madeAnew;
    private static TestBox sameKey;
    private static TestBox stranger;
    private static TestBox rotated;
    private static TestBox rotatedElsewhere;
    private static TestAuthority authority;
    private static List<Original> originals;

    /// A good file, with what each trust store makes of it.
    private record Original(String name, byte[] file, List<TrustStore> stores, List<Verdict.Intact> verdicts) {
        static Original of(String name, byte[] file, TrustStore... stores) {
            var verdicts = new ArrayList<Verdict.Intact>();
            for (var store : stores) {
                verdicts.add(assertInstanceOf(
                        Verdict.Intact.class, EvidenceVerifier.verify(file, store, AnchorCheck.OFFLINE)));
            }
            return new Original(name, file, List.of(stores), verdicts);
        }

        /// What a mutant may say at most, by trust store. A mutant may be a whole other good file, or that with a slot
        /// withheld; then it says what that one says, and never a mixture.
        List<List<Verdict.Intact>> allowed(byte[]... others) {
            var all = new ArrayList<List<Verdict.Intact>>();
            for (int i = 0; i < stores.size(); i++) {
                var ofStore = new ArrayList<Verdict.Intact>();
                ofStore.add(verdicts.get(i));
                for (var other : others) ofStore.add((Verdict.Intact) verify(other, stores.get(i)));
                all.add(ofStore);
            }
            return all;
        }
    }

    @BeforeAll
    static void makeFiles() throws Exception {
        var keys = TestBox.newKeys();
        box = new TestBox("demo-port/7f3a9c41", keys, 1, 40);
        madeAnew = new TestBox("demo-port/7f3a9c41", keys, 2, 40);
        sameKey = new TestBox("demo-port/00000000", keys, 3, 40);
        stranger = new TestBox("demo-port/7f3a9c41", TestBox.newKeys(), 4, 40);
        authority = new TestAuthority("An owner's CA");
        var certificates = authority.chainFor(box);
        rotated = rotated(keys, 5);
        rotatedElsewhere = rotated(keys, 6);
        originals = List.of(
                Original.of("1 of 2", box.evidence(1, 2), box.trust(), TrustStore.EMPTY),
                Original.of("genesis in 2", box.evidence(0, 2), box.trust()),
                Original.of("5 of 7", box.evidence(5, 7), box.trust()),
                Original.of(
                        "12 of 13 and 40, with anchors",
                        box.evidence(12, List.of(13, 40), ANCHORS, List.of()),
                        box.trustWithChain(),
                        TrustStore.EMPTY),
                Original.of(
                        "31 of 32 and 40, with certificates",
                        box.evidence(31, List.of(32, 40), List.of(), certificates),
                        authority.trust()),
                Original.of("4 of 22, after a hand-over", rotated.evidence(4, 22), rotated.trust(), TrustStore.EMPTY),
                Original.of(
                        "4 of 12, 22 and 32, with a break",
                        rotated.evidence(4, 12, 22, 32),
                        TestBox.trust(rotated.trustText() + authority.trustText()),
                        rotated.trust(),
                        TrustStore.EMPTY));
        for (var original : originals) {
            assertEquals(0, original.verdicts().getFirst().exitCode(), original.name());
        }
    }

    private static TestBox rotated(KeyPair keys, int nonce) throws Exception {
        var box = new TestBox("demo-port/7f3a9c41", keys, nonce, 13);
        box.handOver(TestBox.newKeys(), HandOver.Reason.PLANNED, List.of());
        box.upTo(25, nonce);
        var next = TestBox.newKeys();
        var chain = List.of(authority.sealing(next.getPublic(), "sealpost:" + box.origin), authority.issuer);
        box.handOver(next, HandOver.Reason.LOST, chain);
        return box.upTo(40, nonce);
    }

    @Test
    void noFlippedBitChangesAProvedLine() {
        int count = 0;
        for (var original : originals) {
            var allowed = original.allowed();
            IntStream.range(0, original.file().length).parallel().forEach(i -> {
                // Its lowest bit, or all of them.
                int mask = i % 2 == 0 ? 1 : 255;
                var mutant = original.file().clone();
                mutant[i] ^= (byte) mask;
                check(original, mutant, "byte " + i + " ^ " + mask, allowed);
            });
            count += original.file().length;
        }
        report("flipped bits", count);
    }

    @Test
    void noByteLeftOutOrAddedChangesAProvedLine() {
        int count = 0;
        for (var original : originals) {
            var file = original.file();
            var allowed = original.allowed();
            for (int i = 0; i < file.length; i++) {
                var without = new byte[file.length - 1];
                System.arraycopy(file, 0, without, 0, i);
                System.arraycopy(file, i + 1, without, i, file.length - i - 1);
                check(original, without, "without byte " + i, allowed);
                check(original, Arrays.copyOf(file, i), "cut at " + i, allowed);
                count += 2;
            }
            var longer = Arrays.copyOf(file, file.length + 1);
            assertEquals(2, verify(longer, original.stores().getFirst()).exitCode());
        }
        report("bytes left out", count);
    }

    @Test
    void noFieldAlteredAndEncodedAnewChangesAProvedLine() throws CborMalformed {
        int count = 0;
        for (var original : originals) {
            var tree = CborTree.parse(original.file());
            assertTrue(Arrays.equals(original.file(), tree.encode()));
            var allowed = original.allowed();
            count += tree.alterations().parallelStream()
                    .map(CborTree::encode)
                    .filter(mutant -> !Arrays.equals(mutant, original.file()))
                    .mapToInt(mutant -> {
                        check(original, mutant, "altered field", allowed);
                        return 1;
                    })
                    .sum();
        }
        report("altered fields", count);
    }

    /// The second valid form of each signature.
    @Test
    void theOtherSIsRefused() throws EvidenceUnreadable {
        for (var original : originals) {
            for (var head : Evidence.parse(original.file()).heads()) {
                var raw = head.receipt().signature().raw();
                int at = Collections.indexOfSubList(bytes(original.file()), bytes(raw));
                var s = new BigInteger(1, Arrays.copyOfRange(raw, 32, 64));
                var other = HexFormat.of().parseHex(String.format("%064x", P256Signature.ORDER.subtract(s)));
                var mutant = original.file().clone();
                System.arraycopy(other, 0, mutant, at + 32, 32);
                var verdict = assertInstanceOf(
                        Verdict.Invalid.class, verify(mutant, original.stores().getFirst()));
                assertEquals("signature", verdict.part());
            }
        }
    }

    private static List<Byte> bytes(byte[] array) {
        var list = new ArrayList<Byte>(array.length);
        for (byte b : array) list.add(b);
        return list;
    }

    /// Every part, at every depth, replaced by the same part of another good file: another entry of the log, an
    /// entry of another origin of the same key, of an origin of the same name made anew with the same key, and of a
    /// stranger's box of the same name.
    @Test
    void noPartOfAnotherFileChangesAProvedLine() throws CborMalformed {
        int count = 0;
        var others = List.of(
                box.evidence(6, 7),
                box.evidence(5, 8),
                box.evidence(12, List.of(13, 40), ANCHORS, List.of()),
                sameKey.evidence(5, 7),
                sameKey.evidence(12, List.of(13, 40), ANCHORS, List.of()),
                madeAnew.evidence(5, 7),
                madeAnew.evidence(1, 2),
                madeAnew.evidence(0, 2),
                madeAnew.evidence(12, List.of(13, 40), ANCHORS, List.of()),
                rotated.evidence(4, 12),
                rotated.evidence(5, 12, 22, 32),
                rotated.evidence(13, 40),
                rotatedElsewhere.evidence(4, 12, 22, 32),
                stranger.evidence(5, 7),
                stranger.evidence(12, List.of(13, 40), ANCHORS, List.of()));
        for (var original : originals.subList(2, originals.size())) {
            var tree = CborTree.parse(original.file());
            for (var other : others) {
                var theirs = CborTree.parse(other);
                // The other file with this one's certificates is a good file, too, where the key is the same.
                var certified = ((CborTree.Branch) theirs)
                        .with(6, ((CborTree.Branch) tree).items().get(6))
                        .encode();
                var mixed = new ArrayList<>(tree.transplants(theirs));
                mixed.addAll(combinations((CborTree.Branch) tree, (CborTree.Branch) theirs));
                var allowed = original.allowed(other, certified);
                // Much is the same in both files, and many of the mixtures are.
                var distinct = mixed.stream()
                        .map(mix -> ByteBuffer.wrap(mix.encode()))
                        .distinct()
                        .toList();
                distinct.parallelStream()
                        .forEach(mix -> check(original, mix.array(), "a part of another file", allowed));
                count += distinct.size();
            }
        }
        report("transplanted parts", count);
    }

    /// All ways to take each of the parts from one file or the other.
    private static List<CborTree> combinations(CborTree.Branch mine, CborTree.Branch theirs) {
        var mixed = new ArrayList<CborTree>();
        int parts = Math.min(mine.items().size(), theirs.items().size()) - 2;
        for (int choice = 1; choice < 1 << parts; choice++) {
            var mix = mine;
            for (int part = 0; part < parts; part++) {
                if ((choice >> part & 1) == 1)
                    mix = mix.with(2 + part, theirs.items().get(2 + part));
            }
            mixed.add(mix);
        }
        return mixed;
    }

    /// Chunks copied, moved, cut and overwritten at random.
    @Test
    void noRandomMutationChangesAProvedLine() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            var original = originals.get(random.nextInt(originals.size()));
            var mutant = original.file().clone();
            for (int steps = 1 + random.nextInt(3); steps > 0; steps--) mutant = mutate(mutant, random);
            check(original, mutant, "seed " + seed + " round " + round, original.allowed());
        }
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        int from = random.nextInt(bytes.length + 1);
        int count = random.nextInt(Math.min(64, bytes.length - from) + 1);
        int to = random.nextInt(bytes.length + 1);
        switch (random.nextInt(3)) {
            case 0 -> {
                int fits = Math.min(count, bytes.length - to);
                var copied = bytes.clone();
                System.arraycopy(bytes, from, copied, to, fits);
                return copied;
            }
            case 1 -> {
                var longer = new byte[bytes.length + count];
                System.arraycopy(bytes, 0, longer, 0, to);
                System.arraycopy(bytes, from, longer, to, count);
                System.arraycopy(bytes, to, longer, to + count, bytes.length - to);
                return longer;
            }
            default -> {
                var overwritten = bytes.clone();
                for (int i = from; i < from + count; i++) overwritten[i] = (byte) random.nextInt();
                return overwritten;
            }
        }
    }

    private static void check(Original original, byte[] mutant, String how, List<List<Verdict.Intact>> allowed) {
        for (int i = 0; i < original.stores().size(); i++) {
            if (!(verify(mutant, original.stores().get(i)) instanceof Verdict.Intact found)) continue;
            if (allowed.get(i).stream().noneMatch(verdict -> saysNoMore(found, verdict))) {
                fail(original.name() + ", " + how + ": " + found + "\n"
                        + HexFormat.of().formatHex(mutant));
            }
        }
    }

    /// Trusted only if the other is; no other line proved; if the signer is unknown, the same one.
    private static boolean saysNoMore(Verdict.Intact mutant, Verdict.Intact original) {
        Set<Line> proved = new HashSet<>(original.lines(Standing.PROVED));
        if (!proved.containsAll(mutant.lines(Standing.PROVED))) return false;
        return switch (mutant.signer()) {
            case Signer.Trusted trusted -> original.signer() instanceof Signer.Trusted;
            case Signer.Unknown unknown ->
                proved.stream()
                        .anyMatch(line -> line.subject().equals("key")
                                && line.text().contains(unknown.thumbprint().hex()));
        };
    }

    private static Verdict verify(byte[] file, TrustStore trust) {
        return EvidenceVerifier.verify(file, trust, AnchorCheck.OFFLINE);
    }

    private static void report(String what, int count) {
        System.out.println(count + " mutants: " + what);
        assertTrue(count > 500, what + ": only " + count);
    }
}
