package org.sealpost.app.inspect;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.sealpost.anchor.KeptEntries;
import org.sealpost.archive.erasure.ErasableLeaf;
import org.sealpost.archive.erasure.ErasureItem;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.control.Act;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.Printable;
import org.sealpost.evidence.Seal;
import org.sealpost.journal.EntryState;
import org.sealpost.journal.JournalEntry;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Slot;
import org.sealpost.record.Source;

/// Tells in a line what an entry of a journal of a certain kind says.
interface EntryWords {
    int MAX_TEXT_BYTES = 1 << 16;
    int MAX_PAYLOAD_SHOWN = 4096;
    int MAX_RANGES_SHOWN = 16;
    int MAX_FINALS_SHOWN = 32;

    /// In the order of their numbers (docs/formats.md §11).
    List<String> STEPS = List.of(
            "prepared",
            "sent",
            "ambiguous",
            "included",
            "final",
            "reorged",
            "covered",
            "dropped",
            "parked",
            "conflict",
            "rolled back");

    /// In the order of their numbers (docs/formats.md §27); what has no name here is not about one publication.
    List<String> PUBLISHING_STEPS = List.of(
            "made",
            "prepared",
            "sent",
            "ambiguous",
            "included",
            "final",
            "reorged",
            "dropped",
            "set aside",
            "taken up",
            "given up");

    /// In the order of their numbers, from 1.
    List<String> PUBLISHED_KINDS = List.of("commitments", "payloads in the clear", "payloads for recipients");

    /// @throws CborMalformed            if the entry is none that this journal holds
    /// @throws IllegalArgumentException the same
    String tell(JournalEntry entry) throws CborMalformed;

    /// @param hidden whether what a record says is not shown, though payloads are asked for
    static EntryWords of(String kind, boolean payloads, LongPredicate hidden) {
        if (kind.startsWith("anchors-")) return EntryWords::anchoring;
        if (kind.startsWith("anchored-")) return EntryWords::keptAnchoring;
        if (kind.startsWith("proofs-")) return EntryWords::proof;
        if (kind.startsWith("proved-")) return EntryWords::keptProof;
        if (kind.startsWith("replaced-")) return EntryWords::replaced;
        if (kind.startsWith("published-")) return EntryWords::published;
        if (kind.startsWith("finished-")) return EntryWords::finished;
        return switch (kind) {
            case "entries" -> entry -> record(entry, payloads, hidden);
            case "erasures" -> EntryWords::erasure;
            case "seals", "seals-kept" -> EntryWords::seal;
            case "control" -> entry -> act(Act.read(entry.leaf()));
            case "handovers" -> EntryWords::handOver;
            case "local-ledger" -> EntryWords::lodged;
            default -> entry -> "leaf of " + entry.leaf().length + " bytes, body of " + entry.body().length;
        };
    }

    private static String record(JournalEntry entry, boolean payloads, LongPredicate hidden) throws CborMalformed {
        if (entry.state() == EntryState.LEAF_LOST)
            return "lost to damage, leaf hash " + Hash.of(entry.leaf()).hex();
        var hash = ", leaf hash " + Merkle.leafHash(entry.leaf()).hex();
        return switch (Leaf.parse(entry.leaf())) {
            case GenesisLeaf(var genesis) ->
                "genesis of " + genesis.origin() + ", suite " + genesis.suite() + ", software " + genesis.software()
                        + ", " + genesis.keys().size() + " keys" + hash;
            case HandOverLeaf leaf ->
                "hand-over " + leaf.handOver().number() + " to another key, "
                        + leaf.handOver().reason().name().toLowerCase(Locale.ROOT) + hash;
            case HeaderLeaf leaf ->
                "record of profile " + leaf.profile() + " " + leaf.profileVersion() + ", from "
                        + leaf.source().name().toLowerCase(Locale.ROOT) + hash
                        + (entry.hasBody()
                                ? body(entry, leaf, payloads, hidden)
                                : entry.isLost() ? ", body lost to damage" : ", body erased");
        };
    }

