package org.sealpost.anchor;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.Publication;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// What stays of a journal of publications whose oldest entries were given up (docs/formats.md §30).
sealed interface FinishedEntry {
    /// How many finals an entry has.
    int MAX_FINALS = 32;

    /// What is over.
    record Finals(List<FinalPublication> all) implements FinishedEntry {
        public Finals {
            all = List.copyOf(all);
            if (all.isEmpty() || all.size() > MAX_FINALS) {
                throw new IllegalArgumentException("1 to " + MAX_FINALS + " in an entry, not " + all.size());
            }
        }
    }

    /// One that is not final there.
    record Open(Item item) implements FinishedEntry {}

    /// A run whose number was given up, as far as it is to get another one.
    record Owed(PublicationEntry.Made made) implements FinishedEntry {}

    /// Where the relay's journal stood: the end of what was kept at once, and good with all of it only.
    ///
    /// @param next  index of the first entry that is needed of the relay's journal
    /// @param leaf  SHA-256 of that entry
    /// @param parts how many entries right before this one are its [Open] and [Owed] ones
    record State(
            long next,
            Hash leaf,
            int parts,
            PublicationEntry.Opened opened,
            Optional<PublicationEntry.Settings> settings,
            Optional<PublicationEntry.Reached> reached,
            Optional<PublicationEntry.Final> lastFinal,
            long lastNumber,
            long madeEnd)
            implements FinishedEntry {
        static State of(PublicationState state, long next, Hash leaf) {
            return new State(
                    next,
                    leaf,
                    state.open().size() + state.owedAgain().size(),
                    state.opened(),
                    state.settings(),
                    state.reached(),
                    state.lastFinal(),
                    state.lastNumber(),
                    state.madeEnd());
        }

        PublicationState with(List<Item> open, List<PublicationEntry.Made> owedAgain) {
            return new PublicationState(opened, settings, reached, lastFinal, lastNumber, madeEnd, open, owedAgain);
        }
    }

    /// A publication that is final.
    ///
    /// @param at      when it was seen to be
    /// @param first   of the entries that it was made of
    /// @param digest  of what the ledger has under its number
    /// @param givenUp whether that is that the number is nobody's
    record FinalPublication(
            Instant at,
            long number,
            Publication.Kind kind,
            long first,
            int count,
            Hash digest,
            Place place,
            boolean givenUp) {
        static FinalPublication of(PublicationEntry.Made made, PublicationEntry.Final end) {
            return new FinalPublication(
                    end.at(),
                    end.number(),
                    made.kind(),
                    made.first(),
                    made.count(),
                    end.digest(),
                    end.place(),
                    !end.digest().equals(made.digest()));
        }

        private void write(CborWriter out) {
            out.array(9)
                    .integer(Math.clamp(at.toEpochMilli(), 0, 1L << 48))
                    .integer(number)
                    .integer(kind.code())
                    .integer(first)
                    .integer(count)
                    .bytes(digest.toBytes())
                    .integer(place.height())
                    .bytes(place.block().toBytes())
                    .bool(givenUp);
        }

        private static FinalPublication read(CborReader in) throws CborMalformed {
            in.arrayOf(9);
            return new FinalPublication(
                    Instant.ofEpochMilli(in.unsigned("time", 0, 1L << 48)),
                    in.unsigned(),
                    Publication.Kind.ofCode(in.unsigned("kind", 1, 3)).orElseThrow(),
                    in.unsigned(),
                    (int) in.unsigned("count", 1, Publication.MAX_COUNT),
                    hash(in),
                    new Place(in.unsigned(), hash(in)),
                    in.bool());
        }
    }

    default byte[] toBytes() {
        var out = new CborWriter();
        switch (this) {
            case Finals(var all) -> {
                out.array(2).integer(1).array(all.size());
                for (var one : all) one.write(out);
            }
            case Open(var item) -> write(item, out.array(8).integer(2));
            case Owed(var made) -> out.array(2).integer(3).bytes(made.toBytes());
            case State e -> {
                out.array(10)
                        .integer(4)
                        .integer(e.next)
                        .bytes(e.leaf.toBytes())
                        .integer(e.parts)
                        .bytes(e.opened.toBytes());
                optional(out, e.settings);
                optional(out, e.reached);
                optional(out, e.lastFinal);
                out.integer(e.lastNumber).integer(e.madeEnd);
            }
        }
        return out.toBytes();
    }

