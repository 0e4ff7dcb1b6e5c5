package org.sealpost.archive.range;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.sealpost.archive.erasure.ErasableLeaf;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalEntry;
import org.sealpost.merkle.HashReader;
import org.sealpost.merkle.TileNodes;
import org.sealpost.merkle.TiledTree;
import org.sealpost.merkle.TreeHash;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.LogIdentity;
import org.sealpost.seal.SealedHead;
import org.sealpost.seal.Tree;

/// A log that a range is taken from, as it is at one sealed head.
///
/// @param tree       of as many entries as the head at least
/// @param checkpoint the newest one of at most as many entries
/// @param hidden     whether the body of an entry was ordered to be erased, though its bytes may still be there
public record RangeSource(
        LogIdentity identity,
        Journal entries,
        Leaves leaves,
        Tree tree,
        SealedHead sealed,
        Optional<Checkpoint> checkpoint,
        List<AnchorIdentity> anchors,
        LongPredicate hidden) {
    private static final int AT_ONCE = 1 << 12;

    /// Sees entries in their order.
    interface Visitor {
        /// @return false to end the scan
        boolean visit(RangeEntry entry) throws IOException;
    }

    long size() {
        return sealed.size();
    }

    /// The head of a file with these entries.
    RangeHead head(long from, long next, boolean bodies) {
        int count = identity.keys().handOversBelow(size());
        var keys =
                new KeyHistory(identity.genesisHash(), identity.keys().tenures().subList(0, count + 1));
        var paths = keys.handOvers().stream()
                .map(leaf -> tree.inclusion(leaf.handOver().index(), size()))
                .toList();
        var flanks = Flanks.of(nodes(tree, size()), from, next, size());
        return new RangeHead(
                from,
                next,
                sealed,
                bodies,
                checkpoint,
                identity.genesis(),
                keys,
                paths,
                flanks.left(),
                flanks.right(),
                anchors);
    }

    /// Whether a head that a file has is one of this log.
    boolean isOf(RangeHead head) {
        return head.keys().genesisHash().equals(identity.genesisHash())
                && head.size() <= tree.size()
                && tree.root(head.size()).equals(head.sealed().root());
    }

    /// Whether what lies beside the entries in a file is what this log has there; of a head that is one of its own.
    boolean hasFlanksOf(RangeHead head) {
        return Flanks.of(nodes(tree, head.size()), head.from(), head.next(), head.size())
                .equals(head.flanks());
    }

    static HashReader nodes(Tree tree, long size) {
        return new TiledTree(
                tile -> TileNodes.of(tree.tile(tile, size).orElseThrow(), TreeHash.SHA256), size, TreeHash.SHA256);
    }

    /// Hands entries over, from `from` on and below `to`.
    ///
    /// @return where it stopped: `to`, or behind the entry at which the visitor had it end
    long scan(long from, long to, boolean bodies, Visitor visitor) throws IOException {
        var scan = new Scan(from, to, bodies, visitor);
        while (!scan.ended && scan.next < to) {
            if (scan.next < entries.firstIndex()) scan.givenUp();
            else scan.kept();
        }
        return scan.next;
    }

    /// One way through the entries; an exception ends a journal's scan early, and is told from a failure by its
    /// type.
    private final class Scan {
        private final long to;
        private final boolean bodies;
        private final Visitor visitor;
        private long next;
        private boolean ended;

        Scan(long from, long to, boolean bodies, Visitor visitor) {
            this.next = from;
            this.to = to;
            this.bodies = bodies;
            this.visitor = visitor;
        }

        private int count(long end) {
            return (int) Math.min(AT_ONCE, end - next);
        }

        void givenUp() throws IOException {
            leaves.scan(next, count(Math.min(to, entries.firstIndex())), new Journal.LeafVisitor() {
                @Override
                public void visit(long index, byte[] leaf) throws IOException {
                    if (!ended) hand(new RangeEntry(index, leaf, new byte[0], withoutBody(index, leaf)));
                }

                @Override
                public void lost(long index, byte[] leafHash) throws IOException {
                    if (!ended) hand(new RangeEntry(index, leafHash, new byte[0], RangeEntry.State.LEAF_LOST));
                }
            });
        }

        void kept() throws IOException {
            // Bodies are large: what is read beyond the end of a volume is read twice.
            try {
                entries.scan(next, count(to), entry -> {
                    hand(carried(entry));
                    if (ended) throw new Ended();
                });
            } catch (Ended asItWasAsked) {
                // Where it stopped, `next` says.
            } catch (IndexOutOfBoundsException gone) {
                // Given up while we read: it is in the leaf archive since before that.
                if (next >= entries.firstIndex()) throw gone;
            }
        }

        private void hand(RangeEntry entry) throws IOException {
            next = entry.index() + 1;
            ended |= !visitor.visit(entry);
        }

        private RangeEntry carried(JournalEntry entry) {
            var none = new byte[0];
            return switch (entry.state()) {
                case BODY_ERASED -> new RangeEntry(entry.index(), entry.leaf(), none, RangeEntry.State.BODY_ERASED);
                case BODY_LOST -> new RangeEntry(entry.index(), entry.leaf(), none, RangeEntry.State.BODY_LOST);
                case LEAF_LOST -> new RangeEntry(entry.index(), entry.leaf(), none, RangeEntry.State.LEAF_LOST);
                case WHOLE -> whole(entry, none);
            };
        }

        private RangeEntry whole(JournalEntry entry, byte[] none) {
            if (hasNoBody(entry.index(), entry.leaf())) {
                return new RangeEntry(entry.index(), entry.leaf(), none, RangeEntry.State.WHOLE);
            }
            if (hidden.test(entry.index()) && ErasableLeaf.is(entry.leaf())) {
                return new RangeEntry(entry.index(), entry.leaf(), none, RangeEntry.State.BODY_ERASED);
            }
            // In a mirror a body that was left out before is left out again.
            return bodies && entry.body().length > 0
                    ? new RangeEntry(entry.index(), entry.leaf(), entry.body(), RangeEntry.State.WHOLE)
                    : new RangeEntry(entry.index(), entry.leaf(), none, RangeEntry.State.BODY_LEFT_OUT);
        }
    }

    private static RangeEntry.State withoutBody(long index, byte[] leaf) {
        return hasNoBody(index, leaf) ? RangeEntry.State.WHOLE : RangeEntry.State.BODY_ERASED;
    }

    private static boolean hasNoBody(long index, byte[] leaf) {
        return index == 0 || HandOverLeaf.isAt(leaf);
    }

    /// Not a failure: the scan has what it wants.
    private static final class Ended extends IOException {
        private static final long serialVersionUID = 1;

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
