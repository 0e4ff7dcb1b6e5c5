package org.sealpost.evidence.anchor.tsa;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.tsp.Accuracy;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.PolicyConstraints;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.AnchorProofFinding.Broken;
import org.sealpost.evidence.AnchorProofFinding.Incomplete;
import org.sealpost.evidence.AnchorProofFinding.Proved;
import org.sealpost.evidence.MappedPolicies;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.evidence.SignatureBudget;
import org.sealpost.evidence.SlowAuthority;
import org.sealpost.merkle.Hash;

/// Tokens of an authority that does one thing wrong at a time; each is signed as a good one would be.
class TsaProofTest {
    private static final byte[] TEXT = "demo-port/7f3a9c41\n42\nAAAA\n".getBytes(US_ASCII);
    private static final KeyPair SEAL = TestTsa.newKeys("P-256");
    private static final P256Key KEY = P256Key.of(SEAL.getPublic().getEncoded());

    private final byte[] signature = sign(SEAL, TEXT);
    private TestTsa tsa;

    @BeforeEach
    void begin() throws Exception {
        tsa = new TestTsa("an authority");
    }

    @ParameterizedTest
    @CsvSource({
        "P-256, SHA256withECDSA",
        "P-384, SHA384withECDSA",
        "P-384, SHA256withECDSA",
        "P-256, SHA512withECDSA",
        "RSA2048, SHA256withRSA",
        "RSA2048, SHA384withRSA",
        "RSA2048, SHA512withRSA"
    })
    void provesThatAHeadExisted(String keys, String algorithm) throws Exception {
        tsa.keys = TestTsa.keys(keys);
        tsa.signature = algorithm;
        var proved = assertInstanceOf(Proved.class, check(proof()));
        assertEquals(Optional.of(TestTsa.NOW), proved.time());
        assertEquals(
                List.of(
                        "stamped at 2026-11-27T03:00:00Z under policy 1.3.6.1.4.1.57264.2 by \"CN=stamping unit\": this"
                                + " head existed then; it says nothing of other histories",
                        "its certificate was valid then under \"CN=an authority\", revocation not looked at"),
                proved.steps());
    }

    @Test
    void tellsHowExactTheTimeIs() throws Exception {
        tsa.accuracy = Optional.of(new Accuracy(new ASN1Integer(1), new ASN1Integer(500), new ASN1Integer(999)));
        tsa.ordering = true;
        tsa.time = TestTsa.NOW.plusMillis(120);
        var proved = assertInstanceOf(Proved.class, check(proof()));
        assertEquals(Optional.of(Instant.parse("2026-11-27T03:00:01.620999Z")), proved.time());
        var step = proved.steps().getFirst();
        assertTrue(step.startsWith("stamped at 2026-11-27T03:00:00.120Z under"), step);
        assertTrue(
                step.contains(": this head existed by 2026-11-27T03:00:01.620999Z, since that time may be wrong; it"),
                step);
        var info = TimeStampToken.parse(tsa.token(imprint())).info();
        assertEquals(Optional.of(Duration.ofNanos(1_500_999_000)), info.accuracy());
    }

    @Test
    void aTimeThatMayBeWrongByMoreThanADayIsRefused() throws Exception {
        tsa.accuracy = Optional.of(new Accuracy(new ASN1Integer(86_400), null, null));
        var proved = assertInstanceOf(Proved.class, check(proof()));
        assertEquals(Optional.of(TestTsa.NOW.plus(Duration.ofDays(1))), proved.time());
        tsa.accuracy = Optional.of(new Accuracy(new ASN1Integer(86_400), null, new ASN1Integer(1)));
        assertBroken("its time may be wrong by more than a day", proof());
        assertThrows(StampRefused.class, () -> TsaProof.of(signature, tsa.token(imprint()), List.of(tsa.root())));
    }

    @ParameterizedTest
    @EnumSource(names = {"VERSION_2", "VERSION_2_SHA_512", "BOTH"})
    void takesTheSignersNameByAGoodHash(TestTsa.Naming naming) throws Exception {
        tsa.naming = naming;
        assertInstanceOf(Proved.class, check(proof()));
    }

