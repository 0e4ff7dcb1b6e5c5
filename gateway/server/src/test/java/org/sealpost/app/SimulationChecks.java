package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.Relay;
import org.sealpost.archive.RecordSearch;
import org.sealpost.archive.StoredRecord;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.Signer;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.Verdict;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Inclusion;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.SourceKind;
import org.sealpost.seal.SealedHead;

/// The invariants of docs/architecture.md, as they are seen on a simulated box.
final class SimulationChecks {
    /// Evidence of so many records goes through the whole verifier; all of them are compared with the tree.
    private static final int WHOLE_EVIDENCE = 2;

    /// A signature is checked by the sealer already; of so many heads one once more.
    private static final int SIGNATURES = 4;

    private final SimulatedWorld world;
    private final Random random;
    private final SimulatedClients clients;
    private final SimulatedOwner owner;
    private final SimulatedPolicies policies;

    /// Heads that the box ever sealed in any life: no size twice with two roots.
    private final Map<Long, Hash> sealedRoots = new TreeMap<>();

    // The newest head that was looked at: most steps make no other.
    private @Nullable SealedHead checked;

    private long givenUpBelow;
    private long erased;
    private long withheld;

    SimulationChecks(
            SimulatedWorld world,
            Random random,
            SimulatedClients clients,
            SimulatedOwner owner,
            SimulatedPolicies policies) {
        this.world = world;
        this.random = random;
        this.clients = clients;
        this.owner = owner;
        this.policies = policies;
    }

    // --- while it lives

    /// Whatever was promised in the lives before is there again.
    void opened(SimulatedBox box) throws IOException {
        assertTrue(box.seals.sealedSize() <= box.entries.size(), "a seal over entries that are gone");
        if (checked != null) assertTrue(box.seals.sealedSize() >= checked.size(), "a seal is gone");
        went(box);
        policies.lookAt(box);
        owner.settleActs(box);
        for (var entry : clients.acknowledged().entrySet()) holds(box, entry.getKey(), entry.getValue());
    }

    private void holds(SimulatedBox box, long index, String content) throws IOException {
        assertTrue(index < box.entries.size(), "I1: entry " + index + " is gone");
        if (index < box.entries.firstIndex()) return;
        assertTrue(box.erasures.hides(index) || !owner.ordered(index), "I17: an order was forgotten");
        assertTrue(!box.erasures.hides(index) || owner.mayHaveOrdered(index), "hidden without an order: " + index);
        if (box.erasures.hides(index)) {
            assertTrue(box.archive.find(index).isEmpty(), "I17: shown although it was ordered to be erased: " + index);
        }
        var entry = box.entries.read(index);
        if (entry.bodyErased()) {
            assertTrue(box.erasures.hides(index), "I17: erased without an order: " + index);
            return;
        }
        assertTrue(
                new String(entry.body(), StandardCharsets.ISO_8859_1).contains(content),
                "I1: entry " + index + " has another content");
    }

    void stepped(SimulatedBox box) throws IOException {
        went(box);
        policies.lookAt(box);
        box.seals.newest().filter(head -> !head.equals(checked)).ifPresent(head -> {
            checked = head;
            var before = sealedRoots.put(head.size(), head.root());
            assertTrue(before == null || before.equals(head.root()), "I6: two roots for size " + head.size());
            if (sealedRoots.size() % SIGNATURES != 0) return;
            var inForce = box.identity.keys().inForce(head.size()).key();
            assertTrue(head.seal().isSignedBy(inForce, head.root()), "I15: sealed by another key at " + head.size());
        });
    }

    private void went(SimulatedBox box) {
        long first = box.entries.firstIndex();
        if (first == givenUpBelow) return;
        assertTrue(first > givenUpBelow, "what was given up does not come back");
        assertTrue(first <= box.local.finalSize(), "I16: given up below " + first);
        assertTrue(first <= box.chain.finalSize(), "I16: given up below " + first);
        givenUpBelow = first;
    }

    /// A search in the middle of everything: it finds what it does not say that it has not looked at.
    void searched(SimulatedBox box) throws Exception {
        if (clients.indexOfKey().isEmpty()) return;
        var keys = List.copyOf(clients.indexOfKey().keySet());
        var key = keys.get(random.nextInt(keys.size()));
        long wanted = clients.indexOfKey().get(key);
        var answer = ask(box, query(Optional.of("client"), Optional.of(key), Optional.empty()));
        if (wanted < box.entries.firstIndex()) return;
        for (long found : answer.found) {
            assertTrue(found == wanted || !clients.acknowledged().containsKey(found), "another entry of " + key);
        }
        assertTrue(
                answer.found.contains(wanted) || wanted >= answer.below || answer.unreadable.contains(wanted),
                "I19: " + key + " is entry " + wanted + ", and missing in " + answer);
    }

