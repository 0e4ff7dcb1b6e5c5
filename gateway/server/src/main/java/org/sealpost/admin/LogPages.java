package org.sealpost.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.journal.Journal;
import org.sealpost.merkle.TileCoordinates;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.Tree;

/// The log for those who follow it: C2SP tlog-tiles. Open to everybody, since leaves are public by construction.
public final class LogPages {
    private static final Pattern HEAD = Pattern.compile("head(?:/([1-9][0-9]{0,17}))?");

    private final Leaves leaves;
    private final Tree tree;
    private final SealLog seals;
    private final String verifierKeys;
    private final HeadFiles heads;

    /// Heads with what others need to lodge them.
    public interface HeadFiles {
        /// The newest, as a file; empty if there is none, or none larger than the size that it is to lead from.
        ///
        /// @param from what a ledger holds
        Optional<byte[]> newest(OptionalLong from) throws IOException;
    }

    /// @param verifierKeys C2SP verifier keys, one a line, the sealing key's first
    public LogPages(Leaves leaves, Tree tree, SealLog seals, String verifierKeys, HeadFiles heads) {
        this.leaves = leaves;
        this.tree = tree;
        this.seals = seals;
        this.verifierKeys = verifierKeys;
        this.heads = heads;
    }

    /// @param path below `/log/`
    Optional<Answer> page(String path) throws IOException {
        if (path.equals("vkeys")) return Optional.of(Answer.text(verifierKeys));
        var checkpoint = seals.newestCheckpoint();
        if (checkpoint.isEmpty()) return Optional.empty();
        if (path.equals("checkpoint"))
            return Optional.of(Answer.text(checkpoint.get().format()));
        var head = HEAD.matcher(path);
        if (head.matches()) return headFile(head.group(1));
        var hashes = TileCoordinates.parse(path);
        if (hashes.isPresent()) return hashTile(hashes.get(), checkpoint.get());
        var bundle = TileCoordinates.parseEntries(path);
        return bundle.isPresent() ? entryBundle(bundle.get(), checkpoint.get()) : Optional.empty();
    }

    private Optional<Answer> headFile(@Nullable String from) throws IOException {
        var base = from == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(from));
        return heads.newest(base)
                .map(bytes -> Answer.bytes(bytes, Answer.NEVER)
                        .with("content-disposition", "attachment; filename=\"newest.head\""));
    }

    private Optional<Answer> hashTile(TileCoordinates tile, Checkpoint checkpoint) {
        return tree.tile(tile, checkpoint.head().size()).map(bytes -> Answer.bytes(bytes, Answer.FOR_EVER));
    }

    private Optional<Answer> entryBundle(TileCoordinates tile, Checkpoint checkpoint) throws IOException {
        long first = tile.index() * TileCoordinates.FULL;
        if (tile.index() > checkpoint.head().size() / TileCoordinates.FULL
                || first + tile.width() > checkpoint.head().size()) {
            return Optional.empty();
        }
        var out = new ByteArrayOutputStream(tile.width() * 96);
        var lost = new AtomicBoolean();
        leaves.scan(first, tile.width(), new Journal.LeafVisitor() {
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
        // A bundle without one of its leaves would be another log's; the hash tile over it is whole.
        if (lost.get()) return Optional.empty();
        return Optional.of(Answer.bytes(out.toByteArray(), Answer.FOR_EVER));
    }
}