    @Test
    void takesASignerThatIsNamedByItsKey() throws Exception {
        tsa.bySubjectKey = true;
        assertInstanceOf(Proved.class, check(proof()));
    }

    @ParameterizedTest
    @ValueSource(ints = {KeyUsage.digitalSignature, KeyUsage.nonRepudiation, -1})
    void takesEachUsageThatSigns(int usage) throws Exception {
        tsa.usage = usage < 0 ? Optional.empty() : Optional.of(new KeyUsage(usage));
        assertInstanceOf(Proved.class, check(proof()));
    }

    // --- whose word it is

    @Test
    void withoutATrustedAuthorityItIsIncomplete() throws Exception {
        var other = new TestTsa("another authority");
        for (var trusted : List.of(List.<X509Certificate>of(), List.of(other.root()), List.of(tsa.issuer()))) {
            var incomplete =
                    assertInstanceOf(Incomplete.class, TsaProof.check(proof(), identity(), TEXT, KEY, trusted));
            assertEquals(1, incomplete.steps().size());
            assertTrue(incomplete.missing().contains("authority tsa"));
        }
        assertInstanceOf(
                Proved.class, TsaProof.check(proof(), identity(), TEXT, KEY, List.of(other.root(), tsa.root())));
    }

    /// A token of another authority, in a file that names a trusted one.
    @Test
    void anotherAuthoritysTokenIsBroken() throws Exception {
        var other = new TestTsa("an authority"); // of the same name
        var stranger = new TsaProof(signature, other.token(imprint()), List.of());
        assertBroken("no path from \"CN=stamping unit\" to \"CN=an authority\"", stranger.encode());
    }

    @Test
    void aPathThatTheTokenDoesNotCarryStandsBesideIt() throws Exception {
        tsa.carriesIssuer = false;
        var token = tsa.token(imprint());
        var whole = TsaProof.of(signature, token, List.of(tsa.root(), tsa.issuer()));
        assertEquals(1, whole.certificates().size());
        assertInstanceOf(Proved.class, check(whole.encode()));
        assertBroken("no path", new TsaProof(signature, token, List.of()).encode());

        tsa.carriesSigner = false;
        assertThrows(StampRefused.class, () -> TsaProof.of(signature, tsa.token(imprint()), List.of(tsa.root())));
    }

    @Test
    void nothingIsLeftOver() throws Exception {
        var token = tsa.token(imprint());
        assertEquals(
                List.of(),
                TsaProof.of(signature, token, List.of(tsa.root(), tsa.issuer())).certificates());
        var issuer = tsa.issuer().getEncoded();
        var root = tsa.root().getEncoded();
        assertBroken("certificates beside it", new TsaProof(signature, token, List.of(issuer)).encode());
        assertBroken("certificates beside it", new TsaProof(signature, token, List.of(root)).encode());
        tsa.carriesIssuer = false;
        var bare = tsa.token(imprint());
        assertBroken("certificates beside it", new TsaProof(signature, bare, List.of(issuer, issuer)).encode());
        assertBroken("certificates beside it", new TsaProof(signature, bare, List.of(issuer, root)).encode());
        // Each token is made anew, and its signatures are not all of one length.
        var whole = proof();
        assertBroken("the proof cannot be read", Arrays.copyOf(whole, whole.length + 1));
    }

    /// Certificates of the issuer's name, and with keys that take seconds for one signature: none is asked.
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void certificatesWithKeysThatTakeLongAreOnNoPath() throws Exception {
        tsa.issuing = Optional.of(SlowAuthority.signer());
        var slow = new ArrayList<byte[]>();
        for (int i = 0; i < 8; i++) {
            slow.add(SlowAuthority.named(tsa.issuer().getSubjectX500Principal().getName())
                    .getEncoded());
        }
        assertBroken("no path from", new TsaProof(signature, tsa.token(imprint()), slow).encode());
    }

