package org.sealpost.anchor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.evidence.P256Key;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.LodgingCase;
import org.sealpost.lodging.LodgingRules;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.lodging.PublicationRules;
import org.sealpost.lodging.PublishingCase;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// Holds what contracts hold, in memory, and answers by the rules.
final class ModelLedger {
    private final Map<OriginId, TreeMap<Long, Hash>> heads = new HashMap<>();
    private final Map<OriginId, KeyHistory> keys = new HashMap<>();
    private final Map<OriginId, byte[]> firstKeys = new HashMap<>();
    private final Map<OriginId, TreeMap<Long, Hash>> publications = new HashMap<>();
    private final Map<OriginId, Map<Hash, PublishingCase.Spot>> commitments = new HashMap<>();

    String answer(LodgingCase.Brought brought) {
        Origin origin;
        LodgeableHead head;
        try {
            origin = new Origin(brought.origin());
        } catch (IllegalArgumentException e) {
            return "bad origin";
        }
        try {
            head = new LodgeableHead(origin, brought.size(), brought.root(), brought.spki(), brought.signature());
        } catch (IllegalArgumentException e) {
            return "bad size";
        }
        var id = head.originId();
        var offer = new LodgingRules.Offer(head, brought.consistency(), brought.hops());
        return switch (LodgingRules.judge(find(head), Optional.ofNullable(keys.get(id)), offer)) {
            case LodgingRules.Outcome.Lodged(var followed) -> {
                heads.computeIfAbsent(id, _ -> new TreeMap<>()).put(head.size(), head.root());
                firstKeys.put(id, brought.key());
                followed.ifPresent(history -> keys.put(id, history));
                yield "lodged";
            }
            case LodgingRules.Outcome.Repeated _ -> "repeated";
            case LodgingRules.Outcome.Covered _ -> "covered";
            case LodgingRules.Outcome.Refused(var why) -> why.word();
        };
    }

    private Finding find(LodgeableHead head) {
        var held = heads.getOrDefault(head.originId(), new TreeMap<>());
        if (held.isEmpty()) return Finding.Absent.EMPTY;
        var last = held.lastEntry();
        var there = held.get(head.size());
        if (there == null) {
            return last.getKey() > head.size()
                    ? new Finding.Covered(last.getKey(), last.getValue())
                    : new Finding.Absent(last.getKey(), last.getValue());
        }
        return there.equals(head.root()) ? new Finding.Present(new Place(0, there), true) : new Finding.Conflict(there);
    }

    long newest(OriginId id) {
        var held = heads.get(id);
        return held == null ? 0 : held.lastKey();
    }

    List<Long> hops(OriginId id) {
        var indexes = new ArrayList<Long>();
        if (keys.containsKey(id)) {
            keys.get(id).handOvers().forEach(leaf -> indexes.add(leaf.handOver().index()));
        }
        return indexes;
    }

    String keyAt(OriginId id, long size) {
        byte[] key = keys.containsKey(id)
                ? ForgedHandOver.point(keys.get(id).inForce(size).key().spki())
                : firstKeys.get(id);
        return HexFormat.of().formatHex(key);
    }

    String answer(PublishingCase.Offered offered) {
        var flaw = PublicationRules.flaw(
                offered.origin(),
                offered.number(),
                offered.kind(),
                offered.first(),
                offered.count(),
                offered.content().length);
        if (flaw.isPresent()) return flaw.get().word();
        var publication = new Publication(
                new Origin(offered.origin()),
                LodgingCase.spki(offered.key()),
                offered.number(),
                Publication.Kind.ofCode(offered.kind()).orElseThrow(),
                offered.first(),
                (int) offered.count(),
                offered.content());
        var signed = publication.signed(offered.signature());
        return switch (PublicationRules.judge(find(publication), inForce(publication.originId()), signed)) {
            case PublicationRules.Outcome.Published _ -> {
                keep(publication);
                yield "published";
            }
            case PublicationRules.Outcome.Repeated _ -> "repeated";
            case PublicationRules.Outcome.Refused(var why) -> why.word();
        };
    }

    private PublicationFinding find(Publication publication) {
        var held = publications
                .getOrDefault(publication.originId(), new TreeMap<>())
                .get(publication.number());
        if (held == null) return new PublicationFinding.Absent();
        return held.equals(publication.digest())
                ? new PublicationFinding.Present(new Place(0, held), true)
                : new PublicationFinding.Conflict(held);
    }

    private Optional<P256Key> inForce(OriginId id) {
        if (newest(id) == 0) return Optional.empty();
        return Optional.of(P256Key.of(LodgingCase.spki(HexFormat.of().parseHex(keyAt(id, newest(id))))));
    }

    private void keep(Publication publication) {
        var id = publication.originId();
        publications.computeIfAbsent(id, _ -> new TreeMap<>()).put(publication.number(), publication.digest());
        if (publication.kind() != Publication.Kind.COMMITMENTS) return;
        var spots = commitments.computeIfAbsent(id, _ -> new TreeMap<>(Comparator.comparing(Hash::hex)));
        for (int i = 0; i < publication.count(); i++) {
            spots.putIfAbsent(
                    Hash.of(publication.content(), i * Hash.SIZE), new PublishingCase.Spot(publication.number(), i));
        }
    }

    /// 0 for none.
    long lastPublication(OriginId id) {
        var held = publications.get(id);
        return held == null ? 0 : held.lastKey();
    }

    Map<Long, Hash> publications(OriginId id) {
        return publications.getOrDefault(id, new TreeMap<>());
    }

    Map<Hash, PublishingCase.Spot> commitments(OriginId id) {
        return commitments.getOrDefault(id, Map.of());
    }
}
