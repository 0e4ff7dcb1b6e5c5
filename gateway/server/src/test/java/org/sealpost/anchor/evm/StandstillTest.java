package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

class StandstillTest {
    private final Node node = Node.of(URI.create("http://127.0.0.1:1/key"), Duration.ofSeconds(1));
    private Instant wall = Instant.parse("2026-11-27T12:00:00Z");
    private long nanos;
    private final Standstill standstill = new Standstill(Duration.ofMinutes(5), () -> wall, () -> nanos);

    @AfterEach
    void close() {
        node.rpc().close();
    }

    /// Such a chain has an old block whenever something is sent to it, and a new one at once.
    @Test
    void aChainThatMakesBlocksForTransactionsOnlyIsWell() {
        see(1, wall.minus(Duration.ofDays(3)));
        pass(1);
        see(1, wall.minus(Duration.ofDays(3)));
        pass(1);
        see(2, wall);
        assertEquals(Optional.empty(), standstill.trouble());
    }

    @Test
    void anOldBlockThatNoneFollowsIsAStandstillUntilOneDoes() {
        var old = wall.minus(Duration.ofMinutes(6));
        see(1, old);
        pass(15);
        see(1, old);
        var trouble = standstill.trouble().orElseThrow();
        assertEquals(
                "the chain stands still: the newest block of node http://127.0.0.1:1 is 1 of 2026-11-27T11:54:00Z",
                trouble.cause());
        assertEquals(wall, trouble.since());
        pass(60);
        see(1, old);
        assertEquals(trouble, standstill.trouble().orElseThrow(), "since then");
        see(2, wall);
        assertEquals(Optional.empty(), standstill.trouble());
    }

    @Test
    void aBoxWhoseClockIsBehindNoticesByItsRunningTime() {
        var later = wall.plus(Duration.ofDays(30));
        see(1, later);
        pass(299);
        see(1, later);
        assertEquals(Optional.empty(), standstill.trouble());
        pass(1);
        see(1, later);
        assertTrue(standstill.trouble().isPresent());
    }

    private void pass(long seconds) {
        wall = wall.plusSeconds(seconds);
        nanos += Duration.ofSeconds(seconds).toNanos();
    }

    private void see(int height, Instant time) {
        var hash = Hash.ofHex(("0" + height).repeat(32));
        standstill.seen(
                node, new Chain.Block(new Place(height, hash), time.getEpochSecond(), 30_000_000, Optional.empty()));
    }
}
