package org.sealpost.anchor;

import java.util.List;

/// What proves to others that a head is anchored, as the kind of anchorage has it (docs/relay.md §10).
///
/// @param bytes  the proof, 1 byte to 1 MiB; names shared parts by SHA-256
/// @param shared parts that many proofs have in common (a bridge header, a config block), each 1 byte to 1 MiB, in the
///     order in which the proof names them first, none twice; at most 256
public record AnchorProof(byte[] bytes, List<byte[]> shared) {
    public static final int MAX_SIZE_BYTES = 1 << 20;
    public static final int MAX_SHARED = 256;

    public AnchorProof {
        if (shared.size() > MAX_SHARED) {
            throw new IllegalArgumentException(
                    "a proof with " + shared.size() + " shared parts, allowed are " + MAX_SHARED);
        }
        bytes = bounded(bytes);
        shared = shared.stream().map(AnchorProof::bounded).toList();
    }

    private static byte[] bounded(byte[] part) {
        if (part.length < 1 || part.length > MAX_SIZE_BYTES) {
            throw new IllegalArgumentException(
                    "a part of a proof with " + part.length + " bytes, allowed are 1 to " + MAX_SIZE_BYTES);
        }
        return part.clone();
    }

    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public List<byte[]> shared() {
        return shared.stream().map(byte[]::clone).toList();
    }
}
