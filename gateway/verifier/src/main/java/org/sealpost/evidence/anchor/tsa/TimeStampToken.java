package org.sealpost.evidence.anchor.tsa;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sealpost.evidence.Der;
import org.sealpost.evidence.DerMalformed;
import org.sealpost.evidence.Printable;
import org.sealpost.evidence.SignatureBudget;

/// A time-stamp token (RFC 3161 §2.4.2): a CMS SignedData (RFC 5652 §5) with one signer over a [StampInfo].
///
/// [#parse] reads it and checks nothing; [#signer] answers whose certificate it was signed with, once all of it holds.
/// What of it nobody signed (further certificates, CRLs, unsigned attributes) is read over.
public final class TimeStampToken {
    /// What any answer of an authority may have, and more than any has.
    public static final int MAX_SIZE_BYTES = 64 << 10;

    private static final String SIGNED_DATA = "1.2.840.113549.1.7.2";
    private static final String TST_INFO = "1.2.840.113549.1.9.16.1.4";
    private static final String CONTENT_TYPE = "1.2.840.113549.1.9.3";
    private static final String MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    private static final String SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
    private static final String SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
    private static final int MAX_CERTIFICATES = 16;

    private final StampInfo info;
    private final byte[] signedInfo;
    private final List<StampCertificate> certificates;
    private final SignerInfo signer;

    private TimeStampToken(StampInfo info, byte[] signedInfo, List<StampCertificate> certificates, SignerInfo signer) {
        this.info = info;
        this.signedInfo = signedInfo;
        this.certificates = certificates;
        this.signer = signer;
    }

    /// @param attributes type → the elements of its SET OF values
    /// @param signedBytes what the signature is over: the attributes as a SET (RFC 5652 §5.4)
    private record SignerInfo(
            byte[] identifier,
            String digest,
            Map<String, List<byte[]>> attributes,
            byte[] signedBytes,
            String signatureAlgorithm,
            byte[] signature) {}

    public static TimeStampToken parse(byte[] der) throws DerMalformed, StampRefused {
        if (der.length > MAX_SIZE_BYTES) throw new StampRefused("it has more than 64 KiB");
        var all = Der.of(der);
        var contentInfo = all.enter(Der.SEQUENCE);
        all.end();
        if (!contentInfo.identifier().equals(SIGNED_DATA)) throw new StampRefused("it is no CMS SignedData");
        var explicit = contentInfo.enter(Der.context(0));
        contentInfo.end();
        var signedData = explicit.enter(Der.SEQUENCE);
        explicit.end();
        signedData.integer(); // version
        signedData.enter(Der.SET); // digests, which the signer names again
        var signedInfo = signedInfo(signedData.enter(Der.SEQUENCE));
        var certificates = signedData.isNext(Der.context(0))
                ? certificates(signedData.enter(Der.context(0)))
                : List.<StampCertificate>of();
        if (signedData.isNext(Der.context(1))) signedData.element(); // CRLs
        var signers = signedData.enter(Der.SET);
        signedData.end();
        var signer = signer(signers.enter(Der.SEQUENCE));
        if (!signers.atEnd()) throw new StampRefused("it has more than one signer");
        return new TimeStampToken(StampInfo.parse(signedInfo), signedInfo, certificates, signer);
    }

    private static byte[] signedInfo(Der content) throws DerMalformed, StampRefused {
        if (!content.identifier().equals(TST_INFO)) throw new StampRefused("it signs something else than a TSTInfo");
        var explicit = content.enter(Der.context(0));
        content.end();
        var info = explicit.content(Der.OCTET_STRING);
        explicit.end();
        return info;
    }

    private static List<StampCertificate> certificates(Der set) throws DerMalformed, StampRefused {
        var certificates = new ArrayList<StampCertificate>();
        while (!set.atEnd()) {
            if (certificates.size() == MAX_CERTIFICATES) throw new StampRefused("it has more than 16 certificates");
            certificates.add(StampCertificate.parse(set.element()));
        }
        return List.copyOf(certificates);
    }

