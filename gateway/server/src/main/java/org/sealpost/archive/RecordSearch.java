package org.sealpost.archive;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import org.sealpost.record.SourceKind;

/// Finds records by what is known of them. Any thread that may read disks.
public interface RecordSearch {
    int MOST_RECORDS = 100;

    /// The first records that fit, in the order of their indexes that is asked for. Whoever goes on from page to page
    /// comes upon each record once, also while others are captured: those are newer than all before them.
    ///
    /// @param sight what whoever asks may see at most: nothing else is looked at
    /// @param shown whether a record may be shown to them; the others are as good as not there
    /// @throws Busy if others are searching; nothing was looked at
    Page find(Query query, Sight sight, Predicate<StoredRecord> shown) throws IOException, Busy;

    /// Others are searching, and memory has room for so many only.
    final class Busy extends Exception {
        private static final long serialVersionUID = 1;

        /// When it may be over.
        public static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    }

    /// What is asked for; a record must fit all that is given.
    ///
    /// @param client      who handed it over
    /// @param key         under which key of theirs; asks for the client, too
    /// @param businessKey what the payload names, as the profile declares it
    /// @param from        captured at this time or later, by the box's clock
    /// @param to          captured before this time
    /// @param order       which come first
    /// @param beyond      only those that come behind this index in that order; empty for all
    /// @param max         at most so many, from 1 to [#MOST_RECORDS]
    record Query(
            Optional<String> client,
            Optional<String> key,
            Optional<BusinessKey> businessKey,
            Optional<Instant> from,
            Optional<Instant> to,
            Order order,
            OptionalLong beyond,
            int max) {
        public Query {
            if (key.isPresent() && client.isEmpty()) throw new IllegalArgumentException("a key is some client's");
            if (max < 1 || max > MOST_RECORDS) {
                throw new IllegalArgumentException("'max' is " + max + ", allowed are 1 to " + MOST_RECORDS);
            }
            if (beyond.isPresent() && beyond.getAsLong() < 0) {
                throw new IllegalArgumentException("an index is not below 0");
            }
        }
    }

    /// By their indexes, so by when they were captured.
    enum Order {
        NEWEST_FIRST,
        OLDEST_FIRST
    }

    /// A value of the field that a profile declares as its business key.
    record BusinessKey(String profile, String value) {}

    /// The records of one client, and those of some kinds of source whoever they are of.
    ///
    /// @param kinds  [SourceKind#BOX] and [SourceKind#SENSOR] can be among them
    /// @param others whether records of another client can be of these kinds, which its name tells
    record Sight(String client, Set<SourceKind> kinds, Predicate<String> others) {
        /// Whether anything that a client handed over may be seen.
        public boolean shows(String of) {
            return of.equals(client) || others.test(of);
        }
    }

    /// What was found.
    ///
    /// @param more         there may be more beyond this index: ask again with it as `beyond`
    /// @param indexedBelow entries from here on have not been looked at yet; the size of the log if all have
    /// @param unreadable   entries of which nobody can tell whether they fit, since damage took them; as far
    ///     as this page went, in its order
    record Page(List<StoredRecord> records, OptionalLong more, long indexedBelow, List<Stretch> unreadable) {}

    /// Entries one behind the other.
    ///
    /// @param last the last of them, inclusive
    record Stretch(long first, long last) {}
}
