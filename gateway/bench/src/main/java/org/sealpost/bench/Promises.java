package org.sealpost.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongPredicate;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/// What a campaign sent and what it was told: the only memory of what the gateway owes. A record is known by
/// its number; key and payload follow from seed and number, so a million of them take few bytes. For any
/// thread.
final class Promises {
    /// Where a record goes in.
    enum Door {
        HTTP,
        MQTT
    }

    /// What the campaign knows of a record.
    enum Fate {
        /// Sent, and no answer came: the gateway may have it or not.
        SENT,
        /// Refused in so many words: the gateway must not have it.
        REFUSED,
        /// Acknowledged: the gateway must have it, once.
        ACKNOWLEDGED
    }

    private static final Pattern PAYLOAD = Pattern.compile("crash ([0-9a-f]+) ([0-9]+) [ -~]*");
    private static final long UNKNOWN = -1;

    private final long seed;

    // Guarded by this; by number.
    private int count;
    private byte[] doors = new byte[1024];
    private byte[] fates = new byte[1024];
    private long[] indexes = new long[1024];
    // By the index at which it was seen in the journal.
    private final Map<Long, Long> numbersAt = new HashMap<>();
    // At which indexes an entry with a key was seen.
    private final NavigableSet<Long> keysAt = new TreeSet<>();
    // All below are settled, or have no key: they are never sent again.
    private int settled;

    Promises(long seed) {
        this.seed = seed;
    }

    /// A new record, counted as sent from now on.
    synchronized long next(Door door) {
        if (count == doors.length) {
            doors = Arrays.copyOf(doors, 2 * count);
            fates = Arrays.copyOf(fates, 2 * count);
            indexes = Arrays.copyOf(indexes, 2 * count);
        }
        doors[count] = (byte) door.ordinal();
        fates[count] = (byte) Fate.SENT.ordinal();
        indexes[count] = UNKNOWN;
        return count++;
    }

    synchronized void acknowledged(long number) {
        fates[(int) number] = (byte) Fate.ACKNOWLEDGED.ordinal();
    }

    /// @param index where the gateway says that it is
    synchronized void acknowledged(long number, long index) {
        acknowledged(number);
        indexes[(int) number] = index;
    }

    synchronized void refused(long number) {
        fates[(int) number] = (byte) Fate.REFUSED.ordinal();
    }

    synchronized long count() {
        return count;
    }

    synchronized Door door(long number) {
        return Door.values()[doors[(int) number]];
    }

    synchronized Fate fate(long number) {
        return Fate.values()[fates[(int) number]];
    }

    /// Where the gateway said that it is, if it did: over MQTT there is no way to.
    synchronized OptionalLong index(long number) {
        long index = indexes[(int) number];
        return index == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(index);
    }

    /// Any record that was acknowledged with its index and [#seen], if a few tries find one.
    OptionalLong anySeen(int tries) {
        for (int i = 0; i < tries && count() > 0; i++) {
            long number = ThreadLocalRandom.current().nextLong(count());
            var index = index(number);
            if (fate(number) != Fate.ACKNOWLEDGED || index.isEmpty()) continue;
            if (seenAt(index.getAsLong()).isPresent()) return OptionalLong.of(number);
        }
        return OptionalLong.empty();
    }

    /// The record was seen in the journal, which may give it up later.
    synchronized void seen(long number, long index) {
        numbersAt.put(index, number);
    }

    /// An entry with a key was seen in the journal, be it a record or the box's own: the gateway counts both.
    synchronized void keySeen(long index) {
        keysAt.add(index);
    }

    /// Which record was seen at an index.
    synchronized OptionalLong seenAt(long index) {
        Long number = numbersAt.get(index);
        return number == null ? OptionalLong.empty() : OptionalLong.of(number);
    }

    /// How many entries with a key were seen from an index on.
    synchronized long keysSeenFrom(long index) {
        return keysAt.tailSet(index).size();
    }

    /// The numbers of those with a key of which nobody knows what became of them: they may be sent again.
    synchronized List<Long> unresolved(Door door) {
        while (settled < count && !isUnresolved(settled)) settled++;
        return LongStream.range(settled, count)
                .filter(number -> isUnresolved(number) && door(number) == door)
                .boxed()
                .toList();
    }

    private boolean isUnresolved(long number) {
        return fate(number) == Fate.SENT && hasKey(number);
    }

    List<Long> numbers(LongPredicate wanted) {
        return LongStream.range(0, count()).filter(wanted).boxed().toList();
    }

    /// Three of four have an idempotency key. One without is never sent again.
    static boolean hasKey(long number) {
        return number % 4 != 3;
    }

    Optional<String> key(long number) {
        return !hasKey(number) ? Optional.empty() : Optional.of("k-" + Long.toHexString(seed) + "-" + number);
    }

    /// Mostly short, now and then of many blocks; printable, and says which record it is.
    byte[] payload(long number) {
        var random = new SplittableRandom(seed ^ number * 0x9e3779b97f4a7c15L);
        int filler = random.nextInt(20) == 0 ? random.nextInt(60_000) : random.nextInt(1_500);
        var text = new StringBuilder(mark()).append(number).append(' ');
        for (int i = 0; i < filler; i++) text.append((char) (' ' + random.nextInt(95)));
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /// What every payload begins with, before its number.
    String mark() {
        return "crash " + Long.toHexString(seed) + ' ';
    }

    /// Which record this payload is, if it is exactly one that was sent.
    OptionalLong recognise(byte[] payload) {
        var text = PAYLOAD.matcher(new String(payload, StandardCharsets.ISO_8859_1));
        if (!text.matches()
                || !text.group(1).equals(Long.toHexString(seed))
                || text.group(2).length() > 9) {
            return OptionalLong.empty();
        }
        long number = Long.parseLong(text.group(2));
        return number < count() && Arrays.equals(payload, payload(number))
                ? OptionalLong.of(number)
                : OptionalLong.empty();
    }
}
