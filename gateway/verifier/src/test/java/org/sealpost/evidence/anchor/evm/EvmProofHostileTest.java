package org.sealpost.evidence.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.EvmValidators;
import org.sealpost.evidence.EvmValidators.Consensus;
import org.sealpost.evidence.SharedParts;
import org.sealpost.merkle.Hash;

/// Proofs that somebody altered: they never prove anything, never throw, and take no memory that they do not
/// bring.
class EvmProofHostileTest {
    private static final List<TestValidator> FOUR = TestChain.validators(1, 4);
    private static final List<TestValidator> FIVE = TestChain.validators(1, 5);
    private static final EvmValidators QBFT = new EvmValidators(4719, Consensus.QBFT, true, TestChain.addresses(FOUR));
    private static final EvmValidators CLIQUE = new EvmValidators(4719, Consensus.CLIQUE, TestChain.addresses(FIVE));

    private final TestChain chain = new TestChain();
    private final Map<Hash, byte[]> shared = new HashMap<>();

    /// Who sealed what is the same in many of them is found out once, as in a file: most of the time goes there.
    private final ThreadLocal<SealedBlocks> blocks = ThreadLocal.withInitial(() -> new SealedBlocks(1_000_000));

    private byte[] qbft() {
        return bft(BftDialect.QBFT);
    }

    private byte[] bft(BftDialect dialect) {
        if (!dialect.hasBridges()) {
            return chain.proof(dialect.number(), chain.bft(dialect, 50, FOUR, FOUR.subList(0, 3)), List.of(), List.of())
                    .encode();
        }
        // From 1 2 3 4 over 1 2 3 4 5 and 2 3 4 5 to 3 4 5 6, of whom 3 and 4 alone are the trust store's.
        var first = chain.bft(dialect, 30, FIVE, FIVE);
        var second = chain.bft(dialect, 40, TestChain.validators(2, 4), TestChain.validators(2, 4));
        var names = List.of(Keccak256.of(first), Keccak256.of(second));
        shared.put(names.get(0), first);
        shared.put(names.get(1), second);
        var last = TestChain.validators(3, 4);
        return chain.proof(dialect.number(), chain.bft(dialect, 50, last, last), names, List.of())
                .encode();
    }

    private byte[] clique() {
        var first = chain.clique(TestChain.ROOT, 50, FIVE.get(0));
        var second = chain.clique(Keccak256.of(first), 51, FIVE.get(1));
        var third = chain.clique(Keccak256.of(second), 52, FIVE.get(2));
        return chain.proof(EvmProof.CLIQUE, first, List.of(), List.of(second, third))
                .encode();
    }

    @Test
    void noAlteredByteProvesAnything() {
        for (var dialect : BftDialect.values()) {
            shared.clear();
            var trusted = new EvmValidators(4719, dialect.consensus(), dialect.hasBridges(), TestChain.addresses(FOUR));
            var good = bft(dialect);
            assertInstanceOf(AnchorProofFinding.Proved.class, check(good, trusted));
            IntStream.range(0, good.length).parallel().forEach(at -> {
                var mutant = good.clone();
                mutant[at] ^= (byte) (at % 2 == 0 ? 1 : 0x80);
                assertFalse(check(mutant, trusted) instanceof AnchorProofFinding.Proved, dialect + " byte " + at);
            });
            for (var name : List.copyOf(shared.keySet())) {
                var part = shared.get(name);
                for (int at = 0; at < part.length; at += 9) {
                    var mutant = part.clone();
                    mutant[at] ^= 1;
                    shared.put(name, mutant);
                    assertFalse(
                            check(good, trusted) instanceof AnchorProofFinding.Proved,
                            dialect + " byte " + at + " of a bridge");
                }
                shared.put(name, part);
            }
        }
    }

    @Test
    void noAlteredByteOfACliqueProofShowsMore() {
        var good = clique();
        var steps = new HashSet<>(assertInstanceOf(AnchorProofFinding.Incomplete.class, check(good, CLIQUE))
                .steps());
        assertEquals(3, steps.size());
        IntStream.range(0, good.length).parallel().forEach(at -> {
            var mutant = good.clone();
            mutant[at] ^= 1;
            switch (check(mutant, CLIQUE)) {
                case AnchorProofFinding.Incomplete found -> assertTrue(steps.containsAll(found.steps()), "byte " + at);
                case AnchorProofFinding.Broken broken ->
                    assertFalse(broken.reason().isEmpty());
                case AnchorProofFinding.Proved proved -> throw new AssertionError("byte " + at + ": " + proved);
            }
        });
    }

    @Test
    void nothingShorterOrLongerIsAProof() {
        for (var good : List.of(qbft(), clique())) {
            for (int length = 0; length < good.length; length++) {
                assertInstanceOf(AnchorProofFinding.Broken.class, check(Arrays.copyOf(good, length), QBFT));
            }
            assertInstanceOf(AnchorProofFinding.Broken.class, check(Arrays.copyOf(good, good.length + 1), QBFT));
        }
        assertInstanceOf(AnchorProofFinding.Broken.class, check(new byte[EvmProof.MAX_SIZE_BYTES + 1], QBFT));
    }

