package org.sealpost.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Goes through all segments of a journal, whatever is wrong with them, and tells of each entry in its order. Changes
/// nothing. Belongs to one thread.
final class JournalSurvey {
    private static final int VERSION_AT = 8;

    private final Disk disk;
    private final String kind;
    private final long floor;
    private final SegmentSurvey.Findings findings;
    private final boolean trustsFooters;
    private long index;

    // Of segments gone by that tell nothing, until one does.
    private String problem = "";
    private String missingIn = "";

    /// @param trustsFooters whether a closed segment with a good footer is taken for whole, as the opening does
    JournalSurvey(Disk disk, String kind, long floor, boolean trustsFooters, SegmentSurvey.Findings findings) {
        this.disk = disk;
        this.kind = kind;
        this.floor = floor;
        this.trustsFooters = trustsFooters;
        this.findings = findings;
    }

    /// A file with the name of a segment.
    ///
    /// @param header null if nothing says what the file holds
    /// @param problem with the header; null if it is whole
    private record Place(
            String name,
            @Nullable SegmentHeader header,
            @Nullable Flaw problem) {
        long number() {
            return SegmentHeader.numberIn(name);
        }
    }

    /// @return where the journal begins, and the index behind its last entry
    Extent run() throws IOException {
        List<String> names = disk.list();
        List<Place> places = new ArrayList<>();
        for (String name : names.stream().filter(SegmentHeader::isName).sorted().toList()) {
            places.add(place(name, places));
        }
        if (places.isEmpty()) {
            if (floor > 0) {
                tell(
                        kind,
                        0,
                        floor - 1,
                        Damage.Gone.BOTH,
                        0,
                        "no segment is there, expected %d entries".formatted(floor));
            }
            return new Extent(Journal.Start.OF_ALL, floor);
        }
        Journal.Start start = start(places);
        index = start.index();
        try (TailCopy tailCopy = TailCopy.toRead(disk, names)) {
            for (int place = 0; place < places.size(); place++) {
                survey(places, place, tailCopy);
            }
        }
        String last = missingIn.isEmpty() ? places.getLast().name() : missingIn;
        if (index < floor) {
            String forced = ", but entries below %d were known to be forced".formatted(floor);
            String found = problem.isEmpty() ? "the groups end with entry %d".formatted(index - 1) : problem;
            tell(last, index, floor - 1, Damage.Gone.BOTH, 0, found + forced);
            index = floor;
        } else if (!problem.isEmpty()) {
            tell(last, index, -1, Damage.Gone.BOTH, 0, problem);
        }
        return new Extent(start, index);
    }

    /// @param nextIndex behind the last entry
    record Extent(Journal.Start start, long nextIndex) {}

    private Place place(String name, List<Place> before) throws IOException {
        try (SpoiltFile file = new SpoiltFile(disk.open(name))) {
            try {
                SegmentHeader header = SegmentHeader.read(file);
                checkIdentity(header, name, before);
                return new Place(name, header, null);
            } catch (Flaw flaw) {
                refuseLaterVersion(name, file);
                return new Place(name, flaw.isOfAnother() ? null : guessed(name, file, before), flaw);
            }
        }
    }

    private void checkIdentity(SegmentHeader header, String name, List<Place> before) throws Flaw {
        if (!header.kind().equals(kind)) {
            throw Flaw.another("journal kind", "'" + header.kind() + "'", "'" + kind + "'");
        }
        if (header.number() != SegmentHeader.numberIn(name)) {
            throw Flaw.another("number", header.number(), SegmentHeader.numberIn(name));
        }
        if (header.sizeBytes() < 2 * Layout.BLOCK_SIZE || header.sizeBytes() % Layout.BLOCK_SIZE != 0) {
            throw Flaw.field("segment header", 0, "segment size", header.sizeBytes(), "whole blocks, at least 2");
        }
        for (Place place : before) {
            @Nullable SegmentHeader earlier = place.header;
            if (earlier == null || place.problem != null) {
                continue;
            }
            if (!Arrays.equals(header.journalId(), earlier.journalId())) {
                throw Flaw.another("journal id", "another one", "that of " + earlier.fileName());
            }
            if (header.firstIndex() < earlier.firstIndex() || header.firstGroup() < earlier.firstGroup()) {
                throw Flaw.another("first index", header.firstIndex(), "at least " + earlier.firstIndex());
            }
        }
    }

    /// What a later version writes is not damage, and nobody may take it for that.
    private void refuseLaterVersion(String name, SpoiltFile file) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(Layout.BLOCK_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        int checksumAt = Layout.BLOCK_SIZE - 4;
        if (file.read(0, block) == Layout.BLOCK_SIZE
                && Short.toUnsignedInt(block.getShort(VERSION_AT)) > SegmentHeader.VERSION
                && block.getInt(checksumAt) == Checksum.unseeded(block.array(), 0, checksumAt)) {
            throw new IOException("%s/%s is of format version %d, this program reads up to %d"
                    .formatted(kind, name, Short.toUnsignedInt(block.getShort(VERSION_AT)), SegmentHeader.VERSION));
        }
    }

