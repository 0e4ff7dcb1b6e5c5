package org.sealpost.archive.erasure;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.ClockReading;

/// An entry of the journal of erasures (docs/formats.md §18).
public sealed interface ErasureItem {
    String KIND = "sealpost-erasure";
    int VERSION = 1;
    int MAX_RANGES = 4096;
    int MAX_RULE_CHARACTERS = 256;
    Pattern BY = Pattern.compile("[A-Za-z0-9 ._@:%-]{1,128}");

    /// When it was written.
    ClockReading clock();

    /// Bodies are erased from now on.
    ///
    /// @param ranges ascending, neither overlapping nor touching
    record Ordered(ClockReading clock, String by, String rule, ErasureForm form, List<IndexRange> ranges)
            implements ErasureItem {
        public Ordered {
            ranges = List.copyOf(ranges);
            if (!BY.matcher(by).matches()) {
                throw new IllegalArgumentException("who orders it: 1 to 128 letters, digits, spaces and ._@:%-");
            }
            if (!isRule(rule)) {
                throw new IllegalArgumentException(
                        "the rule: 1 to " + MAX_RULE_CHARACTERS + " characters, none of them a control character");
            }
            if (ranges.isEmpty() || ranges.size() > MAX_RANGES) {
                throw new IllegalArgumentException(ranges.size() + " ranges, allowed are 1 to " + MAX_RANGES);
            }
            if (!IndexRange.isMerged(ranges)) {
                throw new IllegalArgumentException("ranges that overlap, touch, or do not ascend");
            }
        }

        private static boolean isRule(String rule) {
            int count = rule.codePointCount(0, rule.length());
            return count >= 1
                    && count <= MAX_RULE_CHARACTERS
                    && rule.codePoints()
                            .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
        }

        Erasure at(long position) {
            return new Erasure(position, clock, by, rule, form, ranges);
        }
    }

    /// The order at a position is in the log.
    ///
    /// @param index where the log has it
    record Copied(ClockReading clock, long position, long index) implements ErasureItem {}

    /// The bytes that the order at a position is about are in no file any more.
    record Removed(ClockReading clock, long position) implements ErasureItem {}

    /// What is left of the slots that the order at a position kept lies here from now on.
    record Kept(ClockReading clock, long position) implements ErasureItem {}

    default byte[] toBytes() {
        var out = new CborWriter();
        switch (this) {
            case Ordered item -> {
                start(out, 8, 1, item.clock).text(item.by).text(item.rule).integer(item.form.number());
                out.array(item.ranges.size());
                for (var range : item.ranges) {
                    out.array(2).integer(range.first()).integer(range.next());
                }
            }
            case Copied item ->
                start(out, 6, 2, item.clock).integer(item.position).integer(item.index);
            case Removed item -> start(out, 5, 3, item.clock).integer(item.position);
            case Kept item -> start(out, 5, 4, item.clock).integer(item.position);
        }
        return out.toBytes();
    }

    private static CborWriter start(CborWriter out, int count, int type, ClockReading clock) {
        out.array(count).text(KIND).integer(VERSION).integer(type);
        clock.write(out);
        return out;
    }

    static ErasureItem read(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes);
        try {
            int count = in.array(8);
            in.expect(KIND).expect(VERSION);
            int type = (int) in.unsigned("type of entry", 1, 4);
            int expected = new int[] {8, 6, 5, 5}[type - 1];
            if (count != expected) throw new CborMalformed(0, count + " items, expected " + expected);
            var clock = ClockReading.read(in);
            ErasureItem item = switch (type) {
                case 1 -> new Ordered(clock, in.text(128), in.text(4 * MAX_RULE_CHARACTERS), form(in), ranges(in));
                case 2 -> new Copied(clock, in.unsigned(), in.unsigned());
                case 3 -> new Removed(clock, in.unsigned());
                default -> new Kept(clock, in.unsigned());
            };
            in.end();
            return item;
        } catch (IllegalArgumentException e) {
            throw new CborMalformed(in.position(), String.valueOf(e.getMessage()));
        }
    }

    private static ErasureForm form(CborReader in) throws CborMalformed {
        return ErasureForm.values()[(int) in.unsigned("form", 1, ErasureForm.values().length) - 1];
    }

    private static List<IndexRange> ranges(CborReader in) throws CborMalformed {
        int count = in.array(MAX_RANGES);
        var ranges = new ArrayList<IndexRange>(count);
        for (int i = 0; i < count; i++) {
            ranges.add(new IndexRange(in.arrayOf(2).unsigned(), in.unsigned()));
        }
        return ranges;
    }
}
