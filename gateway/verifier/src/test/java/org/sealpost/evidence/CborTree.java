package org.sealpost.evidence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// A CBOR item taken apart, also inside byte strings that hold CBOR, so that any part can be altered and the whole be
/// encoded anew: the length of everything around it is right again.
sealed interface CborTree {
    record Number(long bits, boolean negative) implements CborTree {}

    record Bytes(byte[] value) implements CborTree {}

    record Text(String value) implements CborTree {}

    /// An array, a map (keys and values in turn), or a tagged item.
    record Branch(Kind kind, List<CborTree> items) implements CborTree {
        Branch with(int position, CborTree item) {
            var changed = new ArrayList<>(items);
            changed.set(position, item);
            return new Branch(kind, changed);
        }
    }

    /// A byte string that holds an item.
    record Wrapped(CborTree inner) implements CborTree {}

    record Nothing() implements CborTree {}

    enum Kind {
        ARRAY,
        MAP,
        TAG_18
    }

    static CborTree parse(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes);
        var tree = read(in);
        in.end();
        return tree;
    }

    private static CborTree read(CborReader in) throws CborMalformed {
        return switch (in.major()) {
            case 0 -> new Number(in.unsignedBits(), false);
            case 1 -> new Number(in.integer(), true);
            case 2 -> bytes(in.bytes(Integer.MAX_VALUE));
            case 3 -> new Text(in.text(Integer.MAX_VALUE));
            case 4 -> new Branch(Kind.ARRAY, items(in, in.array(10_000)));
            case 5 -> new Branch(Kind.MAP, items(in, 2 * in.map(10_000)));
            case 6 -> new Branch(Kind.TAG_18, items(in.tag(18), 1));
            default -> {
                if (!in.nil()) throw new CborMalformed(in.position(), "no boolean occurs here");
                yield new Nothing();
            }
        };
    }

    private static List<CborTree> items(CborReader in, int count) throws CborMalformed {
        var items = new ArrayList<CborTree>();
        for (int i = 0; i < count; i++) items.add(read(in));
        return items;
    }

    private static CborTree bytes(byte[] value) {
        try {
            // Only composite items: any short byte string is by chance a number.
            if (parse(value) instanceof Branch branch) return new Wrapped(branch);
        } catch (CborMalformed e) {
            return new Bytes(value);
        }
        return new Bytes(value);
    }

    default byte[] encode() {
        var out = new CborWriter();
        write(out);
        return out.toBytes();
    }

    private void write(CborWriter out) {
        switch (this) {
            case Number number -> {
                if (number.negative()) out.integer(number.bits());
                else out.unsigned(number.bits());
            }
            case Bytes bytes -> out.bytes(bytes.value());
            case Text text -> out.text(text.value());
            case Wrapped wrapped -> out.bytes(wrapped.inner().encode());
            case Nothing nothing -> out.nil();
            case Branch branch -> {
                switch (branch.kind()) {
                    case ARRAY -> out.array(branch.items().size());
                    case MAP -> out.map(branch.items().size() / 2);
                    case TAG_18 -> out.tag(18);
                }
                for (var item : branch.items()) item.write(out);
            }
        }
    }

    /// This tree with one part altered, for each part and each way of altering it.
    default List<CborTree> alterations() {
        var altered = new ArrayList<CborTree>();
        switch (this) {
            case Number number -> {
                for (long step : new long[] {1, -1, 1L << 8, 1L << 32, Long.MIN_VALUE}) {
                    altered.add(new Number(number.bits() + step, number.negative() && number.bits() + step < 0));
                }
                altered.add(new Number(~number.bits(), !number.negative() && ~number.bits() < 0));
                altered.add(new Text("1"));
            }
            case Bytes bytes -> alter(bytes.value(), altered);
            case Text text -> {
                altered.add(new Text(text.value() + "x"));
                altered.add(new Text(""));
                altered.add(new Text(text.value().replace('e', 'f') + "\u0000"));
                altered.add(new Nothing());
            }
            case Wrapped wrapped -> {
                for (var inner : wrapped.inner().alterations()) altered.add(new Wrapped(inner));
                alter(wrapped.inner().encode(), altered);
                altered.add(wrapped.inner());
            }
            case Nothing nothing -> {
                altered.add(new Bytes(new byte[0]));
                altered.add(new Bytes(new byte[32]));
                altered.add(new Branch(Kind.ARRAY, List.of()));
            }
            case Branch branch -> alter(branch, altered);
        }
        return altered;
    }

    private static void alter(byte[] value, List<CborTree> altered) {
        for (int i : new int[] {0, value.length / 2, value.length - 1}) {
            if (i < 0 || i >= value.length) continue;
            var flipped = value.clone();
            flipped[i] ^= 1;
            altered.add(new Bytes(flipped));
        }
        altered.add(new Bytes(Arrays.copyOf(value, value.length + 1)));
        altered.add(new Bytes(Arrays.copyOf(value, Math.max(0, value.length - 1))));
        altered.add(new Bytes(new byte[value.length]));
        altered.add(new Bytes(new byte[0]));
        altered.add(new Nothing());
    }

    private static void alter(Branch branch, List<CborTree> altered) {
        var items = branch.items();
        for (int i = 0; i < items.size(); i++) {
            for (var item : items.get(i).alterations()) altered.add(branch.with(i, item));
            var twice = new ArrayList<>(items);
            twice.add(i, items.get(i));
            altered.add(new Branch(branch.kind() == Kind.TAG_18 ? Kind.ARRAY : branch.kind(), even(branch, twice)));
            var without = new ArrayList<>(items);
            without.remove(i);
            if (branch.kind() == Kind.ARRAY) altered.add(new Branch(Kind.ARRAY, without));
            if (i > 0) {
                var swapped = new ArrayList<>(items);
                swapped.set(i, items.get(i - 1));
                swapped.set(i - 1, items.get(i));
                altered.add(new Branch(branch.kind(), swapped));
            }
        }
        altered.add(new Branch(branch.kind() == Kind.TAG_18 ? Kind.ARRAY : branch.kind(), List.of()));
    }

    private static List<CborTree> even(Branch branch, ArrayList<CborTree> items) {
        if (branch.kind() == Kind.MAP && items.size() % 2 == 1) items.add(new Nothing());
        return items;
    }

    /// This tree with one part taken from the same place of another tree, for each place that both have.
    default List<CborTree> transplants(CborTree other) {
        var mixed = new ArrayList<CborTree>();
        if (this instanceof Wrapped mine && other instanceof Wrapped theirs) {
            for (var inner : mine.inner().transplants(theirs.inner())) mixed.add(new Wrapped(inner));
            mixed.add(other);
        } else if (this instanceof Branch mine && other instanceof Branch theirs) {
            for (int i = 0; i < Math.min(mine.items().size(), theirs.items().size()); i++) {
                for (var item : mine.items().get(i).transplants(theirs.items().get(i))) mixed.add(mine.with(i, item));
            }
            mixed.add(other);
        } else {
            mixed.add(other);
        }
        return mixed;
    }
}
