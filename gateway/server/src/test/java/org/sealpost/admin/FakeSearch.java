package org.sealpost.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.sealpost.archive.RecordSearch;
import org.sealpost.archive.RecordState;
import org.sealpost.archive.StoredRecord;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Commitment;
import org.sealpost.record.Content;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;

/// A search that answers what a test says, and remembers what it was asked.
final class FakeSearch implements RecordSearch {
    static final List<String> PROFILES = List.of("epcis", "port.weigh");

    final List<Query> asked = new ArrayList<>();
    List<StoredRecord> records = List.of(
            record(400, RunningPages.CLIENT, Optional.of("weigh <b> 7"), RecordState.FINAL),
            record(77, "sensor:gate", Optional.empty(), RecordState.CAPTURED),
            record(12, "somebody else", Optional.of("secret"), RecordState.SEALED));
    OptionalLong more = OptionalLong.empty();
    long indexedBelow = 1000;
    List<Stretch> unreadable = List.of();
    boolean broken;
    boolean busy;

    static StoredRecord record(long index, String client, Optional<String> key, RecordState state) {
        return record(index, client, client.startsWith("sensor:") ? SourceKind.SENSOR : SourceKind.HTTP, key, state);
    }

    static StoredRecord record(long index, String client, SourceKind kind, Optional<String> key, RecordState state) {
        return new StoredRecord(
                index,
                new HeaderLeaf("port.weigh", 1, kind, Commitment.of(new byte[32])),
                new Source(client, key, "/v1/records"),
                new ClockReading(
                        Instant.parse("2026-11-25T18:02:35Z").toEpochMilli(),
                        ClockReading.State.SYNCED,
                        ClockReading.Source.NTP,
                        OptionalLong.of(3),
                        new byte[16],
                        1),
                new Content("application/json", new byte[] {'{', '}'}),
                state,
                Optional.empty());
    }

    @Override
    public synchronized Page find(Query query, Sight sight, Predicate<StoredRecord> shown) throws Busy {
        if (busy) throw new Busy();
        if (broken) throw new IllegalStateException("the disk is broken");
        asked.add(query);
        return new Page(records.stream().filter(shown).toList(), more, indexedBelow, unreadable);
    }
}
