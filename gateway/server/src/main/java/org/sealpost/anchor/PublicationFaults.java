package org.sealpost.anchor;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.PublicationMove.Stuck;

/// What went wrong with a relay of publications, and since when. Noted by the stepping thread, told to any.
final class PublicationFaults {
    private static final String DISK = "look at the disk and the log of this box; it is tried again";

    private final String relay;
    private final PublicationConfig config;

    // Why it does not go on; written by the stepping thread, read by any.
    private volatile Optional<Setback> setback = Optional.empty();

    // Why content of publications cannot be read, by their numbers; written by the stepping thread, read by any.
    private final ConcurrentSkipListMap<Long, Setback> unread = new ConcurrentSkipListMap<>();

    private record Setback(String cause, String remedy, Instant since, long sinceNanos, boolean urgent) {}

    /// @param relay as people know it
    PublicationFaults(String relay, PublicationConfig config) {
        this.relay = relay;
        this.config = config;
    }

    void note(Stuck stuck) {
        note(stuck.cause(), stuck.remedy(), stuck.urgent());
    }

    void note(EntryRefused refused) {
        note(String.valueOf(refused.getMessage()), refused.remedy(), true);
    }

    /// What nobody expected: a disk that fails, or a fault of the software.
    void noteFailure(Exception failure) {
        note(relay + " cannot go on: " + failure, DISK, true);
    }

    /// Since when it is so counts from the first of those in a row.
    ///
    /// @param urgent whether it does not pass by itself
    void note(String cause, String remedy, boolean urgent) {
        var before = setback;
        var found = begun(cause, remedy, urgent);
        setback = Optional.of(new Setback(
                cause,
                remedy,
                before.orElse(found).since(),
                before.orElse(found).sinceNanos(),
                urgent));
    }

    private Setback begun(String cause, String remedy, boolean urgent) {
        return new Setback(
                cause, remedy, config.clock().instant(), config.nanoTime().getAsLong(), urgent);
    }

    /// It goes on.
    void noteWell() {
        setback = Optional.empty();
    }

    /// The content of this publication cannot be read; the others go on.
    void noteUnread(long number, IOException why) {
        var found = begun("publication " + number + " cannot be read: " + why, DISK, true);
        unread.putIfAbsent(number, found);
    }

    /// It can be read, or nobody will ask for it any more.
    void forgetUnread(long number) {
        unread.remove(number);
    }

    // --- what others may ask

    /// Why it does not go on, if it does not. Any thread.
    Optional<Trouble> setback() {
        return setback.map(this::told);
    }

    /// Why content cannot be read, of the lowest number of which that is so. Any thread.
    Optional<Trouble> unread() {
        return unread.values().stream().findFirst().map(this::told);
    }

    private Trouble told(Setback found) {
        boolean lasts = config.nanoTime().getAsLong() - found.sinceNanos >= PublicationDelays.PATIENCE.toNanos();
        return new Trouble(found.cause, found.remedy, found.since, found.urgent || lasts);
    }
}
