package org.sealpost.anchor;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.Publication;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// What a relay of publications wrote down, before or after it did something (docs/formats.md, "Publications of a
/// box"). No content and no request stands in it: an entry stays, and both may have to be erased.
sealed interface PublicationEntry {
    String KIND = "sealpost-published";
    int VERSION = 1;

    /// How many profiles may be published to one ledger.
    int MAX_PROFILES = 256;

    /// Entry 0: whose publications go where. It never changes.
    record Opened(String relay, OriginId origin) implements PublicationEntry {}

    /// From now on these profiles are published, and nothing else.
    ///
    /// @param size of the log at that moment
    record Settings(Instant at, long size, List<PublishedProfile> profiles) implements PublicationEntry {
        public Settings {
            profiles = List.copyOf(profiles);
        }
    }

    /// The ledger was reached for the first time.
    ///
    /// @param first number that nothing was published under there
    record Reached(Instant at, long first, AnchorIdentity ledger) implements PublicationEntry {}

    /// About the publication of one number.
    sealed interface OfNumber extends PublicationEntry {
        long number();
    }

    /// A run of records has a number from now on.
    ///
    /// @param content SHA-256 of it
    /// @param digest  what the ledger will keep
    record Made(Instant at, long number, Publication.Kind kind, long first, int count, Hash content, Hash digest)
            implements OfNumber {
        long end() {
            return first + count;
        }
    }

    /// A request as it is known without its bytes.
    ///
    /// @param hash SHA-256 of the bytes
    record Request(Hash id, OptionalLong nonce, Hash hash) {
        static Request of(SignedRequest request) {
            return new Request(request.id(), request.nonce(), sha256(request.bytes()));
        }

        boolean is(SignedRequest request) {
            return of(request).equals(this);
        }
    }

