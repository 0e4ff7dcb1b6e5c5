package org.sealpost.evidence.anchor.tsa;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.DerMalformed;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.evidence.Printable;
import org.sealpost.evidence.Sha256;
import org.sealpost.evidence.SignatureBudget;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// That a time-stamping authority saw a head's text with the sealing key's signature (docs/formats.md, "Proofs of
/// anchors"): the head existed by the stamped time and what that may be wrong by. It says nothing of other histories,
/// which the same authority stamps as gladly.
///
/// @param signature    r ‖ s of the key in force over the head's text, 64 bytes, low s
/// @param token        DER, up to 64 KiB
/// @param certificates DER, those on the way to the authority that the token does not carry, without the authority's
///     own; up to 8
public record TsaProof(byte[] signature, byte[] token, List<byte[]> certificates) {
    private static final String KIND = "sealpost-tsa-proof";
    private static final int VERSION = 1;
    private static final int MAX_CERTIFICATES = 8;

    public TsaProof {
        if (signature.length != P256Signature.SIZE) throw new IllegalArgumentException("a signature has 64 bytes");
        signature = signature.clone();
        token = token.clone();
        certificates = certificates.stream().map(byte[]::clone).toList();
    }

    /// What an authority stamps for a head: SHA-256(text ‖ r ‖ s), so that it proves that the key had signed, and not
    /// only that somebody knew the text.
    public static Hash imprint(byte[] text, byte[] signature) {
        return Sha256.of(text, signature);
    }

    /// The identity of an authority (docs/formats.md §8).
    ///
    /// @param policy under which it has to stamp; empty: under any
    public static AnchorIdentity.Tsa identity(X509Certificate authority, Optional<String> policy) {
        return new AnchorIdentity.Tsa(Sha256.of(authority.getPublicKey().getEncoded()), policy);
    }

    public byte[] encode() {
        var out = new CborWriter(256 + token.length).array(5).text(KIND).integer(VERSION);
        out.bytes(signature).bytes(token).array(certificates.size());
        for (var certificate : certificates) out.bytes(certificate);
        return out.toBytes();
    }

    /// Reads it, and checks nothing.
    public static TsaProof parse(byte[] cbor) throws CborMalformed {
        var in = new CborReader(cbor).arrayOf(5).expect(KIND).expect(VERSION);
        var signature = in.fixed(P256Signature.SIZE);
        var token = in.bytes(TimeStampToken.MAX_SIZE_BYTES);
        var certificates = new ArrayList<byte[]>();
        for (int left = in.array(MAX_CERTIFICATES); left > 0; left--) {
            certificates.add(in.bytes(StampCertificate.MAX_SIZE_BYTES));
        }
        in.end();
        return new TsaProof(signature, token, certificates);
    }

    /// The proof for a fresh token, with those of the given certificates that are needed on the way and that the token
    /// lacks.
    ///
    /// @param known the authority's first, then what may lie between
    /// @throws StampRefused if [#check] would not find it proved as far as the token goes
    public static TsaProof of(byte[] signature, byte[] token, List<X509Certificate> known) throws StampRefused {
        try {
            var read = TimeStampToken.parse(token);
            var others = new ArrayList<StampCertificate>();
            for (var certificate : known) others.add(StampCertificate.parse(encoded(certificate)));
            var budget = new SignatureBudget();
            var signer = read.signer(others, budget);
            var between = between(read, others);
            var path = signer.pathTo(known.getFirst(), between, read.info().time(), budget);
            path.removeAll(read.certificates());
            return new TsaProof(
                    signature, token, path.stream().map(StampCertificate::der).toList());
        } catch (DerMalformed e) {
            throw new StampRefused("it cannot be read: " + e.getMessage());
        }
    }

    /// What a proof that stands alone shows.
    public static AnchorProofFinding check(
            byte[] proof, AnchorIdentity.Tsa authority, byte[] text, P256Key key, List<X509Certificate> authorities) {
        return check(proof, authority, text, key, authorities, new SignatureBudget());
    }

