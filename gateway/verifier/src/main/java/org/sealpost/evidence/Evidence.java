package org.sealpost.evidence;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// The stand-alone file that proves one entry (docs/formats.md §8), taken apart down to its byte strings: what they
/// say is judged by [EvidenceVerifier].
///
/// @param leaf         as the tree hashed it
/// @param body         absent where the leaf is the genesis leaf
/// @param genesis      the genesis leaf
/// @param heads        1 to [#MAX_HEADS], sizes ascending
/// @param certificates DER, the sealing key's first, then its issuers; at most [#MAX_CERTIFICATES]
public record Evidence(
        byte[] leaf, Optional<Body> body, byte[] genesis, List<EvidenceHead> heads, List<byte[]> certificates) {
    public static final String MEDIA_TYPE = "application/vnd.sealpost.evidence";
    public static final int MAX_SIZE_BYTES = 64 << 20;
    public static final int MAX_HEADS = 16;
    public static final int MAX_ANCHORS = 16;
    public static final int MAX_CERTIFICATES = 8;
    private static final String KIND = "sealpost-evidence";
    private static final int VERSION = 1;

    public Evidence {
        leaf = leaf.clone();
        genesis = genesis.clone();
        heads = List.copyOf(heads);
        certificates = certificates.stream().map(byte[]::clone).toList();
        if (heads.isEmpty() || heads.size() > MAX_HEADS) throw new IllegalArgumentException("1 to 16 heads");
        if (certificates.size() > MAX_CERTIFICATES) throw new IllegalArgumentException("at most 8 certificates");
    }

    @Override
    public byte[] leaf() {
        return leaf.clone();
    }

    @Override
    public byte[] genesis() {
        return genesis.clone();
    }

    @Override
    public List<byte[]> certificates() {
        return certificates.stream().map(byte[]::clone).toList();
    }

    /// The file.
    public byte[] encode() {
        var slots = body.map(Body::encode);
        var out = new CborWriter(2048 + slots.map(bytes -> bytes.length).orElse(0));
        out.array(7).text(KIND).integer(VERSION).bytes(leaf);
        slots.ifPresentOrElse(out::item, out::nil);
        out.bytes(genesis).array(heads.size());
        for (var head : heads) {
            out.array(2);
            head.receipt().write(out);
            out.array(head.anchors().size());
            for (var anchor : head.anchors()) anchor.write(out);
        }
        out.array(certificates.size());
        for (var certificate : certificates) out.bytes(certificate);
        return out.toBytes();
    }

    public static Evidence parse(byte[] file) throws EvidenceUnreadable {
        if (file.length > MAX_SIZE_BYTES) throw new EvidenceUnreadable("more than 64 MiB");
        try {
            var in = new CborReader(file);
            in.arrayOf(7).expect(KIND).expect(VERSION);
            var leaf = in.bytes(Integer.MAX_VALUE);
            Optional<Body> body = in.nil() ? Optional.empty() : Optional.of(Body.read(in));
            var genesis = in.bytes(Integer.MAX_VALUE);
            int headCount = in.array(MAX_HEADS);
            var heads = new ArrayList<EvidenceHead>();
            for (int i = 0; i < headCount; i++) heads.add(head(in));
            int certificateCount = in.array(MAX_CERTIFICATES);
            var certificates = new ArrayList<byte[]>();
            for (int i = 0; i < certificateCount; i++) certificates.add(in.bytes(Integer.MAX_VALUE));
            in.end();
            return new Evidence(leaf, body, genesis, heads, certificates);
        } catch (CborMalformed | IllegalArgumentException e) {
            throw new EvidenceUnreadable(e.getMessage());
        }
    }

    private static EvidenceHead head(CborReader in) throws CborMalformed {
        var receipt = Receipt.read(in.arrayOf(2));
        int count = in.array(MAX_ANCHORS);
        var anchors = new ArrayList<AnchorClaim>();
        for (int i = 0; i < count; i++) anchors.add(AnchorClaim.read(in));
        return new EvidenceHead(receipt, anchors);
    }
}
