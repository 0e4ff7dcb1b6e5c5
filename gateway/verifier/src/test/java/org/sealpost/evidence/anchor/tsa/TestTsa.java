package org.sealpost.evidence.anchor.tsa;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.asn1.cmp.PKIFreeText;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.ess.ESSCertID;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificate;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.tsp.Accuracy;
import org.bouncycastle.asn1.tsp.MessageImprint;
import org.bouncycastle.asn1.tsp.TSTInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.SignerInfoGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TimeStampRequest;
import org.sealpost.merkle.Hash;

/// A time-stamping authority made with Bouncy Castle, which does all of it right until it is told otherwise. What is
/// wrong is signed as what is right: only the check that is meant catches it.
public final class TestTsa {
    public static final String POLICY = "1.3.6.1.4.1.57264.2";
    public static final Instant NOW = Instant.parse("2026-11-27T03:00:00Z");

    private static final AtomicLong SERIALS = new AtomicLong(1);
    private static final Map<String, KeyPair> KEYS = new ConcurrentHashMap<>();

    private final KeyPair rootKeys;
    private final X509Certificate root;
    private final X509Certificate issuer;
    private final KeyPair issuerKeys;

    // What it does, until it is told otherwise.
    public String signature = "SHA256withECDSA";
    public KeyPair keys = keys("P-256");
    public String policy = POLICY;
    public Instant time = NOW;
    public Optional<Accuracy> accuracy = Optional.empty();
    public boolean ordering;
    public Optional<Extensions> infoExtensions = Optional.empty();
    public ASN1ObjectIdentifier imprintAlgorithm = NISTObjectIdentifiers.id_sha256;
    public ASN1ObjectIdentifier contentType = PKCSObjectIdentifiers.id_ct_TSTInfo;
    public List<KeyPurposeId> purposes = List.of(KeyPurposeId.id_kp_timeStamping);
    public boolean isPurposeCritical = true;
    public Optional<KeyUsage> usage = Optional.of(new KeyUsage(KeyUsage.digitalSignature));
    public Instant notBefore = Instant.parse("2026-01-01T00:00:00Z");
    public Instant notAfter = Instant.parse("2028-01-01T00:00:00Z");
    public Naming naming = Naming.VERSION_2;
    public boolean bySubjectKey;
    public boolean attributesAreSigned = true;
    public int signers = 1;
    public boolean carriesSigner = true;
    public boolean carriesIssuer = true;

    /// Signs the signer's certificate in the issuer's place.
    public Optional<ContentSigner> issuing = Optional.empty();

    /// In the signer's certificate, beside the others.
    public List<Extension> further = List.of();

    /// How a token says which certificate signed it.
    public enum Naming {
        VERSION_2,
        VERSION_2_SHA_512,
        /// By SHA-1.
        VERSION_1,
        BOTH,
        ANOTHER_CERTIFICATE,
        NONE
    }

    /// A root with one issuer below it.
    public TestTsa(String name) throws Exception {
        rootKeys = newKeys("P-256");
        issuerKeys = newKeys("P-256");
        root = authority(name, rootKeys, name, rootKeys);
        issuer = authority(name + " issuer", issuerKeys, name, rootKeys);
    }

    /// What a verifier trusts.
    public X509Certificate root() {
        return root;
    }

    public X509Certificate issuer() {
        return issuer;
    }

    /// Shared, since RSA keys take long to make.
    ///
    /// @param kind P-256, P-384, P-521, or RSA with a number of bits
    public static KeyPair keys(String kind) {
        return KEYS.computeIfAbsent(kind, TestTsa::newKeys);
    }