    static FinishedEntry read(byte[] leaf) throws CborMalformed {
        var in = new CborReader(leaf);
        int count = in.array(10);
        int type = (int) in.unsigned("type", 1, 4);
        in.requireItems(count, new int[] {2, 8, 2, 10}[type - 1]);
        var entry = switch (type) {
            case 1 -> finals(in);
            case 2 -> new Open(item(in));
            case 3 -> new Owed(nested(in, PublicationEntry.Made.class));
            default ->
                new State(
                        in.unsigned(),
                        hash(in),
                        (int) in.unsigned("parts", 0, FinishedPublications.MOST_PARTS),
                        nested(in, PublicationEntry.Opened.class),
                        optional(in, PublicationEntry.Settings.class),
                        optional(in, PublicationEntry.Reached.class),
                        optional(in, PublicationEntry.Final.class),
                        in.unsigned(),
                        in.unsigned());
        };
        in.end();
        return entry;
    }

    private static Finals finals(CborReader in) throws CborMalformed {
        int position = in.position();
        int count = in.array(MAX_FINALS);
        if (count == 0) throw new CborMalformed(position, "no final");
        var all = new ArrayList<FinalPublication>(count);
        for (int i = 0; i < count; i++) all.add(FinalPublication.read(in));
        return new Finals(all);
    }

    private static void write(Item item, CborWriter out) {
        out.bytes(item.made().toBytes());
        optional(out, item.givenUp());
        write(item.phase(), out);
        out.integer(item.drops()).integer(item.dearer()).integer(item.key());
        if (item.heeded() >= 0) out.integer(item.heeded());
        else out.nil();
    }

    private static Item item(CborReader in) throws CborMalformed {
        return new Item(
                nested(in, PublicationEntry.Made.class),
                optional(in, PublicationEntry.GivenUp.class),
                phase(in, true),
                (int) in.unsigned("drops", 0, Integer.MAX_VALUE),
                (int) in.unsigned("dearer ones", 0, Integer.MAX_VALUE),
                (int) in.unsigned("hand-overs", 0, Integer.MAX_VALUE),
                in.nil() ? -1 : in.unsigned());
    }

    private static void write(Phase phase, CborWriter out) {
        switch (phase) {
            case Phase.Waiting() -> out.array(0);
            case Phase.Aside(var entry) -> out.array(1).bytes(entry.toBytes());
            case Phase.Seen(var included, var from) -> write(from, out.array(2).bytes(included.toBytes()));
            case Phase.UnderWay(var prepared, var taken, var cause, var stale) ->
                out.array(4)
                        .bytes(prepared.toBytes())
                        .bool(taken)
                        .text(RelayEntry.bounded(cause))
                        .bool(stale);
        }
    }

    /// @param mayBeSeen what was seen came from somewhere else than having been seen
    private static Phase phase(CborReader in, boolean mayBeSeen) throws CborMalformed {
        int position = in.position();
        int count = in.array(4);
        return switch (count) {
            case 0 -> new Phase.Waiting();
            case 1 -> new Phase.Aside(nested(in, PublicationEntry.SetAside.class));
            case 4 ->
                new Phase.UnderWay(
                        nested(in, PublicationEntry.Prepared.class),
                        in.bool(),
                        in.text(RelayEntry.MAX_TEXT_BYTES),
                        in.bool());
            default -> {
                if (count != 2 || !mayBeSeen) throw new CborMalformed(position, "no phase of " + count + " items");
                yield new Phase.Seen(nested(in, PublicationEntry.Included.class), phase(in, false));
            }
        };
    }

    private static void optional(CborWriter out, Optional<? extends PublicationEntry> entry) {
        if (entry.isPresent()) out.bytes(entry.get().toBytes());
        else out.nil();
    }

    private static <E extends PublicationEntry> Optional<E> optional(CborReader in, Class<E> kind)
            throws CborMalformed {
        return in.nil() ? Optional.empty() : Optional.of(nested(in, kind));
    }

    private static <E extends PublicationEntry> E nested(CborReader in, Class<E> kind) throws CborMalformed {
        int position = in.position();
        var entry = PublicationEntry.read(in.bytes(PublicationRelay.MAX_ENTRY_SIZE_BYTES));
        if (!kind.isInstance(entry)) throw new CborMalformed(position, "not an entry " + kind.getSimpleName());
        return kind.cast(entry);
    }

    private static Hash hash(CborReader in) throws CborMalformed {
        return Hash.of(in.fixed(Hash.SIZE));
    }
}