    static Hash sha256(byte[] bytes) {
        try {
            return Hash.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// A request was signed and is on the disk; from now on it may be sent.
    ///
    /// @param key how many hand-overs of the sealing key there were
    record Prepared(Instant at, long number, Request request, int key) implements OfNumber {}

    /// The ledger has taken the request.
    record Sent(Instant at, long number) implements OfNumber {}

    /// It is not known whether the ledger has taken it, or it was turned away for now.
    record Ambiguous(Instant at, long number, String cause) implements OfNumber {}

    /// It was seen there.
    ///
    /// @param digest which of those that the number may have
    record Included(Instant at, long number, Hash digest, Place place) implements OfNumber {}

    /// It was seen there, beyond being taken back, and no request for it may land any more.
    record Final(Instant at, long number, Hash digest, Place place) implements OfNumber {}

    /// What had been seen is not there any more, or in another place.
    record Reorged(Instant at, long number, Place was) implements OfNumber {}

    /// The request takes no effect: another one may be signed.
    record Dropped(Instant at, long number, String cause) implements OfNumber {
        /// The causes that tell of the publication itself: the ledger executed its request. All others tell of the
        /// request alone, of which nobody executed a byte.
        static final String NO_EFFECT = "it was included without effect";

        static final String NOTHING_THERE = "it was included and nothing is there";

        /// The cause where another one is signed at the same nonce in the same moment, of which one at most lands: it
        /// is no request without effect.
        static final String REPLACED = "a dearer one takes its place at its nonce";

        boolean isReplaced() {
            return cause.equals(REPLACED);
        }

        /// Whether it counts among those after which a publication is set aside.
        boolean counts() {
            return counts(cause);
        }

        static boolean counts(String cause) {
            return cause.equals(NO_EFFECT) || cause.equals(NOTHING_THERE);
        }
    }

    /// It is not tried any more, and nothing waits for it.
    record SetAside(Instant at, long number, String cause) implements OfNumber {}

    /// It is tried again.
    ///
    /// @param order where the control journal has the order
    record TakenUp(Instant at, long number, long order) implements OfNumber {}

    /// That the number is nobody's is to be published under it from now on.
    ///
    /// @param digest of that
    /// @param order  where the control journal has the order; empty if its records are to get another number
    record GivenUp(Instant at, long number, String cause, Hash digest, OptionalLong order) implements OfNumber {}

    default byte[] toBytes() {
        var out = new CborWriter();
        switch (this) {
            case Opened e ->
                out.array(4)
                        .text(KIND)
                        .integer(VERSION)
                        .text(e.relay)
                        .bytes(e.origin.value().toBytes());
            case Made e ->
                head(out, 8, 1, e.at, e.number)
                        .integer(e.kind.code())
                        .integer(e.first)
                        .integer(e.count)
                        .bytes(e.content.toBytes())
                        .bytes(e.digest.toBytes());
            case Prepared e -> {
                head(out, 7, 2, e.at, e.number).bytes(e.request.id.toBytes());
                optional(out, e.request.nonce).bytes(e.request.hash.toBytes()).integer(e.key);
            }
            case Sent e -> head(out, 3, 3, e.at, e.number);
            case Ambiguous e -> head(out, 4, 4, e.at, e.number).text(RelayEntry.bounded(e.cause));
            case Included e -> place(head(out, 6, 5, e.at, e.number).bytes(e.digest.toBytes()), e.place);
            case Final e -> place(head(out, 6, 6, e.at, e.number).bytes(e.digest.toBytes()), e.place);
            case Reorged e -> place(head(out, 5, 7, e.at, e.number), e.was);
            case Dropped e -> head(out, 4, 8, e.at, e.number).text(RelayEntry.bounded(e.cause));
            case SetAside e -> head(out, 4, 9, e.at, e.number).text(RelayEntry.bounded(e.cause));
            case TakenUp e -> head(out, 4, 10, e.at, e.number).integer(e.order);
            case GivenUp e -> {
                head(out, 6, 11, e.at, e.number)
                        .text(RelayEntry.bounded(e.cause))
                        .bytes(e.digest.toBytes());
                optional(out, e.order);
            }
            case Settings e -> {
                head(out, 4, 12, e.at, e.size).array(e.profiles.size());
                for (var profile : e.profiles) profile.write(out);
            }
            case Reached e -> {
                head(out, 5, 13, e.at, e.first);
                e.ledger.write(out); // two items: kind and identity
            }
        }
        return out.toBytes();
    }

    static PublicationEntry read(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes);
        int count = in.array(8);
        var entry = in.major() == 3 ? opened(in, count) : typed(in, count);
        in.end();
        return entry;
    }

    private static PublicationEntry opened(CborReader in, int count) throws CborMalformed {
        in.requireItems(count, 4);
        in.expect(KIND).expect(VERSION);
        return new Opened(in.text(64), new OriginId(hash(in)));
    }

    private static PublicationEntry typed(CborReader in, int count) throws CborMalformed {
        int type = (int) in.unsigned("type", 1, 13);
        in.requireItems(count, new int[] {8, 7, 3, 4, 6, 6, 5, 4, 4, 4, 6, 4, 5}[type - 1]);
        var at = Instant.ofEpochMilli(in.unsigned("time", 0, 1L << 48));
        long number = in.unsigned();
        return switch (type) {
            case 1 -> made(in, at, number);
            case 2 -> {
                var request = new Request(hash(in), optional(in), hash(in));
                yield new Prepared(at, number, request, (int) in.unsigned("hand-overs", 0, Integer.MAX_VALUE));
            }
            case 3 -> new Sent(at, number);
            case 4 -> new Ambiguous(at, number, in.text(RelayEntry.MAX_TEXT_BYTES));
            case 5 -> new Included(at, number, hash(in), place(in));
            case 6 -> new Final(at, number, hash(in), place(in));
            case 7 -> new Reorged(at, number, place(in));
            case 8 -> new Dropped(at, number, in.text(RelayEntry.MAX_TEXT_BYTES));
            case 9 -> new SetAside(at, number, in.text(RelayEntry.MAX_TEXT_BYTES));
            case 10 -> new TakenUp(at, number, in.unsigned());
            case 11 -> new GivenUp(at, number, in.text(RelayEntry.MAX_TEXT_BYTES), hash(in), optional(in));
            case 12 -> {
                int profiles = in.array(MAX_PROFILES);
                var all = new ArrayList<PublishedProfile>(profiles);
                for (int i = 0; i < profiles; i++) all.add(PublishedProfile.read(in));
                yield new Settings(at, number, all);
            }
            default -> new Reached(at, number, AnchorIdentity.read(in));
        };
    }

    private static Made made(CborReader in, Instant at, long number) throws CborMalformed {
        int position = in.position();
        var kind = Publication.Kind.ofCode(in.unsigned("kind", 1, 3)).orElseThrow();
        long first = in.unsigned();
        int count = (int) in.unsigned("count", 1, Publication.MAX_COUNT);
        if (first > Long.MAX_VALUE - count) throw new CborMalformed(position, "a run beyond every log");
        return new Made(at, number, kind, first, count, hash(in), hash(in));
    }

    private static CborWriter head(CborWriter out, int count, int type, Instant at, long number) {
        return out.array(count)
                .integer(type)
                .integer(Math.clamp(at.toEpochMilli(), 0, 1L << 48)) // a clock that is wrong stops nothing
                .integer(number);
    }

    private static CborWriter optional(CborWriter out, OptionalLong value) {
        return value.isPresent() ? out.integer(value.getAsLong()) : out.nil();
    }

    private static OptionalLong optional(CborReader in) throws CborMalformed {
        return in.nil() ? OptionalLong.empty() : OptionalLong.of(in.unsigned());
    }

    private static Hash hash(CborReader in) throws CborMalformed {
        return Hash.of(in.fixed(Hash.SIZE));
    }

    private static void place(CborWriter out, Place place) {
        out.integer(place.height()).bytes(place.block().toBytes());
    }

    private static Place place(CborReader in) throws CborMalformed {
        return new Place(in.unsigned(), hash(in));
    }
}