    private static String body(JournalEntry entry, HeaderLeaf leaf, boolean payloads, LongPredicate hidden)
            throws CborMalformed {
        // In a range file and a mirror; a gateway has none without a body.
        if (entry.body().length == 0) return ", body left out";
        var body = Body.parse(entry.body());
        if (!body.commitment().equals(leaf.commitment())) throw new CborMalformed(0, "the body is not the leaf's");
        if (hidden.test(entry.index()) && ErasableLeaf.is(leaf)) return ", body ordered to be erased";
        var words = new StringBuilder();
        if (body.slots().get(Slot.CLOCK) instanceof Slot.Shown shown)
            words.append(", captured ").append(time(ClockReading.parse(shown.bytes())));
        words.append(", body of ").append(entry.body().length).append(" bytes");
        if (!payloads) return words.toString();
        if (body.slots().get(Slot.SOURCE) instanceof Slot.Shown shown) {
            var source = Source.parse(shown.bytes());
            words.append("; client ").append(source.client()).append(", where ").append(source.where());
            source.idempotencyKey().ifPresent(key -> words.append(", key ").append(Printable.escape(key)));
        }
        if (body.slots().get(Slot.CONTENT) instanceof Slot.Shown shown) {
            var content = Content.parse(shown.bytes());
            words.append(", ").append(content.mediaType()).append(": ").append(payload(content.payload()));
        }
        return words.toString();
    }

    private static String payload(byte[] payload) {
        var text = new String(payload, 0, Math.min(payload.length, MAX_PAYLOAD_SHOWN), StandardCharsets.UTF_8);
        boolean printable = text.indexOf('\ufffd') < 0 && text.chars().noneMatch(c -> c < 0x20 && c != '\t');
        var shown = printable
                ? text
                : HexFormat.of().formatHex(payload, 0, Math.min(payload.length, MAX_PAYLOAD_SHOWN / 2));
        return Printable.escape(shown) + (payload.length > MAX_PAYLOAD_SHOWN ? "..." : "");
    }

    private static String erasure(JournalEntry entry) throws CborMalformed {
        var item = ErasureItem.read(entry.leaf());
        var words = switch (item) {
            case ErasureItem.Ordered order ->
                "order to erase entries " + ranges(order.ranges()) + ", form "
                        + order.form().word() + ", by " + order.by() + ", rule " + Printable.escape(order.rule());
            case ErasureItem.Copied copied -> "order " + copied.position() + " is in the log at " + copied.index();
            case ErasureItem.Removed removed -> "the bytes of order " + removed.position() + " are removed";
            case ErasureItem.Kept kept -> "what order " + kept.position() + " still keeps";
        };
        boolean keeps = entry.body().length > 0;
        return words + ", " + time(item.clock()) + (keeps ? ", salts and digests (not shown)" : "");
    }

    private static String ranges(List<IndexRange> ranges) {
        var shown = ranges.stream()
                .limit(MAX_RANGES_SHOWN)
                .map(range ->
                        range.count() == 1 ? Long.toString(range.first()) : range.first() + " to " + (range.next() - 1))
                .collect(Collectors.joining(", "));
        return ranges.size() > MAX_RANGES_SHOWN
                ? shown + ", and " + (ranges.size() - MAX_RANGES_SHOWN) + " more"
                : shown;
    }

    private static String seal(JournalEntry entry) throws CborMalformed {
        var in = new CborReader(entry.leaf());
        int count = in.array(3);
        if (in.unsigned("kind of item", 1, 2) == 1 && count == 3) {
            var root = Hash.of(in.fixed(Hash.SIZE));
            var seal = Seal.parse(in.bytes(4096));
            return "seal over " + seal.size() + " entries, root " + root.hex() + ", " + time(seal.time()) + ", key "
                    + seal.keyThumbprint().hex();
        }
        var checkpoint = Checkpoint.parse(in.text(4096).getBytes(StandardCharsets.UTF_8))
                .orElseThrow(() -> new CborMalformed(0, "not a checkpoint"));
        return "checkpoint over " + checkpoint.head().size() + " entries, root "
                + checkpoint.head().root().hex() + ", "
                + checkpoint.signatures().size() + " signatures";
    }