    /// Whose tree would take gigabytes. Fewer of them do no harm: none is mapped.
    @ParameterizedTest
    @CsvSource({"24, false", "2, true"})
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void policiesThatMapToOneAnotherTakeNoMemory(int count, boolean isTaken) throws Exception {
        var proof = below(level -> MappedPolicies.ofLevel(level, count, level < 3));
        var found = checkInLittleMemory(proof);
        if (isTaken) assertInstanceOf(Proved.class, found);
        else assertBroken("a certificate has more than 2 KiB of policies", proof);
    }

    /// They fit into 2 KiB. What stands there once does no harm.
    @ParameterizedTest
    @CsvSource({"400, false", "2, false", "1, true"})
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPolicyThatStandsThereManyTimesTakesNoMemory(int count, boolean isTaken) throws Exception {
        var proof = below(_ -> MappedPolicies.repeated(count));
        var found = checkInLittleMemory(proof);
        if (isTaken) assertInstanceOf(Proved.class, found);
        else assertBroken("a certificate has one policy twice", proof);
    }

    /// Of a stamp whose signer is below three CAs.
    ///
    /// @param policies by how far below the root
    private byte[] below(IntFunction<List<Extension>> policies) throws Exception {
        var keys = List.of(TestTsa.newKeys("P-256"), TestTsa.newKeys("P-256"), TestTsa.newKeys("P-256"));
        var first = tsa.belowRoot("1", keys.get(0), policies.apply(0));
        var second = TestTsa.authority("2", keys.get(1), "1", keys.get(0), policies.apply(1));
        var issuer = TestTsa.authority("an authority issuer", keys.get(2), "2", keys.get(1), policies.apply(2));
        tsa.issuing = Optional.of(
                new JcaContentSignerBuilder("SHA256withECDSA").build(keys.get(2).getPrivate()));
        tsa.further = policies.apply(3);
        tsa.carriesIssuer = false;
        var beside = List.of(issuer.getEncoded(), second.getEncoded(), first.getEncoded());
        return new TsaProof(signature, tsa.token(imprint()), beside).encode();
    }

