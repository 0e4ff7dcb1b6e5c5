package org.sealpost.app.inspect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Optional;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.VerifierKey;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.merkle.TileCoordinates;

/// Files of the log for those who follow it (docs/formats.md §5 and §6, C2SP tlog-tiles).
final class LogExplainer implements Explainer {
    private static final String UNFINISHED = ".new";
    private static final int MAX_BUNDLE_BYTES = TileCoordinates.FULL * (65_535 + 2);
    private static final int MAX_CHECKPOINT_BYTES = 16 << 10;

    @Override
    public Optional<Explanation> explain(Subject subject) throws IOException {
        int tile = subject.slashed().lastIndexOf("/tile/");
        if (tile >= 0) return tile(subject, subject.slashed().substring(tile + 1));
        return switch (subject.name()) {
            case "checkpoint" -> Optional.of(checkpoint(subject));
            case "vkeys" -> verifierKeys(subject);
            default -> Optional.empty();
        };
    }

    private static Optional<Explanation> tile(Subject subject, String path) throws IOException {
        if (path.endsWith(UNFINISHED)) {
            var name = path.substring(0, path.length() - UNFINISHED.length());
            if (TileCoordinates.parse(name).isPresent()
                    || TileCoordinates.parseEntries(name).isPresent()) {
                return Optional.of(Explanation.of(
                                "hash tile or entry bundle that was being written; written anew when it is needed")
                        .done());
            }
        }
        var hashes = TileCoordinates.parse(path);
        if (hashes.isPresent()) return Optional.of(hashTile(subject, hashes.get()));
        var bundle = TileCoordinates.parseEntries(path);
        return bundle.isPresent() ? Optional.of(bundle(subject, bundle.get())) : Optional.empty();
    }

    private static Explanation hashTile(Subject subject, TileCoordinates tile) throws IOException {
        var draft = Explanation.of("hash tile (C2SP tlog-tiles)")
                .fact("level", tile.level())
                .fact("tile", tile.index())
                .fact("hashes", tile.width());
        if (subject.sizeBytes() != (long) tile.width() * Hash.SIZE) {
            return draft.damaged(subject.sizeBytes() + " bytes, expected " + tile.width() * Hash.SIZE
                            + "; made anew when it is read")
                    .done();
        }
        if (tile.isFull())
            draft.fact(
                    "root",
                    rootOf(subject.content(TileCoordinates.FULL * Hash.SIZE)).hex());
        return draft.fact("checked by", "sealpost inspect --rebuild, against the journal")
                .done();
    }

    /// The hash that stands for a full tile in the level above.
    static Hash rootOf(byte[] tile) {
        var hashes = new ArrayList<Hash>();
        for (int at = 0; at < tile.length; at += Hash.SIZE) hashes.add(Hash.of(tile, at));
        while (hashes.size() > 1) {
            for (int i = 0; i < hashes.size() / 2; i++)
                hashes.set(i, Merkle.nodeHash(hashes.get(2 * i), hashes.get(2 * i + 1)));
            hashes.subList(hashes.size() / 2, hashes.size()).clear();
        }
        return hashes.getFirst();
    }

    private static Explanation bundle(Subject subject, TileCoordinates tile) throws IOException {
        var draft = Explanation.of("entry bundle (C2SP tlog-tiles): leaves, each with its length before it")
                .fact("first entry", tile.index() * TileCoordinates.FULL)
                .fact("entries", tile.width());
        var bytes = subject.content(MAX_BUNDLE_BYTES);
        int count = 0;
        int at = 0;
        while (at + 2 <= bytes.length) {
            at += 2 + ((bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff);
            count++;
        }
        if (at != bytes.length || count != tile.width()) {
            draft.damaged(count + " leaves in " + bytes.length + " bytes");
        }
        return draft.done();
    }

    private static Explanation checkpoint(Subject subject) throws IOException {
        var draft = Explanation.of("checkpoint (C2SP signed note)");
        var checkpoint = Checkpoint.parse(subject.content(MAX_CHECKPOINT_BYTES));
        if (checkpoint.isEmpty())
            return draft.damaged("no head and its signatures").done();
        var head = checkpoint.get().head();
        return draft.fact("origin", head.origin())
                .fact("size", head.size())
                .fact("root", head.root().hex())
                .fact("signatures", checkpoint.get().signatures().size())
                .done();
    }

    private static Optional<Explanation> verifierKeys(Subject subject) throws IOException {
        var lines = subject.lines();
        if (lines.isEmpty()) return Optional.empty();
        var draft = Explanation.of("verifier keys of a log (C2SP), the sealing key's first");
        for (var line : lines.get()) {
            if (VerifierKey.parse(line).isEmpty()) draft.damaged("a line is no verifier key");
            else draft.item(line);
        }
        return Optional.of(draft.done());
    }
}
