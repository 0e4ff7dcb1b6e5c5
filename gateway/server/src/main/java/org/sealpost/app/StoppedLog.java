package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sealpost.archive.range.RangeImport;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;
import org.sealpost.seal.HandOverLog;
import org.sealpost.seal.JournalLeaves;
import org.sealpost.seal.LeafArchive;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.SealedHead;
import org.sealpost.seal.Tree;

/// The log of a gateway that does not run, held so that none can be started meanwhile: it has one writer.
record StoppedLog(Path data, SealLog seals, Journal entries, LoggedKeys keys) implements AutoCloseable {
    /// One that something is to be added to.
    ///
    /// @throws HsmRefusal   if a gateway runs on it, or there is none, or it is a mirror of one
    /// @throws StartRefused if it ended
    static StoppedLog open(GatewayConfig config) throws IOException {
        Successor.refuseEnded(config.data());
        var log = openAsItIs(config);
        try {
            // Once more: until it was held, an origin succeed may have come and gone.
            Successor.refuseEnded(log.data);
            SuccessionEntries.refuseEnded(log.data, log.entries);
            return log;
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
    }

    /// The same, whether it ended or not.
    ///
    /// @throws HsmRefusal if a gateway runs on it, or there is none, or it is a mirror of one
    static StoppedLog openAsItIs(GatewayConfig config) throws IOException {
        var data = config.data();
        if (RangeImport.isMirror(data)) {
            throw new HsmRefusal(
                    data + " is a mirror that sealpost import made, and not a gateway's data directory; name that one",
                    HsmCommand.REFUSED);
        }
        if (!Files.isDirectory(data.resolve("entries"))) throw noLog(data);
        var seals = held(data, () -> LogParts.seals(data));
        try {
            var disk = data.resolve("entries");
            var entries = held(
                    data,
                    () -> Journal.open(DirectoryDisk.open(disk), LogParts.entriesConfig(config), seals.sealedSize()));
            try {
                var leaves = leaves(data, entries);
                var genesis = Commissioning.existing(leaves).orElseThrow(() -> noLog(data));
                var name = config.token().sealKey();
                return new StoppedLog(data, seals, entries, LoggedKeys.read(data, leaves, seals, genesis, name));
            } catch (IOException | RuntimeException e) {
                entries.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            seals.close();
            throw e;
        }
    }

    /// What the sealing key in force is called in its token. A log that was never handed over has that of the
    /// configuration, whether a gateway runs or not.
    ///
    /// @throws HsmRefusal if the log was handed over, and a gateway runs on it
    static String sealKeyInForce(GatewayConfig config) throws IOException {
        if (!Files.isDirectory(config.data().resolve(HandOverLog.KIND)))
            return config.token().sealKey();
        try (var log = openAsItIs(config)) {
            return log.keys().sealKey();
        }
    }

    Leaves leaves() {
        return leaves(data, entries);
    }

    /// What a ledger's word is held to.
    AskedLedgers.Log toCompare() {
        return new AskedLedgers.Log() {
            @Override
            public OriginId originId() {
                var identity = keys.identity();
                return OriginId.of(identity.keys().first().spki(), identity.origin());
            }

            @Override
            public long sealedSize() {
                return seals.sealedSize();
            }

            @Override
            public Hash root(long size) throws IOException {
                return Tree.open(
                                data.resolve("log"),
                                new JournalLeaves(leaves(), keys.identity().keys()),
                                sealedSize(),
                                seals.newest().map(SealedHead::root))
                        .root(size);
            }
        };
    }

    private static Leaves leaves(Path data, Journal entries) {
        return Leaves.unchecked(entries, data.resolve(LeafArchive.FOLDER));
    }

    private static HsmRefusal noLog(Path data) {
        return new HsmRefusal(
                data + " holds no log yet: the first start of the gateway makes it, with its first key",
                HsmCommand.REFUSED);
    }

    interface Opening<T> {
        T open() throws IOException;
    }

    /// @throws HsmRefusal if a gateway runs on it
    static <T> T held(Path data, Opening<T> opening) throws IOException {
        try {
            return opening.open();
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains(DirectoryDisk.IN_USE)) throw e;
            throw new HsmRefusal(
                    "a gateway runs on " + data + ", and a log has one writer: stop it, and start it again afterwards",
                    HsmCommand.LATER);
        }
    }

    @Override
    public void close() throws IOException {
        entries.close();
        seals.close();
    }
}