    /// A header made from what the file says besides: its first group, or its footer.
    private @Nullable SegmentHeader guessed(String name, SpoiltFile file, List<Place> before) throws IOException {
        long number = SegmentHeader.numberIn(name);
        int size = (int) Math.min(Integer.MAX_VALUE - Layout.BLOCK_SIZE, Layout.toBlocks(file.size()));
        for (long at : new long[] {Layout.BLOCK_SIZE, size - Layout.TRAILER_SIZE}) {
            ByteBuffer bytes = ByteBuffer.allocate(Layout.TRAILER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
            if (at < Layout.BLOCK_SIZE || file.read(at, bytes) < Layout.TRAILER_SIZE) {
                continue;
            }
            byte[] nonce = Arrays.copyOfRange(bytes.array(), 8, 8 + Layout.NONCE_SIZE);
            int checksumAt = Layout.TRAILER_SIZE - 4;
            boolean speaksForItself = bytes.getInt(checksumAt) == new Checksum(nonce).of(bytes.array(), 0, checksumAt);
            if (!speaksForItself) {
                continue;
            }
            if (bytes.getLong(0) == PendingGroup.MAGIC) {
                return new SegmentHeader(kind, new byte[0], number, bytes.getLong(32), bytes.getLong(24), nonce, size);
            }
            if (bytes.getLong(0) == SegmentFooter.MAGIC) {
                long first = endOf(before);
                if (first >= 0) {
                    return new SegmentHeader(kind, new byte[0], number, first, bytes.getLong(24), nonce, size);
                }
            }
        }
        return null;
    }

    /// Where the segment before ends, by its footer; -1 if it does not say so.
    private long endOf(List<Place> before) throws IOException {
        if (before.isEmpty()) {
            return -1;
        }
        @Nullable SegmentHeader header = before.getLast().header;
        if (header == null) {
            return -1;
        }
        try (SpoiltFile file = new SpoiltFile(disk.open(header.fileName()))) {
            return header.firstIndex() + SegmentFooter.read(file, header).entryCount();
        } catch (Flaw none) {
            return -1;
        }
    }

    private static Journal.Start start(List<Place> places) {
        Place first = places.getFirst();
        @Nullable SegmentHeader header = first.header;
        if (header != null) {
            return new Journal.Start(first.number(), header.firstIndex(), header.firstGroup());
        }
        return new Journal.Start(first.number(), 0, 0);
    }

    private void survey(List<Place> places, int at, TailCopy tailCopy) throws IOException {
        Place place = places.get(at);
        if (at > 0 && place.number() != places.get(at - 1).number() + 1) {
            // Its entries are told of where the next known ones begin.
            problem = "segment %016d is missing".formatted(places.get(at - 1).number() + 1);
        }
        @Nullable SegmentHeader header = place.header;
        if (header == null) {
            @Nullable Flaw flaw = place.problem;
            problem = flaw == null ? "" : flaw.problem();
            missingIn = place.name;
            return;
        }
        if (header.firstIndex() > index) {
            tell(
                    missingIn.isEmpty() ? place.name : missingIn,
                    index,
                    header.firstIndex() - 1,
                    Damage.Gone.BOTH,
                    0,
                    problem.isEmpty()
                            ? "the segment begins with entry %d, expected %d".formatted(header.firstIndex(), index)
                            : problem);
        }
        problem = "";
        missingIn = "";
        index = header.firstIndex();
        @Nullable SegmentHeader next = at + 1 < places.size() ? places.get(at + 1).header : null;
        boolean follows = next != null && places.get(at + 1).number() == place.number() + 1;
        SegmentSurvey.Bounds bounds = follows && next != null
                ? new SegmentSurvey.Bounds(next.firstIndex(), next.firstGroup(), 0)
                : new SegmentSurvey.Bounds(-1, -1, at + 1 == places.size() ? floor : 0);
        @Nullable Flaw flaw = place.problem;
        try (SpoiltFile file = new SpoiltFile(disk.open(place.name))) {
            if (bounds.isClosed() && trustsFooters && flaw == null && hasGoodFooter(file, header, bounds)) {
                index = bounds.nextIndex();
                return;
            }
            long first = index;
            index = new SegmentSurvey(header, file, tailCopy, bounds, findings).run();
            if (flaw != null) {
                tell(place.name, first, Math.max(first, index - 1), Damage.Gone.NOTHING, 0, flaw.problem());
            }
            if (bounds.isClosed() && !hasGoodFooter(file, header, bounds)) {
                tell(
                        place.name,
                        first,
                        Math.max(first, index - 1),
                        Damage.Gone.NOTHING,
                        header.sizeBytes() - Layout.TRAILER_SIZE,
                        "the segment's footer is not what its groups say");
            }
        }
    }

    private static boolean hasGoodFooter(SpoiltFile file, SegmentHeader header, SegmentSurvey.Bounds bounds)
            throws IOException {
        try {
            SegmentFooter.readClosed(file, header, bounds.nextIndex(), bounds.nextGroup())
                    .groups(file, header);
            return true;
        } catch (Flaw flaw) {
            return false;
        }
    }

    private void tell(String segment, long first, long last, Damage.Gone gone, long offset, String problem)
            throws IOException {
        String where = segment.equals(kind) ? kind : kind + "/" + segment;
        findings.damage(new Damage(where, offset, first, last, gone, problem));
    }
}