    /// What the proof shows.
    ///
    /// @param text        the head's checkpoint text (docs/formats.md §6)
    /// @param key         the sealing key in force at the head's size
    /// @param authorities those that the trust store names, of whatever identity
    /// @param budget      of the file that the proof stands in
    public static AnchorProofFinding check(
            byte[] proof,
            AnchorIdentity.Tsa authority,
            byte[] text,
            P256Key key,
            List<X509Certificate> authorities,
            SignatureBudget budget) {
        try {
            return parse(proof).check(authority, text, key, authorities, budget);
        } catch (CborMalformed e) {
            return new AnchorProofFinding.Broken("the proof cannot be read: " + e.getMessage());
        } catch (DerMalformed e) {
            return new AnchorProofFinding.Broken("the time stamp cannot be read: " + e.getMessage());
        } catch (StampRefused e) {
            return new AnchorProofFinding.Broken("the time stamp does not hold: " + e.getMessage());
        }
    }

    private AnchorProofFinding check(
            AnchorIdentity.Tsa identity,
            byte[] text,
            P256Key key,
            List<X509Certificate> authorities,
            SignatureBudget budget)
            throws DerMalformed, StampRefused {
        if (!budget.spend()) throw new StampRefused(SignatureBudget.SPENT);
        if (!key.verifies(text, P256Signature.ofRaw(signature))) {
            return new AnchorProofFinding.Broken("the stamped signature is not the sealing key's over this head");
        }
        var stamp = TimeStampToken.parse(token);
        if (!stamp.info().imprint().equals(imprint(text, signature))) {
            return new AnchorProofFinding.Broken("the time stamp is of something else than this head");
        }
        if (!identity.policy().orElse(stamp.info().policy()).equals(stamp.info().policy())) {
            return new AnchorProofFinding.Broken(
                    "stamped under policy " + stamp.info().policy());
        }
        var given = new ArrayList<StampCertificate>();
        for (var der : certificates) given.add(StampCertificate.parse(der));
        var signer = stamp.signer(given, budget);

        var steps = new ArrayList<>(List.of(words(stamp.info(), signer)));
        var named = authorities.stream()
                .filter(each -> identity(each, identity.policy()).equals(identity))
                .toList();
        if (named.isEmpty()) {
            return new AnchorProofFinding.Incomplete(
                    steps, "the trust store does not name this authority (a line \"authority tsa\")");
        }
        var vouching = vouching(named, signer, stamp, given, budget);
        steps.add("its certificate was valid then under "
                + Printable.quote(vouching.getSubjectX500Principal().getName()) + ", revocation not looked at");
        return new AnchorProofFinding.Proved(steps, Optional.of(stamp.info().latest()));
    }

    private static X509Certificate vouching(
            List<X509Certificate> named,
            StampCertificate signer,
            TimeStampToken stamp,
            List<StampCertificate> given,
            SignatureBudget budget)
            throws StampRefused {
        Optional<StampRefused> last = Optional.empty();
        for (var authority : named) {
            try {
                var path = signer.pathTo(
                        authority, between(stamp, given), stamp.info().time(), budget);
                path.removeAll(stamp.certificates());
                if (!path.equals(given)) {
                    throw new StampRefused("the certificates beside it are not those that it lacks, in their order");
                }
                return authority;
            } catch (StampRefused e) {
                last = Optional.of(e);
            }
        }
        throw last.orElseThrow();
    }

    private static List<StampCertificate> between(TimeStampToken stamp, List<StampCertificate> given) {
        var between = new ArrayList<>(stamp.certificates());
        between.addAll(given);
        return between;
    }

    private static String words(StampInfo info, StampCertificate signer) {
        return "stamped at " + info.time() + " under policy " + info.policy() + " by "
                + Printable.quote(signer.subject()) + ": this head existed "
                + info.accuracy()
                        .map(_ -> "by " + info.latest() + ", since that time may be wrong")
                        .orElse("then")
                + "; it says nothing of other histories";
    }

    private static byte[] encoded(X509Certificate certificate) throws StampRefused {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new StampRefused("a certificate cannot be written");
        }
    }
}
