package org.sealpost.archive.range;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sealpost.evidence.TrustStore;
import org.sealpost.merkle.Frontier;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.HashReader;
import org.sealpost.seal.SealedHead;

/// Compares files with what a mirror has, and with each other, in the order in which their entries follow. One
/// thread.
final class Comparison implements RangeFile.Watcher {
    private final Optional<TrustStore> trust;
    private final @Nullable Mirror mirror;
    private final long size;
    private final @Nullable HashReader nodes;

    /// Roots by size, that were promised by the mirror's heads or by a file before, at its end and in its head, and
    /// not reached by the mirror.
    private final TreeMap<Long, Hash> promised = new TreeMap<>();

    private long reach;
    private @Nullable RangeFile farthest;
    private long at;

    Comparison(Optional<Mirror> mirror, Optional<TrustStore> trust) throws IOException {
        this.trust = trust;
        this.mirror = mirror.orElse(null);
        this.size = mirror.map(Mirror::size).orElse(0L);
        this.nodes = size == 0 ? null : RangeSource.nodes(mirror.orElseThrow().tree(), size);
        this.reach = size;
        if (mirror.isPresent()) {
            for (var head : mirror.get().headsAbove(size)) promised.put(head.size(), head.root());
        }
    }

    /// Remembers a file that holds, for those behind it.
    void checked(RangeFile file) {
        long next = file.head().next();
        promised.putIfAbsent(file.head().size(), file.head().sealed().root());
        promised.putIfAbsent(next, Frontier.of(next, file.peaks()).root());
        if (next >= reach) farthest = file;
        reach = Math.max(reach, next);
    }

    @Override
    public void head(RangeHead head) throws RangeFault, IOException {
        at = head.from();
        if (head.from() > reach) {
            throw new RangeFault("it begins with entry " + head.from() + ", and the mirror ends before entry " + reach
                    + ": import the files between first");
        }
        checkTrust(head);
        checkRoot(head);
        var before = farthest;
        if (before != null) compare(before, head);
        if (head.from() <= size) compare(Flanks.before(head.from()), head.left(), "before");
        compare(Flanks.behind(head.next(), head.size()), head.right(), "behind");
    }

    /// Two histories must not be mixed (I18): what both have is one only if they lead to the same root, that of
    /// their one head, or that at the end of the file before.
    private void compare(RangeFile before, RangeHead head) throws RangeFault {
        if (before.head().next() == head.from() && !before.peaks().equals(head.left())) {
            throw new RangeFault("it contradicts the file with the entries before it");
        }
        if (head.next() > size
                && head.next() < reach
                && head.size() != before.head().size()) {
            throw new RangeFault("another file has its entries, too, and is of another time, so that one cannot be"
                    + " compared with the other: import them one after the other");
        }
    }

    private void checkRoot(RangeHead head) throws RangeFault, IOException {
        var known = promised.get(head.size());
        if (known == null && mirror != null) {
            known = mirror.head(head.size()).map(SealedHead::root).orElse(null);
        }
        if (known == null && mirror != null && head.size() <= size)
            known = mirror.tree().root(head.size());
        if (known != null && !known.equals(head.sealed().root())) {
            throw new RangeFault("its root for " + head.size() + " entries is "
                    + head.sealed().root().hex() + ", and the mirror knows " + known.hex()
                    + ": one key has sealed two histories; keep the file and the mirror, and ask whose box this is");
        }
    }

    /// Those subtrees that the mirror has.
    private void compare(List<Flanks.Place> places, List<Hash> hashes, String where) throws RangeFault {
        for (int i = 0; i < places.size(); i++) {
            var place = places.get(i);
            if (nodes == null || place.end() > size) continue;
            if (!nodes.node(place.level(), place.index()).equals(hashes.get(i))) {
                throw new RangeFault("the entries " + where + " its own are not those that the mirror has");
            }
        }
    }

    /// Without a trust file a break would let anybody go on with a key of his own.
    private void checkTrust(RangeHead head) throws RangeFault {
        int tenure = head.keys().handOversBelow(head.size());
        if (trust.isPresent()) {
            if (!trust.get().vouchesFor(head.origin(), head.keys(), tenure)) {
                throw new RangeFault("no trust file vouches for the key "
                        + head.sealed().seal().keyThumbprint().hex() + " that sealed it");
            }
            return;
        }
        for (var leaf : head.keys().handOvers()) {
            var handOver = leaf.handOver();
            if (handOver.isBreak() && handOver.index() >= size) {
                throw new RangeFault("at entry " + handOver.index() + " another key goes on without a word of the one"
                        + " before, and nobody vouches for it: name a folder of trust files with --trust");
            }
        }
    }

    @Override
    public void entry(RangeEntry entry) {
        at = entry.index();
    }

    @Override
    public void grown(Hash leafHash, Frontier tree) throws RangeFault {
        if (nodes != null && at < size && !nodes.node(0, at).equals(leafHash)) {
            throw new RangeFault("the leaf of entry " + at + " is not the one that the mirror has");
        }
        Map.Entry<Long, Hash> known = promised.ceilingEntry(tree.size());
        if (known != null && known.getKey() == tree.size() && !tree.root().equals(known.getValue())) {
            throw new RangeFault("with entry " + at + " the log has root "
                    + tree.root().hex() + ", and a head that the mirror knows, or the file before, says "
                    + known.getValue().hex());
        }
    }
}