    // --- once all has settled

    void settled(SimulatedBox box) throws Exception {
        opened(box);
        assertEquals(box.entries.size(), box.seals.sealedSize(), "all is sealed");
        var records = new TreeMap<Long, StoredRecord>();
        for (long index = box.entries.firstIndex(); index < box.entries.size(); index++) {
            long place = index;
            box.archive.find(index).ifPresent(record -> records.put(place, record));
        }
        checkTree(box);
        checkRecords(box, records);
        checkCopies(box, records);
        checkLedgers(box);
        checkIndex(box, records);
        checkBytes(box, records);
    }

    /// By a tree of its own, made of nothing but leaves.
    private void checkTree(SimulatedBox box) throws IOException {
        var peaks = new ArrayList<Hash>();
        var sizes = new ArrayList<Integer>();
        box.leaves.scan(0, Integer.MAX_VALUE, (index, leaf) -> {
            peaks.add(Merkle.leafHash(leaf));
            sizes.add(1);
            while (sizes.size() > 1 && sizes.getLast().equals(sizes.get(sizes.size() - 2))) {
                var right = peaks.removeLast();
                peaks.add(Merkle.nodeHash(peaks.removeLast(), right));
                sizes.add(sizes.removeLast() + sizes.removeLast());
            }
            var sealed = sealedRoots.get(index + 1);
            if (sealed == null) return;
            var root = peaks.getLast();
            for (int i = peaks.size() - 2; i >= 0; i--) root = Merkle.nodeHash(peaks.get(i), root);
            assertEquals(root, sealed, "I6: the head over " + (index + 1));
            assertEquals(root, box.tree.root(index + 1), "the tree's root over " + (index + 1));
        });
    }

    private void checkRecords(SimulatedBox box, Map<Long, StoredRecord> records) throws Exception {
        var trust = box.trust();
        var whole = sample(clients.acknowledged().keySet());
        for (var entry : clients.acknowledged().entrySet()) {
            long index = entry.getKey();
            if (index < box.entries.firstIndex()) {
                checkGivenUp(box, index);
            } else if (box.erasures.hides(index)) {
                assertTrue(!records.containsKey(index), "I17: an erased record is shown");
                checkErased(box, index, trust);
            } else {
                var record = Optional.ofNullable(records.get(index)).orElseThrow();
                assertEquals(entry.getValue(), new String(record.content().payload(), StandardCharsets.UTF_8));
                assertEquals(record.leaf().commitment(), commitment(box, index), "the leaf is of another body");
                if (whole.contains(index)) {
                    verify(box.archive.evidence(index).orElseThrow(), trust);
                }
            }
        }
    }

    private Set<Long> sample(Set<Long> all) {
        var indexes = List.copyOf(all);
        var some = new HashSet<Long>();
        for (int i = 0; i < WHOLE_EVIDENCE && !indexes.isEmpty(); i++) {
            some.add(indexes.get(random.nextInt(indexes.size())));
        }
        return some;
    }

    private static Object commitment(SimulatedBox box, long index) throws IOException, CborMalformed {
        return Body.parse(box.entries.read(index).body()).commitment();
    }

    private static void verify(byte[] file, TrustStore trust) throws Exception {
        var verdict = EvidenceVerifier.verify(file, trust, AnchorCheck.OFFLINE);
        assertInstanceOf(
                Signer.Trusted.class,
                assertInstanceOf(Verdict.Intact.class, verdict).signer());
    }

    /// What is left of a record that was given up can still be proved.
    private static void checkGivenUp(SimulatedBox box, long index) throws IOException {
        assertTrue(box.archive.givenUp(index).isPresent());
        var head = box.seals.newest().orElseThrow();
        var path = box.tree.inclusion(index, head.size());
        assertTrue(Inclusion.verify(Merkle.leafHash(box.leaves.leaf(index)), index, head.size(), path, head.root()));
    }

