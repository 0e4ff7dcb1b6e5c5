package org.sealpost.anchor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.sealpost.anchor.FinishedEntry.FinalPublication;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.journal.Journal;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.Publication.Kind;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.CborMalformed;

/// Entries that a relay of publications may write: at random, whatever the fold takes, or those of a calm life.
final class PublicationHistory {
    private static final int MOST_OPEN = 12;

    private final Random random;
    private final PublicationProgress whole = new PublicationProgress();
    private final List<FinalPublication> finals = new ArrayList<>();
    private long size;

    PublicationHistory(Random random) {
        this.random = random;
    }

    /// The fold over all of it.
    PublicationProgress whole() {
        return whole;
    }

    /// What became final, in this order.
    List<FinalPublication> finals() {
        return finals;
    }

    static Hash hash(String what, long number) {
        return Merkle.leafHash((what + number).getBytes(StandardCharsets.UTF_8));
    }

    /// At random, some of them forced together.
    void writeTo(Journal journal, int count) throws IOException {
        for (int i = 0; i < count; ) {
            if (!isTaken(journal, candidate())) continue;
            i++;
            if (random.nextInt(3) > 0) journal.force();
        }
        journal.force();
    }

    /// Each of a publication that nothing comes with.
    void writeAlone(Journal journal, int count) throws IOException {
        begin(journal);
        for (int i = 0; i < count; i++) {
            long number = whole.nextNumber();
            write(journal, made(number, whole.madeEnd(), 1), prepared(number));
            write(journal, new PublicationEntry.Sent(at(), number));
            end(journal, number, hash("made", number));
        }
    }

    private void end(Journal journal, long number, Hash digest) throws IOException {
        write(
                journal,
                new PublicationEntry.Included(at(), number, digest, place(number)),
                new PublicationEntry.Final(at(), number, digest, place(number)));
    }

    void setAside(Journal journal, int count) throws IOException {
        begin(journal);
        for (int i = 0; i < count; i++) {
            long number = whole.nextNumber();
            write(journal, made(number, whole.madeEnd(), 1), new PublicationEntry.SetAside(at(), number, "too large"));
        }
    }

    /// Of those that were set aside the first ones are taken up, and become final.
    void takeUp(Journal journal, int count) throws IOException {
        for (long number : List.copyOf(whole.open().keySet()).subList(0, count)) {
            write(journal, new PublicationEntry.TakenUp(at(), number, 1), prepared(number));
            end(journal, number, hash("made", number));
        }
    }

    private void begin(Journal journal) throws IOException {
        for (var entry : beginning()) {
            if (size < 3) write(journal, entry);
        }
    }

    private void write(Journal journal, PublicationEntry... entries) throws IOException {
        for (var entry : entries) {
            // A number and a request are each made durable before what comes then.
            if (entry instanceof PublicationEntry.Prepared) journal.force();
            if (!isTaken(journal, entry)) throw new IllegalStateException("not taken: " + entry);
        }
        journal.force();
    }

    private boolean isTaken(Journal journal, PublicationEntry entry) throws IOException {
        try {
            var read = PublicationEntry.read(entry.toBytes());
            var before = read instanceof PublicationEntry.Final end
                    ? Optional.ofNullable(whole.open().get(end.number()))
                    : Optional.<PublicationProgress.Item>empty();
            whole.apply(read, size);
            before.ifPresent(item -> finals.add(FinalPublication.of(item.made(), (PublicationEntry.Final) read)));
        } catch (IllegalStateException refused) {
            return false;
        } catch (CborMalformed e) {
            throw new IOException(e);
        }
        journal.append(entry.toBytes(), new byte[0]);
        size++;
        return true;
    }

    private Instant at() {
        return Instant.ofEpochMilli(1_790_000_000_000L + size * 1000);
    }

    private static Place place(long number) {
        return new Place(number + 100, hash("block", number));
    }

    private List<PublicationEntry> beginning() {
        var profiles = List.of(
                new PublishedProfile("crane.lift", Kind.COMMITMENTS, random.nextInt(9)),
                new PublishedProfile("crane.photo", Kind.ENCRYPTED_PAYLOADS, 3));
        var ledger = new AnchorIdentity.Evm(1337, hash("genesis", 0), new byte[20], hash("code", 0));
        return List.of(
                new PublicationEntry.Opened("test", new OriginId(hash("origin", 0))),
                new PublicationEntry.Settings(at(), size, profiles),
                new PublicationEntry.Reached(at(), 5, ledger));
    }

    private PublicationEntry.Made made(long number, long first, int count) {
        return made(number, Kind.COMMITMENTS, first, count);
    }

    private PublicationEntry.Made made(long number, Kind kind, long first, int count) {
        return new PublicationEntry.Made(
                at(), number, kind, first, count, hash("content", number), hash("made", number));
    }

    private PublicationEntry.Prepared prepared(long number) {
        var nonce = random.nextBoolean() ? OptionalLong.of(random.nextInt(50)) : OptionalLong.empty();
        return new PublicationEntry.Prepared(
                at(),
                number,
                new PublicationEntry.Request(hash("id", size), nonce, hash("request", size)),
                random.nextInt(3));
    }

    private PublicationEntry candidate() {
        if (size < 3) return beginning().get((int) size);
        var numbers = List.copyOf(whole.open().keySet());
        if (numbers.isEmpty() || numbers.size() < MOST_OPEN && random.nextInt(8) == 0) return run();
        long number = numbers.get(random.nextInt(numbers.size()));
        var digest = random.nextBoolean() ? hash("made", number) : hash("nobody's", number);
        var order = random.nextBoolean() ? OptionalLong.of(random.nextInt(99)) : OptionalLong.empty();
        return switch (random.nextInt(14)) {
            case 0, 1 -> prepared(number);
            case 2 -> new PublicationEntry.Sent(at(), number);
            case 3 -> new PublicationEntry.Ambiguous(at(), number, "no answer " + size);
            case 4, 5 -> new PublicationEntry.Included(at(), number, digest, place(number));
            case 6, 7, 8 -> new PublicationEntry.Final(at(), number, digest, place(number));
            case 9 -> new PublicationEntry.Reorged(at(), number, place(number));
            case 10 ->
                new PublicationEntry.Dropped(
                        at(), number, random.nextBoolean() ? PublicationEntry.Dropped.REPLACED : "nonce");
            case 11 -> new PublicationEntry.SetAside(at(), number, "refused " + size);
            case 12 ->
                random.nextInt(4) == 0
                        ? beginning().get(1)
                        : new PublicationEntry.TakenUp(at(), number, random.nextInt(99));
            default -> new PublicationEntry.GivenUp(at(), number, "erased", hash("nobody's", number), order);
        };
    }

    /// A new one, or a piece of one that is owed again.
    private PublicationEntry run() {
        var owed = whole.owedAgain();
        var kind = Kind.values()[1 + random.nextInt(3)];
        if (owed.isEmpty() || random.nextBoolean()) {
            return made(whole.nextNumber(), kind, whole.madeEnd() + random.nextInt(3), 1 + random.nextInt(100));
        }
        var again = owed.get(random.nextInt(owed.size()));
        int count = random.nextBoolean() ? again.count() : 1 + random.nextInt(again.count());
        return made(whole.nextNumber(), again.kind(), again.first(), count);
    }
}