    private static String act(Act act) {
        var words = switch (act) {
            case Act.ClaimRefused _ -> "a wrong claim code was refused";
            case Act.Claimed claimed -> "the box was claimed by " + claimed.client();
            case Act.CertificateAccepted accepted ->
                accepted.certificates().size() + " certificates of the sealing key accepted";
            case Act.Copied copied -> "acts below " + copied.below() + " are in the log, the last at " + copied.index();
            case Act.SensorsSet set -> "settings of sensors, " + set.document().length() + " characters";
            case Act.AnchorageOrdered ordered ->
                "the order to " + ordered.order().word()
                        + (ordered.number().isPresent()
                                ? " publication " + ordered.number().getAsLong() + " on"
                                : "")
                        + " anchorage " + ordered.anchorage();
            case Act.UpdateCopied copied ->
                "acts of the update agent below " + copied.below() + " are in the log, the last at " + copied.index();
        };
        return words + ", " + time(act.stamp().clock()) + ", by " + act.stamp().by();
    }

    private static String handOver(JournalEntry entry) throws CborMalformed {
        var in = new CborReader(entry.leaf())
                .arrayOf(4)
                .expect("sealpost-handovers")
                .expect(1);
        var leaf = in.bytes(Leaf.MAX_SIZE_BYTES);
        var name = in.text(512);
        if (!(Leaf.parse(leaf) instanceof HandOverLeaf parsed)) throw new CborMalformed(0, "not a hand-over");
        return "hand-over at entry " + parsed.handOver().index() + " of the log, to the key " + Printable.escape(name);
    }

    private static String keptAnchoring(JournalEntry entry) throws CborMalformed {
        var in = new CborReader(entry.leaf()).arrayOf(2);
        long index = in.unsigned();
        byte[] kept = in.bytes(KeptEntries.MAX_ENTRY_SIZE_BYTES);
        in.end();
        return "kept of entry " + index + ": " + anchoring(index, kept);
    }

    private static String anchoring(JournalEntry entry) throws CborMalformed {
        return anchoring(entry.index(), entry.leaf());
    }

    private static String anchoring(long index, byte[] leaf) throws CborMalformed {
        var in = new CborReader(leaf);
        int count = in.array(16);
        if (index == 0 && count == 6) {
            in.expect("sealpost-anchors").expect(1);
            var name = in.text(MAX_TEXT_BYTES);
            var origin = in.bytes(Hash.SIZE);
            return "begins: anchorage " + Printable.escape(name) + ", kind "
                    + Printable.escape(in.text(MAX_TEXT_BYTES)) + ", origin id "
                    + HexFormat.of().formatHex(origin);
        }
        int type = (int) in.unsigned("type", 1, STEPS.size());
        long at = in.unsigned();
        return "head of " + in.unsigned() + " entries: " + STEPS.get(type - 1) + ", " + Instant.ofEpochMilli(at);
    }

    private static String keptProof(JournalEntry entry) throws CborMalformed {
        var in = new CborReader(entry.leaf()).arrayOf(2);
        long index = in.unsigned();
        byte[] kept = in.bytes(MAX_TEXT_BYTES);
        in.end();
        return "kept of entry " + index + ": " + proof(new JournalEntry(index, kept, entry.body(), entry.state()));
    }

    private static String proof(JournalEntry entry) throws CborMalformed {
        var in = new CborReader(entry.leaf());
        int count = in.array(6);
        if (count == 4) {
            in.expect("sealpost-proofs").expect(1);
            return "begins: proofs of anchors on " + Printable.escape(in.text(MAX_TEXT_BYTES));
        }
        var body = entry.hasBody() ? entry.body().length + " bytes" : "body lost to damage";
        if (in.unsigned("type", 1, 2) == 2) {
            return "part that proofs share, " + body + ", SHA-256 "
                    + HexFormat.of().formatHex(in.fixed(Hash.SIZE));
        }
        return "proof of the head of " + in.unsigned() + " entries, " + body;
    }

    private static String replaced(JournalEntry entry) throws CborMalformed {
        var in = new CborReader(entry.leaf());
        if (in.array(6) == 4) {
            in.expect("sealpost-replaced").expect(1);
            return "begins: requests made in the place of stuck ones on " + Printable.escape(in.text(MAX_TEXT_BYTES));
        }
        in.unsigned("type", 1, 1);
        var at = Instant.ofEpochMilli(in.unsigned());
        var first = HexFormat.of().formatHex(in.fixed(Hash.SIZE));
        var id = HexFormat.of().formatHex(in.fixed(Hash.SIZE));
        return "request " + id + " in the place of " + first + ", nonce " + in.unsigned() + ", " + at;
    }

    private static String published(JournalEntry entry) throws CborMalformed {
        return published(entry.index() == 0, entry.leaf());
    }

