package org.sealpost.anchor;

import java.time.Duration;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.sealpost.anchor.PublicationProgress.Item;

/// How much of a move is left: orders are heard between two moves, and so many requests are signed in a minute.
final class PublicationBudget {
    /// For so long a move goes on to make and to sign.
    private static final Duration LONGEST_BATCH = Duration.ofMillis(500);

    /// And for so long to look, and to send, where a ledger takes its time for each.
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(5);

    private final PublicationTurn turn;

    // When the move began, and when it began to look at one after the other.
    private long began;
    private OptionalLong walking = OptionalLong.empty();

    // The numbers that it looked at.
    private final Set<Long> looked = new HashSet<>();

    // Whether a run was made and whether a request was tried in it: the first of each may always be.
    private boolean hasMade;
    private boolean hasTried;

    private double tokens;
    private OptionalLong refilled = OptionalLong.empty();

    PublicationBudget(PublicationTurn turn) {
        this.turn = turn;
        this.tokens = turn.config().perMinute();
    }

    void begin() {
        beginBatch();
        walking = OptionalLong.empty();
        looked.clear();
        hasMade = false;
        hasTried = false;
        refill();
    }

    private void refill() {
        int perMinute = turn.config().perMinute();
        long passed = turn.nanos() - refilled.orElse(turn.nanos());
        double perNano = perMinute / (double) Duration.ofMinutes(1).toNanos();
        tokens = Math.min(perMinute, tokens + passed * perNano);
        refilled = OptionalLong.of(turn.nanos());
    }

    /// Making and signing begins behind what was waited for.
    void beginBatch() {
        began = turn.nanos();
    }

    /// Whether more may be begun in this move.
    private boolean hasTime() {
        return looked.size() < PublicationConfig.MOST_IN_FLIGHT && turn.nanos() - began < LONGEST_BATCH.toNanos();
    }

    // --- looking

    void beginToLook() {
        if (walking.isEmpty()) walking = OptionalLong.of(turn.nanos());
    }

    void noteLook(Item item) {
        looked.add(item.number());
    }

    boolean hasLookedAt(Item item) {
        return looked.contains(item.number());
    }

    boolean hasLooked() {
        return !looked.isEmpty();
    }

    boolean hasLookedForLong() {
        return walking.isPresent() && turn.nanos() - walking.getAsLong() >= LONGEST_LOOK.toNanos();
    }

    // --- making

    void noteMade() {
        hasMade = true;
    }

    /// @param made how many were, for which nothing is signed yet
    boolean mayMake(int made) {
        return !turn.sendsNothing() && tokens >= made + 1 && (!hasMade || hasTime());
    }

    // --- signing

    void noteTried() {
        hasTried = true;
    }

    boolean hasTried() {
        return hasTried;
    }

    boolean mayPrepare() {
        return hasRoom() && (!hasTried || hasTime());
    }

    /// Whether another request may be under way.
    boolean hasRoom() {
        return !turn.sendsNothing() && tokens >= 1 && room() > 0;
    }

    /// How many more may be under way.
    long room() {
        return turn.config().inFlight() - turn.progress().underWay().count();
    }

    /// How many may be signed now.
    long tokens() {
        return (long) tokens;
    }

    void noteSigned() {
        tokens -= 1;
    }
}
