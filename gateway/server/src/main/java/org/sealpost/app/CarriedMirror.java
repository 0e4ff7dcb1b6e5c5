package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import org.sealpost.archive.range.RangeImport;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.HandOverWrong;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.evidence.VerifierKey;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.SealedHead;

/// What is carried on of a mirror: it has no hand-overs journal, so its own leaves say who sealed it, and it may
/// know heads that its entries have not reached.
///
/// @param sealed     the newest head of which it has all entries
/// @param checkpoint what it shows to followers, if that is of at most as many
record CarriedMirror(LogIdentity identity, SealedHead sealed, Optional<Checkpoint> checkpoint) {
    private static final int LEAVES_AT_ONCE = 1 << 16;

    /// @param genesis the log by its entry 0 alone
    /// @throws StartRefused if it has reached no head yet, or was altered
    static CarriedMirror read(Path folder, Leaves leaves, SealLog seals, LogIdentity genesis) throws IOException {
        var sealed = reached(folder, seals, leaves.size());
        var identity = new LogIdentity(genesis.genesis(), keys(leaves, genesis.keys(), sealed.size()));
        if (!sealed.seal().keyThumbprint().equals(identity.keys().last().thumbprint())) {
            throw new StartRefused(
                    "the seal of " + sealed.size() + " entries is by the key "
                            + sealed.seal().keyThumbprint() + ", and the leaves in " + folder + " name "
                            + identity.keys().last().thumbprint()
                            + ": the mirror was altered, or the leaf of a hand-over was lost",
                    "make a new mirror of all files, or carry the log out of the box again");
        }
        var checkpoint = RangeImport.checkpoint(folder).filter(note -> isOf(note, identity, sealed));
        return new CarriedMirror(identity, sealed, checkpoint);
    }

    private static SealedHead reached(Path folder, SealLog seals, long size) throws IOException {
        Optional<SealedHead> reached = Optional.empty();
        var next = seals.firstCovering(0);
        while (next.isPresent() && next.get().size() <= size) {
            reached = next;
            next = seals.firstCovering(next.get().size());
        }
        long first = next.map(SealedHead::size).orElse(0L);
        return reached.orElseThrow(() -> new StartRefused(
                folder + " has entries 0 to " + (size - 1) + ", and the seal that signs them is over " + first,
                "import the files that are missing, then export"));
    }

    private static KeyHistory keys(Leaves leaves, KeyHistory first, long size) throws IOException {
        var handOvers = new ArrayList<byte[]>();
        for (long at = 0; at < size; at += LEAVES_AT_ONCE) {
            leaves.scan(at, (int) Math.min(LEAVES_AT_ONCE, size - at), (index, leaf) -> {
                if (HandOverLeaf.isAt(leaf)) handOvers.add(leaf);
            });
        }
        var keys = first;
        try {
            for (var leaf : handOvers) keys = keys.after(leaf);
        } catch (HandOverWrong e) {
            throw new IOException("a hand-over in the mirror: " + e.getMessage(), e);
        }
        return keys;
    }

    private static boolean isOf(Checkpoint note, LogIdentity identity, SealedHead sealed) {
        long size = note.head().size();
        return size <= sealed.size()
                && note.head().origin().equals(identity.origin())
                && VerifierKey.p256(
                                identity.origin(), identity.keys().inForce(size).key())
                        .verifies(note.note());
    }
}
