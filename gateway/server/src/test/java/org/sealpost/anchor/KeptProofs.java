package org.sealpost.anchor;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;

/// What a box keeps of an authority's answers, in memory: the first one of a head counts.
public final class KeptProofs implements OwnProofs {
    private final Map<OriginId, TreeMap<Long, Kept>> kept = new HashMap<>();

    private record Kept(Hash root, AnchorProof proof) {}

    public void keep(LodgeableHead head, AnchorProof proof) {
        kept.computeIfAbsent(head.originId(), _ -> new TreeMap<>())
                .putIfAbsent(head.size(), new Kept(head.root(), proof));
    }

    public AnchorProof of(LodgeableHead head) {
        return kept.get(head.originId()).get(head.size()).proof;
    }

    @Override
    public Finding find(OriginId origin, long size, Hash root) {
        var heads = kept.getOrDefault(origin, new TreeMap<>());
        var held = heads.get(size);
        if (held != null) {
            return held.root.equals(root)
                    ? new Finding.Present(new Place(size, Merkle.leafHash(held.proof.bytes())), true)
                    : new Finding.Conflict(held.root);
        }
        if (heads.isEmpty()) return Finding.Absent.EMPTY;
        var newest = heads.lastEntry();
        return newest.getKey() > size
                ? new Finding.Covered(newest.getKey(), newest.getValue().root)
                : new Finding.Absent(newest.getKey(), newest.getValue().root);
    }
}
