package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.sealpost.seal.HandOverLog;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.SealLog;

/// The keys that sealed a log, as it says itself, and what the one in force is called in its token.
record LoggedKeys(LogIdentity identity, String sealKey) {
    /// A box that was never handed over has no such journal.
    ///
    /// @param genesis   the log by its entry 0 alone
    /// @param firstName of the genesis' sealing key
    static LoggedKeys read(Path data, Leaves leaves, SealLog seals, LogIdentity genesis, String firstName)
            throws IOException {
        if (!Files.isDirectory(data.resolve(HandOverLog.KIND))) {
            return checked(new HandOverLog.Found(genesis, Optional.empty()), seals, firstName);
        }
        try (var handOvers = open(data)) {
            return checked(handOvers.in(leaves, genesis), seals, firstName);
        }
    }

    static HandOverLog open(Path data) throws IOException {
        return HandOverLog.open(LogParts.small(data, HandOverLog.KIND, HandOverLog.MAX_ENTRY_SIZE_BYTES));
    }

    /// @throws StartRefused if the newest seal is by a key that was not in force for it, or of another log
    static LoggedKeys checked(HandOverLog.Found found, SealLog seals, String firstName) {
        var newest = seals.newest();
        if (newest.isPresent()) {
            var genesis = newest.get().seal().genesisHash();
            if (!genesis.equals(found.identity().genesisHash())) {
                throw new StartRefused(
                        "the newest seal names the genesis " + genesis + ", and entry 0 as it lies here is "
                                + found.identity().genesisHash() + ": it was altered, or the seals are of another log",
                        "bring the data directory back as it was");
            }
            long size = newest.get().size();
            var key = found.identity().keys().inForce(size).key().thumbprint();
            if (!newest.get().seal().keyThumbprint().equals(key)) {
                throw new StartRefused(
                        "the newest seal, of " + size + " entries, is by the key "
                                + newest.get().seal().keyThumbprint()
                                + ", and the log as it lies here names " + key
                                + ": the hand-overs journal was lost or replaced",
                        "bring the data directory back as it was");
            }
        }
        return new LoggedKeys(found.identity(), found.name().orElse(firstName));
    }
}
