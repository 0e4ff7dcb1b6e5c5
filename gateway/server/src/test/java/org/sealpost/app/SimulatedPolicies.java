package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.sealpost.archive.ErasingPolicies;
import org.sealpost.archive.ErasingPolicy;
import org.sealpost.archive.Finality;
import org.sealpost.archive.erasure.Erasure;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.archive.erasure.ErasureStanding;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.SourceKind;

/// The policy by which records of one profile are erased in a simulated box: what it orders is old,
/// final and needed for nothing (I16), and what is all of that comes to be ordered.
final class SimulatedPolicies {
    private static final Duration AGE = Duration.ofHours(1);

    /// An order of bodies alone may hold less than a segment.
    private static final ErasingPolicies.Bounds BOUNDS = new ErasingPolicies.Bounds(100_000, 16);

    private final SimulatedWorld world;
    private final SimulatedOwner owner;
    private final SimulatedClients clients;

    // The orders at positions below were looked at; the highest entry from which on repeats were known to need them.
    private long next;
    private long neededFrom;
    private long ordered;

    SimulatedPolicies(SimulatedWorld world, SimulatedOwner owner, SimulatedClients clients) {
        this.world = world;
        this.owner = owner;
        this.clients = clients;
    }

    static ErasingPolicies of(
            SimulatedWorld world,
            ErasingPolicies.Log log,
            Erasures erasures,
            Finality finality,
            ErasingPolicies.Surroundings surroundings) {
        var policy = new ErasingPolicy(
                "profile.gate.erase-after", AGE, world.policyForm(), new ErasingPolicy.Only(SimulatedBox.PROFILE));
        return new ErasingPolicies(List.of(policy), log, erasures, finality, surroundings, BOUNDS);
    }

    /// Holds what was ordered since the last look against what may be; what the order of a life that has ended was
    /// allowed to is still known.
    void lookAt(SimulatedBox box) throws IOException {
        neededFrom = Math.max(neededFrom, box.intake.neededFrom());
        var newest = box.erasures.newestBelow(Long.MAX_VALUE, 1);
        if (newest.isEmpty() || newest.getFirst().order().position() < next) return;
        var orders = box.erasures.newestBelow(Long.MAX_VALUE, Integer.MAX_VALUE).stream()
                .map(ErasureStanding::order)
                .filter(order -> order.position() >= next)
                .toList();
        for (var order : orders.reversed()) {
            if (order.by().equals(ErasingPolicies.BY)) check(box, order);
        }
        next = newest.getFirst().order().position() + 1;
    }

    private void check(SimulatedBox box, Erasure order) throws IOException {
        assertEquals(ClockReading.State.SYNCED, order.at().state(), "I16: ordered by a clock that nobody trusts");
        long old = oldBelow(box, order.at().time().minus(AGE));
        for (var range : order.ranges()) {
            assertTrue(range.next() <= old, "I16: ordered and not that old: " + range);
            assertTrue(range.next() <= box.local.finalSize(), "I16: ordered and not final: " + range);
            assertTrue(range.next() <= box.chain.finalSize(), "I16: ordered and not final: " + range);
            assertTrue(range.next() <= neededFrom, "I16: ordered and needed to know repeats: " + range);
            checkProfiles(box, range);
            owner.orderedByPolicy(box, clients, range);
            ordered += range.count();
        }
    }

    /// A range may run over what the box says of itself, and over what was ordered before.
    private void checkProfiles(SimulatedBox box, IndexRange range) throws IOException {
        for (long index = range.first(); index < range.next(); index++) {
            assertTrue(
                    !isOthers(box, index) || owner.mayHaveOrdered(index), "ordered, and of another profile: " + index);
        }
    }

    private static boolean isOthers(SimulatedBox box, long index) throws IOException {
        return isRecord(box, index) && !isAskedFor(box, index);
    }

    private static boolean isRecord(SimulatedBox box, long index) throws IOException {
        return leaf(box, index) instanceof HeaderLeaf header && header.source() != SourceKind.BOX;
    }

    private static boolean isAskedFor(SimulatedBox box, long index) throws IOException {
        return leaf(box, index) instanceof HeaderLeaf header && header.profile().equals(SimulatedBox.PROFILE);
    }

    private static Leaf leaf(SimulatedBox box, long index) throws IOException {
        try {
            return Leaf.parse(box.leaves.leaf(index));
        } catch (CborMalformed e) {
            throw new AssertionError("entry " + index, e);
        }
    }

    /// The entries below were sealed by then under a synchronised clock. In this world such a clock is always right.
    private static long oldBelow(SimulatedBox box, Instant then) throws IOException {
        long below = 0;
        for (var head = box.seals.firstCovering(0);
                head.isPresent();
                head = box.seals.firstCovering(head.get().size())) {
            var time = head.get().seal().time();
            if (time.state() != ClockReading.State.SYNCED) continue;
            if (time.time().isAfter(then)) break;
            below = head.get().size();
        }
        return below;
    }

    /// The policy has come to its end by a synchronised clock: nothing is left out that it asks for and may have.
    void areCarriedOut(SimulatedBox box) throws IOException {
        long below = oldBelow(box, world.clock().time().minus(AGE).minus(SimulatedBox.ERASE_WITHIN));
        below = Math.min(below, Math.min(box.local.finalSize(), box.chain.finalSize()));
        below = Math.min(below, box.intake.neededFrom());
        boolean salts = world.policyForm() == ErasureForm.BODY_AND_SALTS;
        for (long index = Math.max(1, box.entries.firstIndex()); index < below; index++) {
            if (!isRecord(box, index) || !isAskedFor(box, index)) continue;
            assertTrue(
                    salts ? box.erasures.hidesSalts(index) : box.erasures.hides(index),
                    "entry " + index + " is there although a policy asks for it");
        }
    }

    /// How many entries were ordered.
    long ordered() {
        return ordered;
    }
}