    private void checkErased(SimulatedBox box, long index, TrustStore trust) throws Exception {
        assertTrue(owner.mayHaveOrdered(index), "erased without an order");
        assertTrue(box.entries.read(index).bodyErased(), "I17: the body is still there");
        erased++;
        var left = box.archive.erased(index).orElseThrow();
        assertEquals(left.kept().isPresent(), !box.erasures.hidesSalts(index));
        var file = box.archive.evidence(index);
        assertEquals(left.kept().isPresent(), file.isPresent());
        if (file.isEmpty()) return;
        withheld++;
        if (withheld <= WHOLE_EVIDENCE) verify(file.get(), trust);
    }

    /// One key, one entry, also where the answer was lost; and each act, and each order, has one copy.
    private void checkCopies(SimulatedBox box, Map<Long, StoredRecord> records) throws IOException {
        var seen = new HashSet<String>();
        int acts = 0;
        int orders = 0;
        for (long index = Math.max(1, box.entries.firstIndex()); index < box.entries.size(); index++) {
            var record = records.get(index);
            if (record == null) {
                assertTrue(HandOverLeaf.isAt(box.entries.read(index).leaf())
                        || box.archive.erased(index).isPresent());
                continue;
            }
            var source = record.source();
            var key = source.idempotencyKey();
            assertTrue(key.isEmpty() || seen.add(source.client() + " " + key.get()), "I10: two entries of " + key);
            if (record.leaf().source() != SourceKind.BOX) continue;
            if (source.where().equals("control")) acts++;
            if (source.where().equals("erasures")) orders++;
        }
        if (box.entries.firstIndex() > 0) return;
        assertEquals(owner.acts(), acts, "copies of acts");
        assertEquals(box.erasures.newestBelow(Long.MAX_VALUE, Integer.MAX_VALUE).size(), orders, "copies of orders");
    }

    private void checkLedgers(SimulatedBox box) throws IOException {
        var lodged = world.ledger.lodged(ledgerId(box));
        for (var head : lodged.entrySet()) {
            assertEquals(sealedRoots.get(head.getKey()), head.getValue(), "I8: the chain holds a head of this log");
        }
        assertTrue(lodged.containsKey(box.seals.sealedSize()), "the newest head is anchored");
        for (var relay : List.of(box.local, box.chain)) checkHeads(box, relay);
    }

    /// Each head that is final there is one of this log, and its seal is still known.
    private void checkHeads(SimulatedBox box, Relay relay) throws IOException {
        long next = 0;
        for (var head = relay.firstFinalCovering(next); head.isPresent(); head = relay.firstFinalCovering(next)) {
            long size = head.get().size();
            assertTrue(size > next, "heads of " + relay.name() + " grow");
            assertEquals(sealedRoots.get(size), head.get().root(), "I8: a final head of " + relay.name());
            assertTrue(box.seals.ofSize(size).isPresent(), "the seal over " + size + " is gone");
            next = size;
        }
    }

    OriginId ledgerId(SimulatedBox box) {
        return OriginId.of(world.keys.getFirst().spki(), box.identity.origin());
    }

    // --- the index

    private record Answer(List<Long> found, long below, Set<Long> unreadable) {}

    private static RecordSearch.Query query(Optional<String> client, Optional<String> key, Optional<String> container) {
        return new RecordSearch.Query(
                client,
                key,
                container.map(value -> new RecordSearch.BusinessKey(SimulatedBox.PROFILE, value)),
                Optional.empty(),
                Optional.empty(),
                RecordSearch.Order.OLDEST_FIRST,
                OptionalLong.empty(),
                RecordSearch.MOST_RECORDS);
    }

    /// All pages of an answer.
    private static Answer ask(SimulatedBox box, RecordSearch.Query query) throws Exception {
        var sight = new RecordSearch.Sight("client", EnumSet.of(SourceKind.BOX), "sealpost"::equals);
        var found = new ArrayList<Long>();
        var unreadable = new TreeSet<Long>();
        long below = Long.MAX_VALUE;
        var after = OptionalLong.empty();
        while (true) {
            var page = box.search.find(
                    new RecordSearch.Query(
                            query.client(),
                            query.key(),
                            query.businessKey(),
                            query.from(),
                            query.to(),
                            query.order(),
                            after,
                            query.max()),
                    sight,
                    _ -> true);
            page.records().forEach(record -> found.add(record.index()));
            for (var stretch : page.unreadable()) {
                for (long index = stretch.first(); index <= stretch.last(); index++) unreadable.add(index);
            }
            below = Math.min(below, page.indexedBelow());
            if (page.more().isEmpty()) return new Answer(found, below, unreadable);
            after = page.more();
        }
    }

