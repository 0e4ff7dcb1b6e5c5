package org.sealpost.evidence.anchor.fabric;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.ConstrainedNames;
import org.sealpost.evidence.FabricTrust;
import org.sealpost.evidence.MappedPolicies;
import org.sealpost.evidence.Sha256;
import org.sealpost.evidence.SharedParts;
import org.sealpost.evidence.SignatureBudget;
import org.sealpost.evidence.SlowAuthority;

/// Bytes that nobody made for us: whatever is altered, nothing is proved by it, nothing throws, and nothing
/// takes memory that it does not bring itself.
class HostileProofTest {
    private static final TestChannel CHANNEL = new TestChannel();

    /// Of a channel with one orderer, by one peer: what there is more of is made of the same bytes.
    @Test
    void eachByteCountsInAProof() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var genesis = CHANNEL.config(0, new byte[0], 0, CHANNEL.orderers.subList(0, 1));
        var identity = new AnchorIdentity.Fabric(TestChannel.NAME, genesis.hash(), TestChannel.CHAINCODE);
        var trust = new FabricTrust(identity, 1, List.of("Org1MSP"), Optional.empty());
        var proof = CHANNEL.proof();
        var call = CHANNEL.state();
        call.endorsers = List.of(CHANNEL.peer1);
        proof.state = call.envelope();
        proof.signatures = proof.block.signedBy(CHANNEL.orderers, 1);
        proof.configs.set(0, CHANNEL.share(genesis.bytes(List.of())));
        var whole = proof.bytes();
        proof.withData = false;
        var without = proof.bytes();
        assertInstanceOf(AnchorProofFinding.Proved.class, check(whole, CHANNEL.shared(), trust));
        assertInstanceOf(AnchorProofFinding.Proved.class, check(without, CHANNEL.shared(), trust));
        for (int at = 0; at < without.length; at++) {
            var mutant = altered(without, at, random);
            assertBroken(check(mutant, CHANNEL.shared(), trust), "seed " + seed + ", byte " + at);
        }
        // What is there beside that: the transactions, in the place of a null.
        int begin = Arrays.mismatch(whole, without);
        for (int at = begin; at <= begin + whole.length - without.length; at++) {
            var mutant = altered(whole, at, random);
            assertBroken(check(mutant, CHANNEL.shared(), trust), "seed " + seed + ", byte " + at);
        }
    }

    private static byte[] altered(byte[] good, int at, Random random) {
        var mutant = good.clone();
        mutant[at] ^= (byte) (1 + random.nextInt(255));
        return mutant;
    }

    @Test
    void aProofThatIsCutOffOrGoesOnIsNone() {
        var good = CHANNEL.proof().bytes();
        for (int length = 0; length < good.length; length++) {
            assertBroken(check(Arrays.copyOf(good, length), CHANNEL.shared()), "cut at " + length);
        }
        assertBroken(check(Arrays.copyOf(good, good.length + 1), CHANNEL.shared()), "one byte more");
        assertBroken(check(new byte[(1 << 20) + 1], CHANNEL.shared()), "more than 1 MiB");
    }

    /// Somebody who alters a config block names it anew; the hash of its header still tells, or what stands in
    /// it.
    @Test
    void aConfigBlockThatIsAlteredProvesNothingElse() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var proof = CHANNEL.proof();
        var good = CHANNEL.genesis.bytes(List.of());
        int metadata = CHANNEL.genesis.value.length + 8;
        for (int at = 0; at < good.length - metadata; at += 1 + random.nextInt(5)) {
            var mutant = good.clone();
            mutant[at] ^= (byte) (1 + random.nextInt(255));
            assertBroken(check(proof, mutant), "seed " + seed + ", byte " + at);
            assertBroken(check(proof, Arrays.copyOf(good, at)), "cut at " + at);
        }
    }

    private static AnchorProofFinding check(TestChannel.Proof proof, byte[] config) {
        proof.configs.set(0, Sha256.of(config));
        return check(proof.bytes(), _ -> Optional.of(config.clone()));
    }

    /// What is signed rightly, and is no message that anybody's Fabric makes: the readers behind the
    /// signatures.
    @Test
    void signedNonsenseIsRefused() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            var call = CHANNEL.state();
            switch (random.nextInt(4)) {
                case 0 -> call.sets = List.of(nonsense(random));
                case 1 -> call.besideArguments = nonsense(random);
                case 2 -> call.transientMap = nonsense(random);
                default -> call.furtherAction = nonsense(random);
            }
            var proof = CHANNEL.proof();
            proof.withData = false;
            proof.state = call.envelope();
            assertBroken(check(proof.bytes(), CHANNEL.shared()), "seed " + seed + ", round " + round);
        }
    }

    private static byte[] nonsense(Random random) {
        var bytes = new byte[3 + random.nextInt(40)];
        random.nextBytes(bytes);
        // A length that fits, so that readers get further.
        if (bytes.length > 2 && random.nextBoolean()) {
            bytes[0] = 0x12;
            bytes[1] = (byte) (bytes.length - 2);
        }
        return bytes;
    }

    /// At every byte, a claim of 2^40 bytes or items instead of what is there: of CBOR in the proof, of
    /// protocol buffers in the state.
    @Test
    void claimsOfHugeLengthsTakeNoMemory() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var proof = CHANNEL.proof();
        proof.withData = false;
        var mutants = new ArrayList<byte[]>();
        var good = proof.bytes();
        for (int at = 0; at < good.length; at += 29) {
            for (int initial : new int[] {0x5b, 0x9b}) mutants.add(with(good, at, initial, 1L << 40));
        }
        var state = proof.state;
        for (int at = 0; at < state.length; at += 29) {
            proof.state = with(state, at, 0x0a, 0x8080808080800180L);
            mutants.add(proof.bytes());
        }
        check(good, CHANNEL.shared());
        long most = 0;
        for (var mutant : mutants) {
            long before = threads.getCurrentThreadAllocatedBytes();
            assertBroken(check(mutant, CHANNEL.shared()), "a claim");
            most = Math.max(most, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(most < 4 << 20, most + " bytes allocated for a proof of " + good.length);
    }

    private static byte[] with(byte[] good, int at, int initial, long count) {
        return ByteBuffer.allocate(good.length + 9)
                .put(good, 0, at)
                .put((byte) initial)
                .putLong(count)
                .put(good, at, good.length - at)
                .array();
    }

    /// Two CAs that certify each other eight times over: more ways through them than anybody has time for, and
    /// none leads to a root.
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void authoritiesThatCertifyEachOtherLeadNowhere() {
        var channel = new TestChannel();
        var a = TestMsp.newKeys("secp256r1");
        var b = TestMsp.newKeys("secp256r1");
        var msp = new TestMsp("Org1MSP");
        for (int i = 0; i < 7; i++) {
            msp.furtherIntermediates.add(TestMsp.certificate("CN=a", a, "CN=b", b, true));
            msp.furtherIntermediates.add(TestMsp.certificate("CN=b", b, "CN=a", a, true));
        }
        msp.furtherIntermediates.add(TestMsp.certificate("CN=a", a, "CN=b", b, true));
        var genesis = channel.config(0, new byte[0], TestChannel.NAME, 0, "BFT", channel.orderers, List.of(msp));
        var peer = TestMsp.newKeys("secp256r1");
        var call = channel.state();
        call.endorsers = List.of(
                new TestMsp.Identity(msp.id, peer, TestMsp.certificate("OU=peer,CN=p", peer, "CN=a", a, false)));
        var broken = assertInstanceOf(AnchorProofFinding.Broken.class, check(channel, genesis, call));
        assertEquals("the certificate of a peer of Org1MSP is not by a CA of that organisation", broken.reason());

        // One way out, which is not the first that there is.
        msp.furtherIntermediates.clear();
        msp.furtherIntermediates.add(TestMsp.certificate("CN=a", TestMsp.newKeys("secp256r1"), "CN=b", b, true));
        msp.furtherIntermediates.add(TestMsp.certificate("CN=b", b, "CN=ca.Org1MSP", msp.root.keys(), true));
        msp.furtherIntermediates.add(TestMsp.certificate("CN=a", a, "CN=b", b, true));
        genesis = channel.config(0, new byte[0], TestChannel.NAME, 0, "BFT", channel.orderers, List.of(msp));
        var steps = assertInstanceOf(AnchorProofFinding.Incomplete.class, check(channel, genesis, call))
                .steps();
        assertTrue(steps.getLast().startsWith("peers of Org1MSP signed"), steps.toString());
    }

    /// As many CAs as there may be, of one name, and with keys that take seconds for one signature.
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void authoritiesWithKeysThatTakeLongAreNone() throws Exception {
        var channel = new TestChannel();
        var msp = new TestMsp("Org1MSP");
        for (int i = 0; i < 15; i++) {
            msp.furtherRoots.add(TestMsp.pem(SlowAuthority.named("CN=slow").getEncoded()));
            msp.furtherIntermediates.add(
                    TestMsp.pem(SlowAuthority.named("CN=slow").getEncoded()));
        }
        var genesis = channel.config(0, new byte[0], TestChannel.NAME, 0, "BFT", channel.orderers, List.of(msp));
        var peer = TestMsp.newKeys("secp256r1");
        var call = channel.state();
        call.endorsers = List.of(new TestMsp.Identity(
                msp.id, peer, TestMsp.certificate("OU=peer,CN=p", peer, "CN=slow", SlowAuthority.signer(), false)));
        var broken = assertInstanceOf(AnchorProofFinding.Broken.class, check(channel, genesis, call));
        assertEquals("the certificate of a peer of Org1MSP is not by a CA of that organisation", broken.reason());
    }

    /// Whose tree would take gigabytes. Fewer of them do no harm: none is mapped.
    @ParameterizedTest
    @CsvSource({"24, false", "2, true"})
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void policiesThatMapToOneAnotherTakeNoMemory(int count, boolean isTaken) throws Exception {
        var found = checkInLittleMemory(level -> MappedPolicies.ofLevel(level, count, level < 3));
        if (isTaken) assertInstanceOf(AnchorProofFinding.Incomplete.class, found);
        else assertBroken(found, "policies");
    }

    /// They fit into 2 KiB. What stands there once does no harm.
    @ParameterizedTest
    @CsvSource({"400, false", "2, false", "1, true"})
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPolicyThatStandsThereManyTimesTakesNoMemory(int count, boolean isTaken) throws Exception {
        var found = checkInLittleMemory(_ -> MappedPolicies.repeated(count));
        if (isTaken) assertInstanceOf(AnchorProofFinding.Incomplete.class, found);
        else assertBroken(found, "policies");
    }

    /// What a state shows that was endorsed by a peer below three CAs.
    ///
    /// @param policies by how far below the root
    private static AnchorProofFinding checkInLittleMemory(IntFunction<List<Extension>> policies) throws Exception {
        var channel = new TestChannel();
        var msp = new TestMsp("Org1MSP");
        var issuer = msp.root.keys();
        var name = "CN=ca.Org1MSP";
        for (int level = 0; level < 3; level++) {
            var keys = TestMsp.newKeys("secp256r1");
            msp.furtherIntermediates.add(
                    TestMsp.certificate("CN=" + level, keys, name, signer(issuer), true, policies.apply(level)));
            issuer = keys;
            name = "CN=" + level;
        }
        var genesis = channel.config(0, new byte[0], TestChannel.NAME, 0, "BFT", channel.orderers, List.of(msp));
        var peer = TestMsp.newKeys("secp256r1");
        var call = channel.state();
        call.endorsers = List.of(new TestMsp.Identity(
                msp.id,
                peer,
                TestMsp.certificate("OU=peer,CN=p", peer, name, signer(issuer), false, policies.apply(3))));
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        var found = check(channel, genesis, call);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 32 << 20, allocated + " bytes allocated");
        return found;
    }

    /// Two CAs whose names have one in common: who follows them compares each with each, as often as there are
    /// names of the first. Fewer of them do no harm.
    @ParameterizedTest
    @CsvSource({"2250, false", "20, true"})
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void namesThatAreConstrainedTakeNoTime(int count, boolean isTaken) throws Exception {
        var channel = new TestChannel();
        var msp = new TestMsp("Org1MSP");
        var upper = TestMsp.newKeys("secp256r1");
        var lower = TestMsp.newKeys("secp256r1");
        // A common name would count as that of a host, which none of them permits.
        msp.furtherIntermediates.add(TestMsp.certificate(
                "O=1", upper, "CN=ca.Org1MSP", signer(msp.root.keys()), true, ConstrainedNames.of(1296, count)));
        msp.furtherIntermediates.add(
                TestMsp.certificate("O=2", lower, "O=1", signer(upper), true, ConstrainedNames.of(10_000, count)));
        var genesis = channel.config(0, new byte[0], TestChannel.NAME, 0, "BFT", channel.orderers, List.of(msp));
        var peer = TestMsp.newKeys("secp256r1");
        var call = channel.state();
        call.endorsers = List.of(new TestMsp.Identity(
                msp.id, peer, TestMsp.certificate("OU=peer,O=p", peer, "O=2", signer(lower), false)));
        var found = check(channel, genesis, call);
        if (isTaken) assertInstanceOf(AnchorProofFinding.Incomplete.class, found);
        else assertBroken(found, "names");
    }

    private static ContentSigner signer(KeyPair keys) throws Exception {
        return new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
    }

    /// A CA's signature is checked on the way to it, and once more with the whole path.
    @Test
    void theSignaturesOfAPathCountTwice() {
        // The orderers', then for each peer those of its path and its own.
        int atOnce = 3 + 2 * (1 + 1);
        for (int budget : new int[] {atOnce, atOnce + 1}) {
            assertEquals(new AnchorProofFinding.Broken("more signatures than a file may ask for"), checkFor(budget));
        }
        assertInstanceOf(AnchorProofFinding.Proved.class, checkFor(atOnce + 2));
    }

    private static AnchorProofFinding checkFor(int budget) {
        var proof = CHANNEL.proof();
        proof.withData = false;
        return FabricProof.check(
                proof.bytes(),
                CHANNEL.shared(),
                CHANNEL.identity,
                TestChannel.ORIGIN,
                TestChannel.SIZE,
                TestChannel.ROOT,
                Optional.of(CHANNEL.trust()),
                new ShownChannels(new SignatureBudget(budget)));
    }

    /// Two thousand paths, each of which has policies, or names that are constrained: to judge all may take minutes.
    /// What stands around a certificate makes another identity of it.
    @Test
    void aFileMayNotAskForManyPathsWithPoliciesOrConstraints() throws Exception {
        for (var rules : List.of(MappedPolicies.repeated(1), ConstrainedNames.only("each"))) {
            var channel = new TestChannel();
            var keys = TestMsp.newKeys("secp256r1");
            var below = TestMsp.newKeys("secp256r1");
            var msp = channel.org1;
            msp.furtherIntermediates.add(
                    TestMsp.certificate("O=ca", below, "CN=ca.Org1MSP", signer(msp.root.keys()), true, rules));
            var pem = TestMsp.certificate("OU=peer,O=p", keys, "O=ca", signer(below), false, List.of());
            var genesis = channel.config(0, new byte[0], TestChannel.NAME, 0, "BFT", channel.orderers, List.of(msp));
            var shown = new ShownChannels(new SignatureBudget());
            int taken = 0;
            for (int endorser = 0; endorser < 2000; endorser += 50) {
                var call = channel.state();
                call.endorsers = IntStream.range(endorser, endorser + 50)
                        .mapToObj(number -> new TestMsp.Identity(
                                msp.id, keys, ProtoBytes.message(("peer " + number + "\n").getBytes(US_ASCII), pem)))
                        .toList();
                var found = check(channel, genesis, call, shown);
                if (found instanceof AnchorProofFinding.Incomplete) taken++;
                else assertEquals(new AnchorProofFinding.Broken("more signatures than a file may ask for"), found);
            }
            // A block's signatures are three, of each peer there are two on the way, twice, its own, and 150.
            assertEquals(20_000 / (3 + 50 * (2 * 2 + 1 + 150)), taken);
        }
    }

    /// What orderers sign is one text of three parts: where the first ends and the second begins is nobody's
    /// signature.
    @Test
    void bytesThatChangeOverBetweenSignedPartsAreRefused() {
        var proof = CHANNEL.proof();
        var value = proof.block.value;
        int boundary = 4; // behind last_config, which names block 0
        var moved = Arrays.copyOfRange(value, boundary - 2, value.length);
        proof.value = Optional.of(Arrays.copyOf(value, boundary - 2));
        proof.signatures = proof.signatures.stream()
                .map(signed -> new TestChannel.Signed(
                        signed.id(), signed.signature(), ProtoBytes.message(moved, signed.identifierHeader())))
                .toList();
        var broken = assertInstanceOf(AnchorProofFinding.Broken.class, check(proof.bytes(), CHANNEL.shared()));
        assertEquals("the header of a signature has field 2 twice", broken.reason());
    }

    /// The other way: all that a lone orderer with the id 0 signs beside the header stands before it.
    @Test
    void anIdentifierHeaderWithoutANonceIsRefused() {
        var proof = CHANNEL.proof();
        proof.signatures = proof.signatures.stream()
                .map(signed ->
                        new TestChannel.Signed(signed.id(), signed.signature(), ProtoBytes.field(1, signed.id())))
                .toList();
        var broken = assertInstanceOf(AnchorProofFinding.Broken.class, check(proof.bytes(), CHANNEL.shared()));
        assertEquals("the header of a signature has no nonce", broken.reason());
    }

    /// Names from a config are escaped where they are told.
    @Test
    void namesOfOrganisationsAreFitToPrint() {
        var channel = new TestChannel();
        var loud = new TestMsp("Org\u001b[2J");
        var genesis = channel.config(
                0, new byte[0], TestChannel.NAME, 0, "BFT", channel.orderers, List.of(channel.org1, loud));
        var call = channel.state();
        call.endorsers = List.of(loud.member("OU=peer,CN=p"));
        var finding = check(channel, genesis, call);
        var steps =
                assertInstanceOf(AnchorProofFinding.Incomplete.class, finding).steps();
        assertEquals(
                "peers of Org\\u{1b}[2J signed that the chaincode holds this head, written by block 5, transaction 1",
                steps.getLast());
    }

    /// What a proof shows by this state alone, on the channel that begins with this block.
    private static AnchorProofFinding check(TestChannel channel, TestChannel.Block genesis, TestCall state) {
        return check(channel, genesis, state, new ShownChannels(new SignatureBudget()));
    }

    private static AnchorProofFinding check(
            TestChannel channel, TestChannel.Block genesis, TestCall state, ShownChannels shown) {
        var identity = new AnchorIdentity.Fabric(TestChannel.NAME, genesis.hash(), TestChannel.CHAINCODE);
        var proof = channel.proof();
        proof.withData = false;
        proof.state = state.envelope();
        proof.configs = List.of(channel.share(genesis.bytes(List.of())));
        return FabricProof.check(
                proof.bytes(),
                channel.shared(),
                identity,
                TestChannel.ORIGIN,
                TestChannel.SIZE,
                TestChannel.ROOT,
                Optional.empty(),
                shown);
    }

    private static void assertBroken(AnchorProofFinding finding, String what) {
        assertFalse(finding instanceof AnchorProofFinding.Proved, what + ": " + finding);
        var broken = assertInstanceOf(AnchorProofFinding.Broken.class, finding, what);
        assertTrue(broken.reason().chars().allMatch(c -> c >= ' ' && c < 0x7f), what + ": " + broken.reason());
    }

    private static AnchorProofFinding check(byte[] proof, SharedParts shared) {
        return check(proof, shared, CHANNEL.trust());
    }

    private static AnchorProofFinding check(byte[] proof, SharedParts shared, FabricTrust trust) {
        return FabricProof.check(
                proof,
                shared,
                trust.channel(),
                TestChannel.ORIGIN,
                TestChannel.SIZE,
                TestChannel.ROOT,
                Optional.of(trust));
    }
}