    public static KeyPair newKeys(String kind) {
        try {
            if (kind.startsWith("RSA")) {
                var generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(Integer.parseInt(kind.substring(3)));
                return generator.generateKeyPair();
            }
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp" + kind.substring(2) + "r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /// The signer's certificate as it is asked for now.
    public X509Certificate signer() throws Exception {
        var builder = new JcaX509v3CertificateBuilder(
                new X500Name(issuer.getSubjectX500Principal().getName()),
                BigInteger.valueOf(SERIALS.incrementAndGet()),
                Date.from(notBefore),
                Date.from(notAfter),
                new X500Name("CN=stamping unit"),
                keys.getPublic());
        if (usage.isPresent()) builder.addExtension(Extension.keyUsage, true, usage.get());
        if (!purposes.isEmpty()) {
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    isPurposeCritical,
                    new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)));
        }
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
        for (var extension : further) builder.addExtension(extension);
        var issuing = this.issuing.isPresent()
                ? this.issuing.get()
                : new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKeys.getPrivate());
        return parse(builder.build(issuing).getEncoded());
    }

    public byte[] token(Hash imprint) throws Exception {
        return token(imprint.toBytes(), null);
    }

    /// A token, DER.
    public byte[] token(byte[] imprint, BigInteger nonce) throws Exception {
        var info = new TSTInfo(
                new ASN1ObjectIdentifier(policy),
                new MessageImprint(new AlgorithmIdentifier(imprintAlgorithm), imprint),
                new ASN1Integer(SERIALS.incrementAndGet()),
                new ASN1GeneralizedTime(generalized(time)),
                accuracy.orElse(null),
                ordering ? ASN1Boolean.TRUE : null,
                nonce == null ? null : new ASN1Integer(nonce),
                null,
                infoExtensions.orElse(null));
        var certificate = signer();
        var generator = new CMSSignedDataGenerator();
        for (int i = 0; i < signers; i++) generator.addSignerInfoGenerator(signerInfo(certificate));
        var carried = new ArrayList<X509Certificate>();
        if (carriesSigner) carried.add(certificate);
        if (carriesIssuer) carried.add(issuer);
        generator.addCertificates(new JcaCertStore(carried));
        var token = generator
                .generate(new CMSProcessableByteArray(contentType, info.getEncoded(ASN1Encoding.DER)), true)
                .toASN1Structure();
        return (attributesAreSigned ? token : withoutAttributes(token)).getEncoded(ASN1Encoding.DER);
    }

    /// Bouncy Castle does not make one.
    private static ContentInfo withoutAttributes(ContentInfo token) {
        var signed = SignedData.getInstance(token.getContent());
        var signer = SignerInfo.getInstance(signed.getSignerInfos().getObjectAt(0));
        var bare = new SignerInfo(
                signer.getSID(),
                signer.getDigestAlgorithm(),
                (ASN1Set) null,
                signer.getDigestEncryptionAlgorithm(),
                signer.getEncryptedDigest(),
                (ASN1Set) null);
        return new ContentInfo(
                token.getContentType(),
                new SignedData(
                        signed.getDigestAlgorithms(),
                        signed.getEncapContentInfo(),
                        signed.getCertificates(),
                        signed.getCRLs(),
                        new DERSet(bare)));
    }

    private static String generalized(Instant time) {
        var seconds = DateTimeFormatter.ofPattern("uuuuMMddHHmmss").format(time.atOffset(ZoneOffset.UTC));
        long millis = time.toEpochMilli() % 1000;
        return seconds + (millis == 0 ? "" : String.format(".%03d", millis).replaceAll("0+$", "")) + "Z";
    }

    /// A whole answer to a request, granted.
    ///
    /// @param query TimeStampReq, DER
    public byte[] answer(byte[] query) throws Exception {
        var asked = new TimeStampRequest(query);
        return answer(PKIStatus.granted, token(asked.getMessageImprintDigest(), asked.getNonce()));
    }

    /// An answer of any status with any token.
    public static byte[] answer(PKIStatus status, byte[] token) throws Exception {
        return new DERSequence(new ASN1Encodable[] {new PKIStatusInfo(status), ASN1Sequence.getInstance(token)})
                .getEncoded(ASN1Encoding.DER);
    }

    /// An answer without a token.
    ///
    /// @param failure a value of PKIFailureInfo
    public static byte[] rejection(PKIStatus status, String words, int failure) throws Exception {
        var info = new PKIStatusInfo(status, new PKIFreeText(words), new PKIFailureInfo(failure));
        return new DERSequence(info).getEncoded(ASN1Encoding.DER);
    }

    private SignerInfoGenerator signerInfo(X509Certificate certificate) throws Exception {
        var signing = new JcaContentSignerBuilder(signature);
        if (signature.endsWith("MGF1")) signing.setProvider(new BouncyCastleProvider()); // the JDK calls it otherwise
        var signer = signing.build(keys.getPrivate());
        var builder = new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
                .setSignedAttributeGenerator(new DefaultSignedAttributeTableGenerator(names(certificate)));
        if (!bySubjectKey) return builder.build(signer, certificate);
        var key = new JcaX509ExtensionUtils().createSubjectKeyIdentifier(certificate.getPublicKey());
        return builder.build(signer, key.getKeyIdentifier());
    }

    private AttributeTable names(X509Certificate certificate) throws Exception {
        var attributes = new ASN1EncodableVector();
        var named = naming == Naming.ANOTHER_CERTIFICATE ? issuer : certificate;
        if (naming == Naming.VERSION_1 || naming == Naming.BOTH) {
            var id = new ESSCertID(digest("SHA-1", named));
            attributes.add(new Attribute(
                    PKCSObjectIdentifiers.id_aa_signingCertificate, new DERSet(new SigningCertificate(id))));
        }
        if (naming != Naming.VERSION_1 && naming != Naming.NONE) {
            var id = naming == Naming.VERSION_2_SHA_512
                    ? new ESSCertIDv2(
                            new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha512), digest("SHA-512", named))
                    : new ESSCertIDv2(digest("SHA-256", named));
            attributes.add(new Attribute(
                    PKCSObjectIdentifiers.id_aa_signingCertificateV2, new DERSet(new SigningCertificateV2(id))));
        }
        return new AttributeTable(attributes);
    }

    private static byte[] digest(String algorithm, X509Certificate certificate) throws Exception {
        return MessageDigest.getInstance(algorithm).digest(new JcaX509CertificateHolder(certificate).getEncoded());
    }

    /// A CA below the root.
    public X509Certificate belowRoot(String subject, KeyPair keys, List<Extension> further) throws Exception {
        var name = root.getSubjectX500Principal().getName().substring("CN=".length());
        return authority(subject, keys, name, rootKeys, further);
    }

    private static X509Certificate authority(String subject, KeyPair keys, String issuer, KeyPair issuerKeys)
            throws Exception {
        return authority(subject, keys, issuer, issuerKeys, List.of());
    }

    /// @param further beside the extensions that each has
    public static X509Certificate authority(
            String subject, KeyPair keys, String issuer, KeyPair issuerKeys, List<Extension> further) throws Exception {
        var builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=" + issuer),
                BigInteger.valueOf(SERIALS.incrementAndGet()),
                Date.from(Instant.parse("2020-01-01T00:00:00Z")),
                Date.from(Instant.parse("2040-01-01T00:00:00Z")),
                new X500Name("CN=" + subject),
                keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        for (var extension : further) builder.addExtension(extension);
        return parse(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKeys.getPrivate()))
                .getEncoded());
    }

    private static X509Certificate parse(byte[] der) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }
}