    /// What the index answers is what a look at all records finds.
    private void checkIndex(SimulatedBox box, Map<Long, StoredRecord> records) throws Exception {
        for (int steps = 0; box.indexer.step() > 0; steps++) assertTrue(steps < 10_000, "the index comes to an end");
        var queries = new ArrayList<RecordSearch.Query>();
        queries.add(query(Optional.empty(), Optional.empty(), Optional.empty()));
        queries.add(query(Optional.of("sealpost"), Optional.empty(), Optional.empty()));
        queries.add(query(Optional.of("client"), Optional.empty(), Optional.of(clients.anyContainer())));
        var keys = List.copyOf(clients.indexOfKey().keySet());
        for (int i = 0; i < 3 && !keys.isEmpty(); i++) {
            queries.add(
                    query(Optional.of("client"), Optional.of(keys.get(random.nextInt(keys.size()))), Optional.empty()));
        }
        for (var query : queries) {
            var expected = records.values().stream()
                    .filter(record -> fits(record, query))
                    .map(StoredRecord::index)
                    .toList();
            assertEquals(new Answer(expected, box.entries.size(), Set.of()), ask(box, query), "I19: " + query);
        }
    }

    private static boolean fits(StoredRecord record, RecordSearch.Query query) {
        var payload = new String(record.content().payload(), StandardCharsets.UTF_8);
        return query.client().map(record.source().client()::equals).orElse(true)
                && query.key()
                        .equals(
                                query.key().isEmpty()
                                        ? Optional.empty()
                                        : record.source().idempotencyKey())
                && query.businessKey()
                        .map(key -> record.leaf().profile().equals(key.profile())
                                && payload.contains("\"container\":\"" + key.value() + "\""))
                        .orElse(true);
    }

    // --- bytes

    /// What was erased or given up lies nowhere: in no file, nor in what has no name any more.
    private void checkBytes(SimulatedBox box, Map<Long, StoredRecord> records) {
        var words = find(SimulatedClients.WORD.getBytes(StandardCharsets.US_ASCII), SimulatedClients.WORD_SIZE);
        var salts = find(SimulatedWorld.SALT, 32);
        var alive = new HashSet<String>();
        for (var record : records.values()) {
            var payload = new String(record.content().payload(), StandardCharsets.UTF_8);
            if (payload.contains(SimulatedClients.WORD)) alive.add(SimulatedClients.wordIn(payload));
        }
        for (var entry : clients.acknowledged().entrySet()) {
            long index = entry.getKey();
            boolean gone = index < box.entries.firstIndex() || box.erasures.hides(index);
            var word = SimulatedClients.wordIn(entry.getValue());
            if (!gone) {
                assertTrue(words.containsKey(bytes(word)), "a payload of a record that is there");
                continue;
            }
            assertEquals(
                    Set.of(),
                    alive.contains(word) ? Set.of() : words.getOrDefault(bytes(word), Set.of()),
                    "I17: the payload of entry " + index);
            boolean saltsGone = box.erasures
                    .of(index)
                    .filter(order -> order.form() == ErasureForm.BODY_AND_SALTS)
                    .isPresent();
            if (!saltsGone) continue;
            for (var salt : owner.saltsOf(index)) {
                assertEquals(Set.of(), salts.getOrDefault(salt, Set.of()), "I17: a salt of entry " + index);
            }
        }
    }

    private static String bytes(String word) {
        return Arrays.toString(word.getBytes(StandardCharsets.US_ASCII));
    }

    /// Everything of a size that begins like this, with the files that it lies in.
    private Map<String, Set<String>> find(byte[] beginning, int size) {
        var found = new HashMap<String, Set<String>>();
        for (int i = 0; i < world.disks.size(); i++) {
            int disk = i;
            world.disks.get(i).look((name, bytes) -> {
                for (int at = 0; at <= bytes.length - size; at++) {
                    if (bytes[at] != beginning[0]
                            || !Arrays.equals(bytes, at, at + beginning.length, beginning, 0, beginning.length)) {
                        continue;
                    }
                    found.computeIfAbsent(
                                    Arrays.toString(Arrays.copyOfRange(bytes, at, at + size)), _ -> new TreeSet<>())
                            .add("disk " + disk + ", " + name);
                }
            });
        }
        return found;
    }

    boolean gaveUp() {
        return givenUpBelow > 0;
    }

    long erased() {
        return erased;
    }

    long withheld() {
        return withheld;
    }
}
