package org.sealpost.app;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.sealpost.journal.Journal;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Genesis;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.KeyRole;
import org.sealpost.record.Leaf;
import org.sealpost.record.Origin;
import org.sealpost.record.Suite;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.LogIdentity;

/// Makes a box's origin once: entry 0 of its log. A power cut before the force leaves an empty journal, and the next
/// start makes another origin, which nobody has seen either.
final class Commissioning {
    private Commissioning() {}

    /// The log that these leaves are of, or empty if there are none yet.
    static Optional<LogIdentity> existing(Leaves leaves) throws IOException {
        if (leaves.size() == 0) return Optional.empty();
        try {
            if (Leaf.parse(leaves.leaf(0)) instanceof GenesisLeaf(var genesis)) {
                return Optional.of(LogIdentity.of(genesis));
            }
        } catch (CborMalformed e) {
            throw new IOException("entry 0 is not a genesis: " + e.getMessage(), e);
        }
        throw new IOException("entry 0 is not a genesis");
    }

    /// @param previous the origin that it goes on from
    /// @param random   makes the origin differ from every other one
    static LogIdentity commission(
            Journal entries,
            String words,
            List<Genesis.Key> keys,
            String software,
            Optional<Genesis.Previous> previous,
            Supplier<ClockReading> clock,
            RandomGenerator random)
            throws IOException {
        var genesis = new Genesis(
                TokenSettings.refusing(
                        () -> new Origin(words + "/" + HexFormat.of().formatHex(bytes(random, 4)))),
                Suite.SHA256_P256,
                keys,
                software,
                clock.get(),
                bytes(random, 32),
                previous);
        entries.append(new GenesisLeaf(genesis).encode(), new byte[0]);
        entries.force();
        return LogIdentity.of(genesis);
    }

    static List<Genesis.Key> keys(String token, byte[] seal, List<byte[]> accounts, Optional<byte[]> checkpoint) {
        var keys = new ArrayList<Genesis.Key>();
        keys.add(new Genesis.Key(KeyRole.SEAL, seal, token));
        for (var account : accounts) keys.add(new Genesis.Key(KeyRole.CHAIN_ACCOUNT, account, token));
        checkpoint.ifPresent(spki -> keys.add(new Genesis.Key(KeyRole.CHECKPOINT, spki, token)));
        return keys;
    }

    private static byte[] bytes(RandomGenerator random, int count) {
        var bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