    private static SignerInfo signer(Der info) throws DerMalformed, StampRefused {
        info.integer(); // version
        var identifier = info.element();
        var digest = Algorithms.named(info);
        if (!info.isNext(Der.context(0))) throw new StampRefused("its signature is not over attributes");
        var signedBytes = info.element();
        var attributes = attributes(Der.of(signedBytes).enter(Der.context(0)));
        signedBytes[0] = Der.SET;
        var algorithm = Algorithms.named(info);
        var signature = info.content(Der.OCTET_STRING);
        if (info.isNext(Der.context(1))) info.element(); // attributes that nobody signed
        info.end();
        return new SignerInfo(identifier, digest, attributes, signedBytes, algorithm, signature);
    }

    private static Map<String, List<byte[]>> attributes(Der set) throws DerMalformed, StampRefused {
        var attributes = new HashMap<String, List<byte[]>>();
        while (!set.atEnd()) {
            var attribute = set.enter(Der.SEQUENCE);
            var type = attribute.identifier();
            var found = attribute.enter(Der.SET);
            attribute.end();
            var values = new ArrayList<byte[]>();
            while (!found.atEnd()) values.add(found.element());
            if (attributes.put(type, values) != null) throw new StampRefused("it has the attribute " + type + " twice");
        }
        return attributes;
    }

    /// What was signed, and holds only once [#signer] answered.
    public StampInfo info() {
        return info;
    }

    /// Those that it carries; nobody signed that list.
    List<StampCertificate> certificates() {
        return certificates;
    }

    /// The certificate that made the signature, once signature and attributes hold, and the certificate is one for time
    /// stamps and nothing else. Who vouches for it is for [StampCertificate#pathTo] to say.
    ///
    /// @param others certificates that may be the signer's, beside those that the token carries
    StampCertificate signer(List<StampCertificate> others, SignatureBudget budget) throws DerMalformed, StampRefused {
        var type = Der.of(only(CONTENT_TYPE)).identifier();
        if (!type.equals(TST_INFO)) throw new StampRefused("its signed content type is not that of a TSTInfo");
        var digest = Der.of(only(MESSAGE_DIGEST)).content(Der.OCTET_STRING);
        if (!Arrays.equals(digest, Algorithms.digest(signer.digest, signedInfo))) {
            throw new StampRefused("the signed digest is not that of its TSTInfo");
        }
        var certificate = named(others);
        if (!certificate.isNamedBy(signer.identifier)) {
            throw new StampRefused("its signer is named as another than the certificate that it signed for");
        }
        Algorithms.spend(budget, certificate.key());
        if (!Algorithms.holds(
                signer.signatureAlgorithm, signer.digest, certificate.key(), signer.signedBytes, signer.signature)) {
            throw new StampRefused("its signature is not that of " + Printable.quote(certificate.subject()));
        }
        certificate.requireForTimeStampsOnly();
        return certificate;
    }

    /// The certificate that the signed attribute names (RFC 5816 §2.2.1): first of the list, by a hash that is good for
    /// decades.
    private StampCertificate named(List<StampCertificate> others) throws DerMalformed, StampRefused {
        if (!signer.attributes.containsKey(SIGNING_CERTIFICATE_V2)) {
            throw new StampRefused(
                    signer.attributes.containsKey(SIGNING_CERTIFICATE)
                            ? "it names its certificate by SHA-1 only; ask the authority for ESSCertIDv2 (RFC 5816)"
                            : "it does not sign which certificate it was signed with");
        }
        var id = Der.of(only(SIGNING_CERTIFICATE_V2))
                .enter(Der.SEQUENCE)
                .enter(Der.SEQUENCE)
                .enter(Der.SEQUENCE);
        var digest = id.isNext(Der.SEQUENCE) ? Algorithms.named(id) : Algorithms.SHA_256;
        var hash = id.content(Der.OCTET_STRING);
        // An issuer and serial number may follow; the hash covers both.
        for (var certificate : all(others)) {
            if (Arrays.equals(hash, Algorithms.digest(digest, certificate.der()))) return certificate;
        }
        throw StampRefused.forWantOfCertificates("the certificate that it was signed with is not there");
    }

    private List<StampCertificate> all(List<StampCertificate> others) {
        var all = new ArrayList<>(certificates);
        all.addAll(others);
        return all;
    }

    private byte[] only(String type) throws StampRefused {
        var values = signer.attributes.getOrDefault(type, List.of());
        if (values.size() != 1) throw new StampRefused("it has not one signed attribute " + type);
        return values.getFirst();
    }
}
