package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.archive.erasure.ErasureRefused;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.control.Act;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.Slot;

/// What the owner of a simulated box does: acts, and orders to erase.
final class SimulatedOwner {
    private final Random random;

    /// Certificates that were accepted, in their order; the last one only if it may not have been.
    private final List<String> acts = new ArrayList<>();

    private int surelyActed;

    /// Entries whose bodies were ordered to be erased: where the order was answered, and where that is not known.
    private final Set<Long> ordered = new HashSet<>();

    private final Set<Long> maybeOrdered = new HashSet<>();

    /// The salts of the bodies that were ordered to be erased, as they were found before.
    private final Map<Long, List<String>> saltsOf = new HashMap<>();

    SimulatedOwner(Random random) {
        this.random = random;
    }

    void act(SimulatedBox box) throws IOException {
        settleActs(box);
        var certificate = "certificate %d of %d".formatted(acts.size(), random.nextInt(1000));
        acts.add(certificate);
        box.control.certificateAccepted(List.of(certificate.getBytes(StandardCharsets.UTF_8)), Act.BOX);
        surelyActed = acts.size();
    }

    /// What was acted is in force, and in its order; what failed may be.
    void settleActs(SimulatedBox box) throws IOException {
        var found = box.control.certificatesAccepted().stream()
                .map(chain -> new String(chain.getFirst(), StandardCharsets.UTF_8))
                .toList();
        assertTrue(found.size() >= surelyActed, "an act was lost: " + found + " of " + acts);
        assertTrue(found.size() <= acts.size(), "an act that nobody did: " + found + " of " + acts);
        assertEquals(acts.subList(0, found.size()), found);
        acts.subList(found.size(), acts.size()).clear();
        surelyActed = acts.size();
        if (!acts.isEmpty()) {
            assertEquals(
                    acts.getLast(),
                    new String(box.control.state().certificates().getFirst(), StandardCharsets.UTF_8));
        }
    }

    int acts() {
        return acts.size();
    }

    /// Has some bodies erased.
    void order(SimulatedBox box, SimulatedClients clients) throws IOException {
        if (box.entries.size() < 2) return;
        long lowest = Math.max(1, box.entries.firstIndex());
        long first = lowest + random.nextInt((int) (box.entries.size() - lowest));
        long next = Math.min(box.entries.size(), first + 1 + random.nextInt(6));
        var form = ErasureForm.values()[random.nextInt(2)];
        about(box, clients, new IndexRange(first, next));
        try {
            var made = box.erasures.order("owner", "simulated", form, List.of(new IndexRange(first, next)));
            for (var order : made) {
                for (long index = first; index < next; index++) if (order.holds(index)) ordered.add(index);
            }
        } catch (ErasureRefused nothingToErase) {
            // As it says.
        }
    }

    /// A policy ordered it in his name.
    void orderedByPolicy(SimulatedBox box, SimulatedClients clients, IndexRange range) throws IOException {
        about(box, clients, range);
        for (long index = range.first(); index < range.next(); index++) ordered.add(index);
    }

    /// Takes note of what is going to be erased as long as it is there.
    private void about(SimulatedBox box, SimulatedClients clients, IndexRange range) throws IOException {
        for (long index = range.first(); index < range.next(); index++) {
            maybeOrdered.add(index);
            if (!saltsOf.containsKey(index)) saltsOf.put(index, salts(box, index));
        }
        clients.forget(maybeOrdered::contains);
    }

    private static List<String> salts(SimulatedBox box, long index) throws IOException {
        var entry = box.entries.read(index);
        if (!entry.hasBody() || entry.body().length == 0) return List.of();
        try {
            return Body.parse(entry.body()).slots().stream()
                    .map(slot -> Arrays.toString(((Slot.Shown) slot).salt()))
                    .toList();
        } catch (CborMalformed e) {
            throw new AssertionError("entry " + index, e);
        }
    }

    boolean ordered(long index) {
        return ordered.contains(index);
    }

    boolean mayHaveOrdered(long index) {
        return maybeOrdered.contains(index);
    }

    List<String> saltsOf(long index) {
        return saltsOf.getOrDefault(index, List.of());
    }
}
