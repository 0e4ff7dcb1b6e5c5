package org.sealpost.anchor.tsa;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.OptionalLong;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.evidence.anchor.tsa.TsaProof;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// A request as the relay keeps it (docs/formats.md, "Anchors journals"): what is sent, and all that its answer is
/// judged by, so that it can be sent again by a process that knows nothing else.
///
/// @param text      the head's checkpoint text
/// @param key       the sealing key in force at the head's size
/// @param signature r ‖ s over the text
/// @param query     TimeStampReq (RFC 3161 §2.4.1), DER: what is sent
record StampRequest(byte[] text, P256Key key, byte[] signature, byte[] query) {
    private static final String KIND = "sealpost-tsa-request";
    private static final int VERSION = 1;
    private static final int MAX_TEXT_SIZE = 256;
    private static final int MAX_SPKI_SIZE = 256;
    private static final int MAX_QUERY_SIZE = 1024;

    static StampRequest of(byte[] text, P256Key key, byte[] signature, Optional<String> policy, BigInteger nonce) {
        var generator = new TimeStampRequestGenerator();
        generator.setCertReq(true);
        policy.map(ASN1ObjectIdentifier::new).ifPresent(generator::setReqPolicy);
        var imprint = TsaProof.imprint(text, signature);
        try {
            var query = generator.generate(TSPAlgorithms.SHA256, imprint.toBytes(), nonce);
            return new StampRequest(text, key, signature, query.getEncoded());
        } catch (IOException e) {
            throw new IllegalStateException("a time-stamp request cannot be written", e);
        }
    }

    BigInteger nonce() throws CborMalformed {
        try {
            return new TimeStampRequest(query).getNonce();
        } catch (IOException e) {
            throw new CborMalformed(0, "the time-stamp request in it cannot be read");
        }
    }

    SignedRequest signed() {
        var bytes = new CborWriter(512)
                .array(6)
                .text(KIND)
                .integer(VERSION)
                .text(new String(text, StandardCharsets.UTF_8))
                .bytes(key.spki())
                .bytes(signature)
                .bytes(query)
                .toBytes();
        try {
            return new SignedRequest(
                    Hash.of(MessageDigest.getInstance("SHA-256").digest(bytes)), OptionalLong.empty(), bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    static StampRequest read(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes).arrayOf(6).expect(KIND).expect(VERSION);
        var text = in.text(MAX_TEXT_SIZE).getBytes(StandardCharsets.UTF_8);
        int at = in.position();
        try {
            var key = P256Key.of(in.bytes(MAX_SPKI_SIZE));
            var request = new StampRequest(text, key, in.fixed(P256Signature.SIZE), in.bytes(MAX_QUERY_SIZE));
            in.end();
            return request;
        } catch (IllegalArgumentException e) {
            throw new CborMalformed(at, String.valueOf(e.getMessage()));
        }
    }
}