    @Test
    void randomBytesAreBroken() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var good = qbft();
        for (int round = 0; round < 2_000; round++) {
            var mutant = good.clone();
            int from = random.nextInt(good.length);
            int count = 1 + random.nextInt(Math.min(40, good.length - from));
            if (random.nextBoolean()) {
                for (int i = from; i < from + count; i++) mutant[i] = (byte) random.nextInt();
            } else {
                System.arraycopy(good, random.nextInt(good.length - count + 1), mutant, from, count);
            }
            if (Arrays.equals(good, mutant)) continue;
            var finding = check(mutant, QBFT);
            assertFalse(finding instanceof AnchorProofFinding.Proved, "seed " + seed + " round " + round);
            if (finding instanceof AnchorProofFinding.Broken(var reason)) {
                assertTrue(reason.chars().allMatch(c -> c >= ' ' && c < 0x7f), reason);
            }
        }
    }

    /// At every byte, in turn, a length of 2^31 or 2^40 in CBOR or RLP instead of what is there.
    @Test
    void claimsOfHugeLengthsTakeNoMemory() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var good = qbft();
        var claims = List.of(
                new byte[] {(byte) 0x9b, 0, 0, 1, 0, 0, 0, 0, 0},
                new byte[] {(byte) 0x5a, 0x7f, -1, -1, -1},
                new byte[] {(byte) 0xbb, 0x7f, -1, -1, -1},
                new byte[] {(byte) 0xfb, 0x7f, -1, -1, -1});
        long most = 0;
        for (int at = 0; at + 9 < good.length; at += 7) {
            for (var claim : claims) {
                var mutant = ByteBuffer.wrap(good.clone()).put(at, claim).array();
                long before = threads.getCurrentThreadAllocatedBytes();
                assertFalse(check(mutant, QBFT) instanceof AnchorProofFinding.Proved);
                most = Math.max(most, threads.getCurrentThreadAllocatedBytes() - before);
            }
        }
        assertTrue(most < 8 << 20, most + " bytes allocated for a proof of " + good.length);
    }

    /// As large as a proof may be, and nothing but the smallest items.
    @Test
    void aProofOfManySmallItemsTakesMemoryInProportion() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var small = new byte[1_000_000][];
        Arrays.fill(small, new byte[] {1});
        var many = TestTrie.list(small);
        var root = Keccak256.of(many);
        var fields = chain.fields(TestChain.ROOT, 50, new byte[0]);
        fields[5] = TestTrie.string(root.toBytes());
        for (var proof : List.of(
                new EvmProof(EvmProof.NONE, many, 0, List.of(), 0, List.of(), List.of(), List.of()),
                new EvmProof(
                        EvmProof.NONE, TestTrie.list(fields), 0, List.of(many), 0, List.of(), List.of(), List.of()))) {
            var bytes = proof.encode();
            long before = threads.getCurrentThreadAllocatedBytes();
            assertInstanceOf(AnchorProofFinding.Broken.class, check(bytes, QBFT));
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < 16 << 20, allocated + " bytes allocated");
        }
    }

    /// The verifier's jar alone, as `java -jar` runs it where nothing lies beside it.
    @Test
    void withoutBouncyCastleItSaysWhatIsMissing() throws Exception {
        var own = EvmProof.class.getProtectionDomain().getCodeSource().getLocation();
        try (var alone = new URLClassLoader(new URL[] {own}, ClassLoader.getPlatformClassLoader())) {
            var type = alone.loadClass(EvmProof.class.getName());
            var hash = alone.loadClass(Hash.class.getName());
            var some = hash.getMethod("of", byte[].class).invoke(null, (Object) new byte[32]);
            var identity = alone.loadClass(AnchorIdentity.Evm.class.getName());
            var chainId = identity.getConstructors()[0].newInstance(1L, some, new byte[20], some);
            var check = Arrays.stream(type.getMethods())
                    .filter(method -> method.getName().equals("check") && method.getParameterCount() == 7)
                    .findFirst()
                    .orElseThrow();
            var found = check.invoke(null, qbft(), null, chainId, some, 7L, some, List.of());
            assertTrue(found.toString().contains("bcprov"), found.toString());
        }
    }

    private AnchorProofFinding check(byte[] proof, EvmValidators trusted) {
        SharedParts parts = name -> Optional.ofNullable(shared.get(name));
        return EvmProof.check(
                proof,
                parts,
                TestChain.CHAIN,
                TestChain.ORIGIN_ID,
                TestChain.SIZE,
                TestChain.ROOT,
                List.of(trusted),
                blocks.get());
    }
}
