package org.sealpost.anchor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.KeyRole;
import org.sealpost.record.Origin;
import org.sealpost.record.Suite;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.Tree;

/// A small log, and files with its heads as a courier has them.
public final class CarriedHeads {
    final SoftwareKey key;
    final LogIdentity identity;
    final Tree tree;

    public CarriedHeads(Path folder, String origin, long secret, int size) throws IOException {
        this(folder, origin, secret, size, size);
    }

    /// @param commonSize from here on its leaves are other ones
    CarriedHeads(Path folder, String origin, long secret, int size, int commonSize) throws IOException {
        key = SoftwareKey.p256ForTests(secret);
        identity = identity(new Origin(origin), key.spki());
        tree = Tree.open(folder, (from, count) -> List.of(), 0, Optional.empty());
        tree.append(IntStream.range(0, size)
                .mapToObj(at -> at == 0
                        ? Merkle.leafHash(new GenesisLeaf(identity.genesis()).encode())
                        : leaf((at < commonSize ? "leaf " : "other ") + at))
                .toList());
    }

    static LogIdentity identity(Origin origin, byte[] firstKey) {
        var clock = new ClockReading(
                0, ClockReading.State.UNTRUSTED, ClockReading.Source.NONE, OptionalLong.empty(), new byte[16], 0);
        return LogIdentity.of(new Genesis(
                origin,
                Suite.SHA256_P256,
                List.of(new Genesis.Key(KeyRole.SEAL, firstKey, "test")),
                "test",
                clock,
                new byte[32],
                Optional.empty()));
    }

    private static Hash leaf(String text) {
        return Merkle.leafHash(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// As the sealer makes it.
    Checkpoint checkpoint(long size) {
        return checkpoint(new Head(identity.origin(), size, tree.root(size)));
    }

    /// Signs whatever head it is given.
    Checkpoint checkpoint(Head head) {
        byte[] digest = SignedLog.digest(head.origin().name(), head.size(), head.root());
        return Checkpoint.unsigned(head)
                .with(P256Key.of(key.spki()), P256Signature.ofRaw(key.sign(digest)))
                .withEd25519(new byte[32], new byte[64]);
    }

    public HeadFile file(long size, Long... bases) {
        try {
            return HeadFile.of(identity, tree, checkpoint(size), Set.of(bases));
        } catch (HeadRefused e) {
            throw new AssertionError(e);
        }
    }
}
