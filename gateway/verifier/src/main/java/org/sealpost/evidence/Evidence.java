package org.sealpost.evidence;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.HandOver;

/// The stand-alone file that proves one entry (docs/formats.md §8), taken apart down to its byte strings: what they
/// say is judged by [EvidenceVerifier].
///
/// @param leaf         as the tree hashed it
/// @param body         absent where the leaf is a genesis or hand-over leaf
/// @param genesis      the genesis leaf
/// @param heads        1 to [#MAX_HEADS], sizes ascending
/// @param certificates DER, the sealing key's first, then its issuers; at most [#MAX_CERTIFICATES]
/// @param handOvers    the hand-over leaves that the last head covers, in their order; with any the file is of version
/// 2 at least
/// @param shared       what proofs of anchors have in common, in the order in which they name it; with any, with a
/// proof, or with an anchor of a kind that came later, the file is of version 3
public record Evidence(
        byte[] leaf,
        Optional<Body> body,
        byte[] genesis,
        List<EvidenceHead> heads,
        List<byte[]> certificates,
        List<byte[]> handOvers,
        List<byte[]> shared) {
    public static final String MEDIA_TYPE = "application/vnd.sealpost.evidence";
    public static final int MAX_SIZE_BYTES = 64 << 20;
    public static final int MAX_HEADS = 16;
    public static final int MAX_ANCHORS = 16;
    public static final int MAX_CERTIFICATES = 8;
    private static final String KIND = "sealpost-evidence";
    private static final int VERSION = 1;
    private static final int VERSION_WITH_HAND_OVERS = 2;
    private static final int VERSION_WITH_PROOFS = 3;

    /// As many as the proofs of sixteen anchorages may name.
    private static final int MAX_SHARED = 16 * AnchorClaim.MAX_SHARED;

    private static final int MAX_SHARED_BYTES = 1 << 20;

    public Evidence {
        leaf = leaf.clone();
        genesis = genesis.clone();
        heads = List.copyOf(heads);
        certificates = certificates.stream().map(byte[]::clone).toList();
        if (heads.isEmpty() || heads.size() > MAX_HEADS) throw new IllegalArgumentException("1 to 16 heads");
        if (certificates.size() > MAX_CERTIFICATES) throw new IllegalArgumentException("at most 8 certificates");
        handOvers = handOvers.stream().map(byte[]::clone).toList();
        if (handOvers.size() > HandOver.MAX_NUMBER) throw new IllegalArgumentException("at most 256 hand-overs");
        if (handOvers.isEmpty()
                && heads.stream().anyMatch(head -> !head.handOvers().isEmpty())) {
            throw new IllegalArgumentException("paths of hand-overs without hand-overs");
        }
        shared = shared.stream().map(byte[]::clone).toList();
        if (shared.size() > MAX_SHARED) throw new IllegalArgumentException("at most 4096 shared parts");
        if (shared.stream().anyMatch(part -> part.length > MAX_SHARED_BYTES)) {
            throw new IllegalArgumentException("a shared part has more than 1 MiB");
        }
    }

    /// Evidence without proofs of its anchors.
    public Evidence(
            byte[] leaf,
            Optional<Body> body,
            byte[] genesis,
            List<EvidenceHead> heads,
            List<byte[]> certificates,
            List<byte[]> handOvers) {
        this(leaf, body, genesis, heads, certificates, handOvers, List.of());
    }

    /// Evidence from an origin whose heads cover no hand-over.
    public Evidence(
            byte[] leaf, Optional<Body> body, byte[] genesis, List<EvidenceHead> heads, List<byte[]> certificates) {
        this(leaf, body, genesis, heads, certificates, List.of());
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

    @Override
    public List<byte[]> handOvers() {
        return handOvers.stream().map(byte[]::clone).toList();
    }

    @Override
    public List<byte[]> shared() {
        return shared.stream().map(byte[]::clone).toList();
    }

    /// The first that can say all of it: there is one file for the same evidence.
    private int version() {
        boolean isOfFirstVersions = shared.isEmpty()
                && heads.stream().flatMap(head -> head.anchors().stream()).allMatch(AnchorClaim::isOfFirstVersions);
        if (!isOfFirstVersions) return VERSION_WITH_PROOFS;
        return handOvers.isEmpty() ? VERSION : VERSION_WITH_HAND_OVERS;
    }

    /// The file.
    public byte[] encode() {
        int version = version();
        boolean handedOver = version >= VERSION_WITH_HAND_OVERS;
        var slots = body.map(Body::encode);
        var out = new CborWriter(2048 + slots.map(bytes -> bytes.length).orElse(0));
        out.array(parts(version)).text(KIND).integer(version);
        out.bytes(leaf);
        slots.ifPresentOrElse(out::item, out::nil);
        out.bytes(genesis).array(heads.size());
        for (var head : heads) {
            out.array(handedOver ? 3 : 2);
            head.receipt().write(out);
            out.array(head.anchors().size());
            for (var anchor : head.anchors()) anchor.write(out);
            if (handedOver) writePaths(out, head.handOvers());
        }
        write(out, certificates);
        if (handedOver) write(out, handOvers);
        if (version == VERSION_WITH_PROOFS) write(out, shared);
        return out.toBytes();
    }

    private static int parts(int version) {
        return 6 + version;
    }

    private static void write(CborWriter out, List<byte[]> byteStrings) {
        out.array(byteStrings.size());
        for (var bytes : byteStrings) out.bytes(bytes);
    }

    private static void writePaths(CborWriter out, List<List<Hash>> paths) {
        out.array(paths.size());
        for (var path : paths) Proof.writePath(out, path);
    }

    public static Evidence parse(byte[] file) throws EvidenceUnreadable {
        if (file.length > MAX_SIZE_BYTES) throw new EvidenceUnreadable("more than 64 MiB");
        try {
            var in = new CborReader(file);
            int parts = in.array(parts(VERSION_WITH_PROOFS));
            int version = (int) in.expect(KIND).unsigned("version", VERSION, VERSION_WITH_PROOFS);
            boolean handedOver = version >= VERSION_WITH_HAND_OVERS;
            if (parts != parts(version)) {
                throw new EvidenceUnreadable(parts + " parts in a file of version " + version);
            }
            var leaf = in.bytes(Integer.MAX_VALUE);
            Optional<Body> body = in.nil() ? Optional.empty() : Optional.of(Body.read(in));
            var genesis = in.bytes(Integer.MAX_VALUE);
            int headCount = in.array(MAX_HEADS);
            var heads = new ArrayList<EvidenceHead>();
            for (int i = 0; i < headCount; i++) heads.add(head(in, handedOver));
            var certificates = byteStrings(in, MAX_CERTIFICATES);
            var handOvers = handedOver ? byteStrings(in, HandOver.MAX_NUMBER) : List.<byte[]>of();
            var shared = version == VERSION_WITH_PROOFS ? byteStrings(in, MAX_SHARED) : List.<byte[]>of();
            in.end();
            var evidence = new Evidence(leaf, body, genesis, heads, certificates, handOvers, shared);
            if (evidence.version() != version) {
                throw new EvidenceUnreadable("version " + version + ", where " + evidence.version() + " says it");
            }
            return evidence;
        } catch (CborMalformed | IllegalArgumentException e) {
            throw new EvidenceUnreadable(e.getMessage());
        }
    }

    private static List<byte[]> byteStrings(CborReader in, int max) throws CborMalformed {
        int count = in.array(max);
        var all = new ArrayList<byte[]>();
        for (int i = 0; i < count; i++) all.add(in.bytes(Integer.MAX_VALUE));
        return all;
    }

    private static EvidenceHead head(CborReader in, boolean handedOver) throws CborMalformed {
        var receipt = Receipt.read(in.arrayOf(handedOver ? 3 : 2));
        int count = in.array(MAX_ANCHORS);
        var anchors = new ArrayList<AnchorClaim>();
        for (int i = 0; i < count; i++) anchors.add(AnchorClaim.read(in));
        var paths = new ArrayList<List<Hash>>();
        int pathCount = handedOver ? in.array(HandOver.MAX_NUMBER) : 0;
        for (int i = 0; i < pathCount; i++) paths.add(Proof.readPath(in));
        return new EvidenceHead(receipt, anchors, paths);
    }
}
