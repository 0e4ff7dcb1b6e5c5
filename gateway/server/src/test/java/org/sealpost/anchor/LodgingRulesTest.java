package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.LodgingCase;
import org.sealpost.lodging.LodgingRules;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// The rules give the answers of `lodging.json`, which the contract gives, too.
class LodgingRulesTest {
    @Test
    void theFileHasTheseCases() throws Exception {
        String expected = LodgingCase.write(LodgingCases.all());
        var file = LodgingCase.file();
        if (Files.exists(file) && Files.readString(file).equals(expected)) return;
        var fresh = Files.writeString(Path.of("target", "lodging.json"), expected);
        throw new AssertionError("the cases are others than those in " + file + ": if that is meant, copy "
                + fresh.toAbsolutePath() + " there");
    }

    @Test
    void eachCaseIsAnsweredAsItSays() throws Exception {
        for (var each : LodgingCase.read()) {
            var ledger = new Ledger();
            for (int i = 0; i < each.brought().size(); i++) {
                var brought = each.brought().get(i);
                assertEquals(brought.answer(), ledger.answer(brought), each.name() + ", lodging " + i);
            }
            var origin = each.brought().getFirst().originId();
            assertEquals(each.newest(), ledger.newest(origin), each.name());
            assertEquals(each.hops(), ledger.hops(origin), each.name());
            each.keys().forEach((size, key) -> assertEquals(key, ledger.keyAt(origin, size), each.name()));
        }
    }

    @Test
    void eachAnswerIsAmongThem() throws Exception {
        Set<String> answers = LodgingCase.read().stream()
                .flatMap(each -> each.brought().stream())
                .map(LodgingCase.Brought::answer)
                .collect(Collectors.toSet());
        assertTrue(answers.containsAll(Set.of("lodged", "repeated", "covered")), answers.toString());
        for (var refusal : LodgingRules.Refusal.values()) {
            assertTrue(answers.contains(refusal.word()), refusal + " is not among " + answers);
        }
    }

    /// Holds what a contract holds, in memory.
    private static final class Ledger {
        private final Map<OriginId, TreeMap<Long, Hash>> heads = new HashMap<>();
        private final Map<OriginId, KeyHistory> keys = new HashMap<>();
        private final Map<OriginId, byte[]> firstKeys = new HashMap<>();

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
            return there.equals(head.root())
                    ? new Finding.Present(new Place(0, there), true)
                    : new Finding.Conflict(there);
        }

        long newest(OriginId id) {
            var held = heads.get(id);
            return held == null ? 0 : held.lastKey();
        }

        List<Long> hops(OriginId id) {
            var indexes = new ArrayList<Long>();
            if (keys.containsKey(id)) {
                keys.get(id)
                        .handOvers()
                        .forEach(leaf -> indexes.add(leaf.handOver().index()));
            }
            return indexes;
        }

        String keyAt(OriginId id, long size) {
            byte[] key = keys.containsKey(id)
                    ? ForgedHandOver.point(keys.get(id).inForce(size).key().spki())
                    : firstKeys.get(id);
            return HexFormat.of().formatHex(key);
        }
    }
}