    private AnchorProofFinding checkInLittleMemory(byte[] proof) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        var found = check(proof);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 32 << 20, allocated + " bytes allocated");
        return found;
    }

    /// What a CA that lets nobody stand for others asks for, and most have: any policy.
    @Test
    void anyPolicyWillDoWhereACaAsksForOne() throws Exception {
        var keys = TestTsa.newKeys("P-256");
        var any = new CertificatePolicies(new PolicyInformation(new ASN1ObjectIdentifier("2.5.29.32.0")));
        var asked = new PolicyConstraints(BigInteger.ZERO, BigInteger.ZERO);
        var issuer = tsa.belowRoot(
                "an authority issuer",
                keys,
                List.of(
                        new Extension(Extension.certificatePolicies, false, any.getEncoded()),
                        new Extension(
                                Extension.policyConstraints,
                                true,
                                asked.toASN1Primitive().getEncoded())));
        tsa.issuing = Optional.of(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
        var one = new CertificatePolicies(new PolicyInformation(new ASN1ObjectIdentifier("1.2.3")));
        tsa.further = List.of(new Extension(Extension.certificatePolicies, false, one.getEncoded()));
        tsa.carriesIssuer = false;
        var beside = List.of(issuer.getEncoded());
        assertInstanceOf(Proved.class, check(new TsaProof(signature, tsa.token(imprint()), beside).encode()));
    }

    /// The sealing key's, the signer's, and those of two certificates, each of which is checked on the way and once
    /// more with the whole path; and what a policy on it may take.
    @ParameterizedTest
    @CsvSource({"P-256, SHA256withECDSA, 0, 6", "RSA2048, SHA256withRSA, 0, 11", "P-256, SHA256withECDSA, 1, 156"})
    void aStampCostsWhatItsKeysAndPoliciesTake(String keys, String algorithm, int policies, int cost) throws Exception {
        tsa.keys = TestTsa.keys(keys);
        tsa.signature = algorithm;
        if (policies > 0) tsa.further = MappedPolicies.repeated(policies);
        var trusted = List.of(tsa.root());
        for (int budget : new int[] {0, 1, 4, cost - 1}) {
            assertEquals(
                    new Broken("the time stamp does not hold: more signatures than a file may ask for"),
                    TsaProof.check(proof(), identity(), TEXT, KEY, trusted, new SignatureBudget(budget)));
        }
        assertInstanceOf(
                Proved.class, TsaProof.check(proof(), identity(), TEXT, KEY, trusted, new SignatureBudget(cost)));
    }

    @Test
    void itSpendsWhatAFileMayAskFor() throws Exception {
        var budget = new SignatureBudget(2 * 6 + 5);
        var trusted = List.of(tsa.root());
        for (int i = 0; i < 2; i++) {
            assertInstanceOf(Proved.class, TsaProof.check(proof(), identity(), TEXT, KEY, trusted, budget));
        }
        assertEquals(
                new Broken("the time stamp does not hold: more signatures than a file may ask for"),
                TsaProof.check(proof(), identity(), TEXT, KEY, trusted, budget));
    }

    @Test
    void certificatesCountAtTheStampedTime() throws Exception {
        tsa.notAfter = TestTsa.NOW.minusSeconds(1);
        assertBroken("at 2026-11-27T03:00:00Z", proof());
        tsa.notBefore = TestTsa.NOW.plusSeconds(1);
        tsa.notAfter = TestTsa.NOW.plusSeconds(1000);
        assertBroken("at 2026-11-27T03:00:00Z", proof());
        // Long over by now.
        tsa.notBefore = Instant.parse("2021-01-01T00:00:00Z");
        tsa.notAfter = Instant.parse("2022-01-01T00:00:00Z");
        tsa.time = Instant.parse("2021-06-01T00:00:00Z");
        assertInstanceOf(Proved.class, check(proof()));
    }

    // --- what was stamped

    @Test
    void aTokenOfSomethingElseIsBroken() throws Exception {
        var other = new TsaProof(signature, tsa.token(TsaProof.imprint(TEXT, new byte[64])), List.of());
        assertBroken("of something else than this head", other.encode());
        // The text alone: it would not prove that the key had signed.
        var text = new TsaProof(signature, tsa.token(TsaProof.imprint(TEXT, new byte[0])), List.of());
        assertBroken("of something else than this head", text.encode());
    }

    @Test
    void theStampedSignatureHasToBeTheKeys() throws Exception {
        var otherHeads = sign(SEAL, "demo-port/7f3a9c41\n43\nAAAA\n".getBytes(US_ASCII));
        var strangers = sign(TestTsa.newKeys("P-256"), TEXT);
        for (var wrong : List.of(otherHeads, strangers)) {
            var proof = new TsaProof(wrong, tsa.token(TsaProof.imprint(TEXT, wrong)), List.of());
            assertBroken("not the sealing key's over this head", proof.encode());
        }

        var high = highS(signature);
        var doubled = new TsaProof(high, tsa.token(TsaProof.imprint(TEXT, high)), List.of());
        assertBroken("not the sealing key's over this head", doubled.encode());
    }

    @Test
    void thePolicyHasToBeTheNamedOne() throws Exception {
        var named = new AnchorIdentity.Tsa(identity().authority(), Optional.of("1.2.3"));
        var found = TsaProof.check(proof(), named, TEXT, KEY, List.of(tsa.root()));
        assertEquals(new Broken("stamped under policy 1.3.6.1.4.1.57264.2"), found);
        tsa.policy = "1.2.3";
        assertInstanceOf(Proved.class, TsaProof.check(proof(), named, TEXT, KEY, List.of(tsa.root())));
    }

    @Test
    void onlySha256IsStamped() throws Exception {
        tsa.imprintAlgorithm = NISTObjectIdentifiers.id_sha384;
        assertBroken("another hash than SHA-256", proof(tsa.token(new byte[48], null)));
        assertBroken("another hash than SHA-256", proof(tsa.token(imprint())));
        tsa.imprintAlgorithm = NISTObjectIdentifiers.id_sha256;
        assertBroken("another hash than SHA-256", proof(tsa.token(new byte[31], null)));
    }

    @Test
    void anExtensionThatMustBeUnderstoodIsNot() throws Exception {
        var name = new ASN1ObjectIdentifier("1.2.3.4");
        tsa.infoExtensions =
                Optional.of(new Extensions(new Extension(name, false, new DEROctetString(new byte[] {5, 0}))));
        assertInstanceOf(Proved.class, check(proof()));
        tsa.infoExtensions =
                Optional.of(new Extensions(new Extension(name, true, new DEROctetString(new byte[] {5, 0}))));
        assertBroken("an extension 1.2.3.4 that must be understood", proof());
    }

    // --- how it was signed

    @Test
    void aCertificateForMoreThanTimeStampsIsRefused() throws Exception {
        String why = "not, by a critical extension, for time stamps and nothing else";
        tsa.isPurposeCritical = false;
        assertBroken(why, proof());
        tsa.isPurposeCritical = true;
        tsa.purposes = List.of();
        assertBroken(why, proof());
        tsa.purposes = List.of(KeyPurposeId.id_kp_codeSigning);
        assertBroken(why, proof());
        tsa.purposes = List.of(KeyPurposeId.id_kp_timeStamping, KeyPurposeId.id_kp_codeSigning);
        assertBroken(why, proof());
        tsa.purposes = List.of(KeyPurposeId.id_kp_timeStamping);
        tsa.usage = Optional.of(new KeyUsage(KeyUsage.keyAgreement));
        assertBroken("is not for signatures", proof());
    }

    @Test
    void theCertificateHasToBeNamedByAGoodHash() throws Exception {
        tsa.naming = TestTsa.Naming.VERSION_1;
        assertBroken("by SHA-1 only; ask the authority for ESSCertIDv2 (RFC 5816)", proof());
        tsa.naming = TestTsa.Naming.NONE;
        assertBroken("does not sign which certificate", proof());
        tsa.naming = TestTsa.Naming.ANOTHER_CERTIFICATE;
        assertBroken("its signer is named as another", proof());
    }

    @Test
    void oneSignerSignsAttributes() throws Exception {
        tsa.signers = 2;
        assertBroken("more than one signer", proof());
        tsa.signers = 0;
        assertBroken("ends where tag 30 is expected", proof());
        tsa.signers = 1;
        tsa.attributesAreSigned = false;
        assertBroken("its signature is not over attributes", proof());
    }

    @Test
    void itHasToBeATimeStamp() throws Exception {
        tsa.contentType = PKCSObjectIdentifiers.data;
        assertBroken("signs something else than a TSTInfo", proof());
    }

    @ParameterizedTest
    @CsvSource({
        "P-256, SHA1withECDSA, 'digest 1.3.14.3.2.26, which is not accepted'",
        "RSA2048, SHA1withRSA, 'digest 1.3.14.3.2.26, which is not accepted'",
        "P-521, SHA512withECDSA, neither RSA of 2048 to 8192 bits nor on P-256 or P-384",
        "RSA1024, SHA256withRSA, neither RSA of 2048 to 8192 bits nor on P-256 or P-384",
        "RSA2048, SHA256withRSAandMGF1, 'uses 1.2.840.113549.1.1.10 with parameters, which is not accepted'"
    })
    void weakAndUnknownSignaturesAreRefused(String keys, String algorithm, String why) throws Exception {
        tsa.keys = TestTsa.keys(keys);
        tsa.signature = algorithm;
        assertBroken(why, proof());
    }

    // --- bytes of anybody

    /// Whatever is altered, nothing else is proved: it is broken, or in a part that nobody signed and says the same.
    @Test
    void noAlteredByteProvesSomethingElse() throws Exception {
        tsa.carriesIssuer = false;
        var proof = TsaProof.of(signature, tsa.token(imprint()), List.of(tsa.root(), tsa.issuer()))
                .encode();
        var good = check(proof);
        int same = (int) IntStream.range(0, proof.length * 2)
                .parallel()
                .filter(i -> {
                    var mutant = proof.clone();
                    mutant[i / 2] ^= (byte) (i % 2 == 0 ? 1 : 0x80);
                    var found = check(mutant);
                    assertTrue(found instanceof Broken || found.equals(good), () -> "byte " + i / 2 + ": " + found);
                    return found.equals(good);
                })
                .count();
        // The version of SignedData, and the digests that it lists beside the signer's: nobody signed them.
        assertTrue(same < 60, same + " mutants say the same");
        assertNotEquals(0, same);
    }

    @Test
    void everyBeginningAndEveryHoleIsRefused() throws Exception {
        var proof = proof();
        IntStream.range(0, proof.length).parallel().forEach(length -> {
            assertInstanceOf(Broken.class, check(Arrays.copyOf(proof, length)), "cut at " + length);
        });
        var token = tsa.token(imprint());
        IntStream.range(0, token.length).parallel().forEach(at -> {
            assertInstanceOf(Broken.class, check(proof(Arrays.copyOf(token, at))), "token cut at " + at);
            var shorter = new byte[token.length - 1];
            System.arraycopy(token, 0, shorter, 0, at);
            System.arraycopy(token, at + 1, shorter, at, token.length - 1 - at);
            assertInstanceOf(Broken.class, check(proof(shorter)), "token without byte " + at);
        });
    }

    /// Pieces of the token over others of it: well-formed more often than flipped bytes.
    @Test
    void copiedPiecesProveNothingElse() throws Exception {
        var token = tsa.token(imprint());
        var good = check(proof(token));
        var random = new Random(20261127);
        for (int i = 0; i < 2000; i++) {
            var mutant = token.clone();
            int length = 1 + random.nextInt(40);
            int from = random.nextInt(token.length - length);
            int to = random.nextInt(token.length - length);
            System.arraycopy(token, from, mutant, to, length);
            var found = check(proof(mutant));
            int round = i;
            assertTrue(found instanceof Broken || found.equals(good), () -> "round " + round + ": " + found);
        }
    }

    @Test
    void sizesHaveBounds() throws Exception {
        assertBroken("the proof cannot be read", proof(new byte[TimeStampToken.MAX_SIZE_BYTES + 1]));
        assertBroken("the time stamp cannot be read", proof(new byte[TimeStampToken.MAX_SIZE_BYTES]));
        var many = new ArrayList<byte[]>();
        for (int i = 0; i < 9; i++) many.add(new byte[1]);
        assertBroken("the proof cannot be read", new TsaProof(signature, tsa.token(imprint()), many).encode());
        assertBroken(
                "the proof cannot be read",
                new TsaProof(signature, tsa.token(imprint()), List.of(new byte[(16 << 10) + 1])).encode());
        assertBroken(
                "a certificate cannot be read",
                new TsaProof(signature, tsa.token(imprint()), List.of(new byte[] {1, 2})).encode());
    }

    private byte[] proof() throws Exception {
        return proof(tsa.token(imprint()));
    }

    private byte[] proof(byte[] token) {
        return new TsaProof(signature, token, List.of()).encode();
    }

    private Hash imprint() {
        return TsaProof.imprint(TEXT, signature);
    }

    private AnchorIdentity.Tsa identity() {
        return TsaProof.identity(tsa.root(), Optional.empty());
    }

    private AnchorProofFinding check(byte[] proof) {
        return TsaProof.check(proof, identity(), TEXT, KEY, List.of(tsa.root()));
    }

    private void assertBroken(String why, byte[] proof) {
        var broken = assertInstanceOf(Broken.class, check(proof));
        assertTrue(broken.reason().contains(why), broken.reason());
    }

    private static byte[] sign(KeyPair keys, byte[] text) {
        try {
            var signer = Signature.getInstance("SHA256withECDSAinP1363Format");
            signer.initSign(keys.getPrivate());
            signer.update(text);
            return P256Signature.ofRaw(signer.sign()).withLowS().raw();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] highS(byte[] raw) {
        var order = new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
        var s = order.subtract(new BigInteger(1, Arrays.copyOfRange(raw, 32, 64)))
                .toByteArray();
        var high = raw.clone();
        Arrays.fill(high, 32, 64, (byte) 0);
        int count = Math.min(32, s.length);
        System.arraycopy(s, s.length - count, high, 64 - count, count);
        return high;
    }
}