    private static String published(boolean begins, byte[] entry) throws CborMalformed {
        var in = new CborReader(entry);
        int count = in.array(8);
        if (begins) {
            in.requireItems(count, 4);
            in.expect("sealpost-published").expect(1);
            return "begins: publications to " + Printable.escape(in.text(MAX_TEXT_BYTES));
        }
        int type = (int) in.unsigned("type", 1, PUBLISHING_STEPS.size() + 2);
        var at = ", " + Instant.ofEpochMilli(in.unsigned());
        long number = in.unsigned();
        if (type > PUBLISHING_STEPS.size()) {
            return (type == PUBLISHING_STEPS.size() + 1
                            ? published(in) + ", with " + number + " entries in the log"
                            : "reached: kind " + Printable.escape(in.text(MAX_TEXT_BYTES)) + ", numbers begin at "
                                    + number)
                    + at;
        }
        var step = PUBLISHING_STEPS.get(type - 1);
        var words = "publication " + number + ": " + step;
        return words
                + switch (step) {
                    case "made" -> ", " + publishedKind(in) + ", " + run(in.unsigned(), in.unsigned());
                    case "included", "final" -> ", height " + heightBehindDigest(in);
                    case "ambiguous", "dropped", "set aside", "given up" ->
                        ", " + Printable.escape(in.text(MAX_TEXT_BYTES));
                    default -> "";
                }
                + at;
    }

    private static long heightBehindDigest(CborReader in) throws CborMalformed {
        in.fixed(Hash.SIZE);
        return in.unsigned();
    }

    private static String published(CborReader in) throws CborMalformed {
        int profiles = in.array(256);
        var words = new StringBuilder(profiles == 0 ? "publishes nothing" : "publishes");
        for (int i = 0; i < profiles; i++) {
            in.arrayOf(3);
            words.append(i == 0 ? " " : "; ")
                    .append(Printable.escape(in.text(MAX_TEXT_BYTES)))
                    .append(" as ")
                    .append(publishedKind(in))
                    .append(" from entry ")
                    .append(in.unsigned())
                    .append(" on");
        }
        return words.toString();
    }

    private static String finished(JournalEntry entry) throws CborMalformed {
        var in = new CborReader(entry.leaf());
        in.array(10);
        return switch ((int) in.unsigned("type", 1, 4)) {
            case 1 -> finals(in);
            case 2 -> "not final: " + published(false, in.bytes(MAX_TEXT_BYTES));
            case 3 -> "to get another number: " + published(false, in.bytes(MAX_TEXT_BYTES));
            default -> "kept of what lies before entry " + in.unsigned();
        };
    }

    private static String finals(CborReader in) throws CborMalformed {
        var words = new ArrayList<String>();
        for (int left = in.array(MAX_FINALS_SHOWN); left > 0; left--) {
            in.arrayOf(9);
            var at = Instant.ofEpochMilli(in.unsigned());
            long number = in.unsigned();
            var of = publishedKind(in) + ", " + run(in.unsigned(), in.unsigned());
            in.fixed(Hash.SIZE);
            long height = in.unsigned();
            in.fixed(Hash.SIZE);
            words.add("publication " + number + (in.bool() ? " given up, was: " : ": ") + of + ", height " + height
                    + ", " + at);
        }
        in.end();
        return String.join("; ", words);
    }

    private static String publishedKind(CborReader in) throws CborMalformed {
        return PUBLISHED_KINDS.get((int) in.unsigned("kind", 1, PUBLISHED_KINDS.size()) - 1);
    }

    private static String run(long first, long count) {
        return count == 1 ? "entry " + first : "entries " + first + " to " + (first + count - 1);
    }

    private static String lodged(JournalEntry entry) throws CborMalformed {
        var in = new CborReader(entry.leaf());
        if (in.array(6) == 3) {
            in.expect("sealpost-local-ledger").expect(1);
            return "begins: local ledger " + HexFormat.of().formatHex(in.fixed(Hash.SIZE));
        }
        var origin = in.text(MAX_TEXT_BYTES);
        return "head of " + in.unsigned() + " entries of " + Printable.escape(origin) + ", root "
                + HexFormat.of().formatHex(in.fixed(Hash.SIZE));
    }

    private static String time(ClockReading clock) {
        return clock.time() + " (" + clock.state().name().toLowerCase(Locale.ROOT) + ")";
    }
}
