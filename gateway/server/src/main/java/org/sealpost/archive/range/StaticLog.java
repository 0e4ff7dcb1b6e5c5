package org.sealpost.archive.range;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.evidence.VerifierKey;
import org.sealpost.journal.Journal;
import org.sealpost.merkle.TileCoordinates;
import org.sealpost.record.Genesis;
import org.sealpost.record.KeyRole;
import org.sealpost.seal.Sealer;
import org.sealpost.seal.Tree;

/// The mirror's `log/`: files as C2SP tlog-tiles has them, for any server of static files. The checkpoint is
/// replaced last, when all that it covers is durable, so whoever follows it never meets what is not there.
final class StaticLog {
    private static final String FOLDER = "log/";
    private static final String CHECKPOINT = FOLDER + "checkpoint";
    private static final int MAX_CHECKPOINT_BYTES = 16 << 10;
    private static final int TILE_BITS = 8;

    private final MirrorPlace place;
    private final Journal entries;
    private final Tree tree;

    StaticLog(MirrorPlace place, Journal entries, Tree tree) {
        this.place = place;
        this.entries = entries;
        this.tree = tree;
    }

    /// Of how many entries the checkpoint is that stands there; 0 if none does.
    long published() throws IOException {
        return checkpoint(place).map(checkpoint -> checkpoint.head().size()).orElse(0L);
    }

    static Optional<Checkpoint> checkpoint(MirrorPlace place) throws IOException {
        return place.read(CHECKPOINT, MAX_CHECKPOINT_BYTES).flatMap(Checkpoint::parse);
    }

    /// Does nothing if a checkpoint of as many entries stands there.
    ///
    /// @param checkpoint of entries that the tree has
    void publish(Checkpoint checkpoint, Genesis genesis, KeyHistory keys) throws IOException {
        long size = checkpoint.head().size();
        long published = published();
        if (size <= published) return;
        if (!tree.root(size).equals(checkpoint.head().root())) {
            throw new IOException("the mirror's entries do not lead to the root of the checkpoint of " + size
                    + " entries: the mirror was altered, make a new one");
        }
        for (int level = 0; size >>> TILE_BITS * level > 0; level++) level(level, published, size);
        place.write(FOLDER + "vkeys", verifierKeys(size, genesis, keys).getBytes(StandardCharsets.UTF_8));
        place.settle();
        place.write(CHECKPOINT, checkpoint.format().getBytes(StandardCharsets.UTF_8));
        place.settle();
    }

    /// All tiles of a level that are not as they were, from the one that ended with what was published.
    private void level(int level, long published, long size) throws IOException {
        long count = size >>> TILE_BITS * level;
        for (long index = (published >>> TILE_BITS * level) / TileCoordinates.FULL;
                index * TileCoordinates.FULL < count;
                index++) {
            int width = (int) Math.min(TileCoordinates.FULL, count - index * TileCoordinates.FULL);
            var tile = new TileCoordinates(level, index, width);
            var hashes = tree.tile(tile, size);
            place.write(FOLDER + tile.path(), hashes.orElseThrow());
            if (level > 0) continue;
            var bundle = bundle(tile);
            if (bundle.isPresent()) place.write(FOLDER + tile.entriesPath(), bundle.get());
        }
    }

    /// Empty where one of its leaves was lost: nobody has it any more.
    private Optional<byte[]> bundle(TileCoordinates tile) throws IOException {
        var out = new ByteArrayOutputStream(tile.width() * 128);
        var lost = new AtomicBoolean();
        entries.scanLeaves(tile.index() * TileCoordinates.FULL, tile.width(), new Journal.LeafVisitor() {
            @Override
            public void visit(long index, byte[] leaf) {
                out.write(leaf.length >>> 8);
                out.write(leaf.length);
                out.writeBytes(leaf);
            }

            @Override
            public void lost(long index, byte[] leafHash) {
                lost.set(true);
            }
        });
        return lost.get() ? Optional.empty() : Optional.of(out.toByteArray());
    }

    /// In the order of docs/formats.md §6.
    private static String verifierKeys(long size, Genesis genesis, KeyHistory keys) {
        var origin = genesis.origin();
        var text = new StringBuilder();
        int inForce = keys.handOversBelow(size);
        text.append(VerifierKey.p256(origin, keys.keys().get(inForce)).format()).append('\n');
        genesis.key(KeyRole.CHECKPOINT)
                .map(key -> VerifierKey.ed25519(origin, Sealer.ed25519(key.spki())))
                .ifPresent(key -> text.append(key.format()).append('\n'));
        for (int i = inForce - 1; i >= 0; i--) {
            text.append(VerifierKey.p256(origin, keys.keys().get(i)).format()).append('\n');
        }
        return text.toString();
    }
}
