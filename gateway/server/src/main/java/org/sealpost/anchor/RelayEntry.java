package org.sealpost.anchor;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// What a relay wrote down, before or after it did something (docs/formats.md, "Anchors").
sealed interface RelayEntry {
    String KIND = "sealpost-anchors";
    int VERSION = 1;
    int MAX_TEXT_BYTES = 1024;

    /// Entry 0: whose heads go where. It never changes.
    record Opened(String relay, OriginId origin, AnchorIdentity anchorage) implements RelayEntry {}

    /// About the head of one size.
    sealed interface OfHead extends RelayEntry {
        long size();
    }

    /// A request was signed; from now on it may be sent.
    record Prepared(Instant at, long size, Hash root, long base, SignedRequest request) implements OfHead {}

    /// The anchorage has taken the request.
    record Sent(Instant at, long size) implements OfHead {}

    /// It is not known whether the anchorage has taken it, or it was turned away for now.
    record Ambiguous(Instant at, long size, String cause) implements OfHead {}

    /// The head was seen there.
    record Included(Instant at, long size, Hash root, Place place) implements OfHead {}

    /// The head was seen there, beyond being taken back.
    record Final(Instant at, long size, Hash root, Place place) implements OfHead {}

    /// A head that had been seen is not there any more, or in another place.
    record Reorged(Instant at, long size, Place was) implements OfHead {}

    /// A larger head came first; this one needs nothing more.
    record Covered(Instant at, long size, long bySize) implements OfHead {}

    /// The request provably never takes effect: another one may be signed.
    record Dropped(Instant at, long size, String cause) implements OfHead {}

    /// This head is not tried any more; newer ones are.
    record Parked(Instant at, long size, String cause) implements OfHead {}

    /// The anchorage holds another history. Nothing is done any more.
    record Conflict(Instant at, long size, Hash root, Optional<Hash> other, String cause) implements OfHead {}

    /// The anchorage lost what was final: all final heads above this size count no more.
    record RolledBack(Instant at, long size) implements OfHead {}

    default byte[] toBytes() {
        var out = new CborWriter();
        switch (this) {
            case Opened e -> {
                out.array(6)
                        .text(KIND)
                        .integer(VERSION)
                        .text(e.relay)
                        .bytes(e.origin.value().toBytes());
                e.anchorage.write(out); // two items: kind and identity
            }
            case Prepared e -> {
                head(out, 8, 1, e.at, e.size).bytes(e.root.toBytes()).integer(e.base);
                out.bytes(e.request.id().toBytes());
                if (e.request.nonce().isPresent()) out.integer(e.request.nonce().getAsLong());
                else out.nil();
                out.bytes(e.request.bytes());
            }
            case Sent e -> head(out, 3, 2, e.at, e.size);
            case Ambiguous e -> head(out, 4, 3, e.at, e.size).text(bounded(e.cause));
            case Included e -> place(head(out, 6, 4, e.at, e.size).bytes(e.root.toBytes()), e.place);
            case Final e -> place(head(out, 6, 5, e.at, e.size).bytes(e.root.toBytes()), e.place);
            case Reorged e -> place(head(out, 5, 6, e.at, e.size), e.was);
            case Covered e -> head(out, 4, 7, e.at, e.size).integer(e.bySize);
            case Dropped e -> head(out, 4, 8, e.at, e.size).text(bounded(e.cause));
            case Parked e -> head(out, 4, 9, e.at, e.size).text(bounded(e.cause));
            case Conflict e -> {
                head(out, 6, 10, e.at, e.size).bytes(e.root.toBytes());
                if (e.other.isPresent()) out.bytes(e.other.get().toBytes());
                else out.nil();
                out.text(bounded(e.cause));
            }
            case RolledBack e -> head(out, 3, 11, e.at, e.size);
        }
        return out.toBytes();
    }

    static RelayEntry read(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes);
        int count = in.array(8);
        RelayEntry entry = in.major() == 3 ? opened(in, count) : ofHead(in, count);
        in.end();
        return entry;
    }

    private static RelayEntry opened(CborReader in, int count) throws CborMalformed {
        in.requireItems(count, 6);
        in.expect(KIND).expect(VERSION);
        return new Opened(in.text(64), new OriginId(Hash.of(in.fixed(Hash.SIZE))), AnchorIdentity.read(in));
    }

    private static RelayEntry ofHead(CborReader in, int count) throws CborMalformed {
        int type = (int) in.unsigned("type", 1, 11);
        in.requireItems(count, new int[] {8, 3, 4, 6, 6, 5, 4, 4, 4, 6, 3}[type - 1]);
        var at = Instant.ofEpochMilli(in.unsigned("time", 0, 1L << 48));
        long size = in.unsigned();
        return switch (type) {
            case 1 -> {
                var root = Hash.of(in.fixed(Hash.SIZE));
                long base = in.unsigned();
                var id = Hash.of(in.fixed(Hash.SIZE));
                OptionalLong nonce = in.nil() ? OptionalLong.empty() : OptionalLong.of(in.unsigned());
                yield new Prepared(at, size, root, base, request(in, id, nonce));
            }
            case 2 -> new Sent(at, size);
            case 3 -> new Ambiguous(at, size, in.text(MAX_TEXT_BYTES));
            case 4 -> new Included(at, size, Hash.of(in.fixed(Hash.SIZE)), place(in));
            case 5 -> new Final(at, size, Hash.of(in.fixed(Hash.SIZE)), place(in));
            case 6 -> new Reorged(at, size, place(in));
            case 7 -> new Covered(at, size, in.unsigned());
            case 8 -> new Dropped(at, size, in.text(MAX_TEXT_BYTES));
            case 9 -> new Parked(at, size, in.text(MAX_TEXT_BYTES));
            case 10 -> {
                var root = Hash.of(in.fixed(Hash.SIZE));
                Optional<Hash> other = in.nil() ? Optional.empty() : Optional.of(Hash.of(in.fixed(Hash.SIZE)));
                yield new Conflict(at, size, root, other, in.text(MAX_TEXT_BYTES));
            }
            default -> new RolledBack(at, size);
        };
    }

    private static SignedRequest request(CborReader in, Hash id, OptionalLong nonce) throws CborMalformed {
        int at = in.position();
        byte[] bytes = in.bytes(SignedRequest.MAX_SIZE);
        if (bytes.length == 0) throw new CborMalformed(at, "an empty request");
        return new SignedRequest(id, nonce, bytes);
    }

    private static CborWriter head(CborWriter out, int count, int type, Instant at, long size) {
        return out.array(count)
                .integer(type)
                .integer(Math.clamp(at.toEpochMilli(), 0, 1L << 48)) // a clock that is wrong stops nothing
                .integer(size);
    }

    private static void place(CborWriter out, Place place) {
        out.integer(place.height()).bytes(place.block().toBytes());
    }

    private static Place place(CborReader in) throws CborMalformed {
        return new Place(in.unsigned(), Hash.of(in.fixed(Hash.SIZE)));
    }

    static String bounded(String text) {
        return ForeignWords.shortened(text);
    }
}
