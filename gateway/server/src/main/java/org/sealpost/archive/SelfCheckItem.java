package org.sealpost.archive;

import java.util.Optional;
import org.sealpost.merkle.TileCoordinates;

/// Something that the self-check looks at.
public sealed interface SelfCheckItem {
    /// Whether a record can be proved, by the program that strangers prove it with.
    record Proof(long index) implements SelfCheckItem {}

    /// Whether the first seal over an entry is one over what the tree holds.
    record SealOver(long index) implements SelfCheckItem {}

    /// Whether a tile file is what the journal leads to.
    record TileFile(int level, long index) implements SelfCheckItem {
        TileCoordinates coordinates() {
            return new TileCoordinates(level, index, TileCoordinates.FULL);
        }
    }

    /// Whether the checksums of a stretch of entries hold.
    record Stretch(long from) implements SelfCheckItem {}

    /// Whether the checksums of the closed segment that begins with an entry hold, from another one on.
    record Segment(long first, long from) implements SelfCheckItem {}

    /// Whether a part of the index answers what the journal says.
    record IndexPart(long first) implements SelfCheckItem {}

    /// Whether there is a verifier at all.
    record Verifying() implements SelfCheckItem {}

    /// One word, as it is kept.
    default String word() {
        return switch (this) {
            case Proof(var index) -> "entry:" + index;
            case SealOver(var index) -> "seal:" + index;
            case TileFile(var level, var index) -> "tile:" + level + "/" + index;
            case Stretch(var from) -> "entries:" + from;
            case Segment(var first, var from) -> "segment:" + first + "/" + from;
            case IndexPart(var first) -> "index:" + first;
            case Verifying() -> "verifier";
        };
    }

    static Optional<SelfCheckItem> of(String word) {
        if (word.equals("verifier")) return Optional.of(new Verifying());
        var parts = word.split("[:/]");
        try {
            return switch (parts[0]) {
                case "entry" -> Optional.of(new Proof(Long.parseLong(parts[1])));
                case "seal" -> Optional.of(new SealOver(Long.parseLong(parts[1])));
                case "tile" -> Optional.of(new TileFile(Integer.parseInt(parts[1]), Long.parseLong(parts[2])));
                case "entries" -> Optional.of(new Stretch(Long.parseLong(parts[1])));
                case "segment" ->
                    Optional.of(new Segment(Long.parseLong(parts[1]), Long.parseLong(parts[parts.length - 1])));
                case "index" -> Optional.of(new IndexPart(Long.parseLong(parts[1])));
                default -> Optional.empty();
            };
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    /// As a person reads it.
    default String title() {
        return switch (this) {
            case Proof(var index) -> "entry " + index;
            case SealOver(var index) -> "seal over entry " + index;
            case TileFile tile -> "log/" + tile.coordinates().path();
            case Stretch(var from) -> "entries from " + from + " on";
            case Segment(var first, var from) when first == from -> "segment of the entries from " + first + " on";
            case Segment(var first, var from) ->
                "segment of the entries from " + first + " on, behind entry " + (from - 1);
            case IndexPart(var first) -> "index of the entries from " + first + " on";
            case Verifying() -> "verifier";
        };
    }

    /// What a person can do where it fails.
    default String remedy() {
        return switch (this) {
            case Proof _, SealOver _, Stretch _, Segment _ ->
                "copy the data directory before anything else, and look at the disk; sealpost inspect --rebuild tells how far"
                        + " it goes";
            case TileFile _ ->
                "delete the file: it is made anew from the journal when it is read; where it comes back, look at the disk";
            case IndexPart _ ->
                "the part is set aside as .bad in the folder index and made anew by itself; look at the disk. It is red"
                        + " until the next check";
            case Verifying _ -> "see that the machine has memory and room for another process; it is tried again";
        };
    }
}
