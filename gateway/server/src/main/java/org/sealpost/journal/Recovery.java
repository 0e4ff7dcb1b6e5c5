package org.sealpost.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opening: tells the torn end of the last segment from damage, and makes durable what it found, before anybody reads.
///
/// The decision table stands in `docs/formats.md` §7.
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final int WINDOW_BYTES = 1024 * 1024;

    private final Disk disk;
    private final String kind;
    private final long floor;
    private final TailCopy tailCopy;

    Recovery(Disk disk, String kind, long floor, TailCopy tailCopy) {
        this.disk = disk;
        this.kind = kind;
        this.floor = floor;
        this.tailCopy = tailCopy;
    }

    /// What was found.
    ///
    /// @param headers of all segments, in order
    /// @param last the last of them, with all its groups
    /// @param closed whether it has its footer, so that nothing can be added to it
    record Found(List<SegmentHeader> headers, OpenSegment last, boolean closed) {
        long nextIndex() {
            return last.header().firstIndex() + last.groups().entryCount();
        }

        long nextGroup() {
            return last.header().firstGroup() + last.groups().count();
        }
    }

    /// @return empty for a directory without segments
    Optional<Found> run(List<String> names) throws IOException {
        List<String> segments =
                names.stream().filter(SegmentHeader::isName).sorted().toList();
        if (segments.isEmpty()) {
            if (floor > 0) {
                throw new JournalDamaged(
                        kind, 0, 0, floor - 1, "no segment is there, expected %d entries".formatted(floor));
            }
            return Optional.empty();
        }
        List<SegmentHeader> headers = readHeaders(segments);
        for (int place = 0; place + 1 < headers.size(); place++) {
            checkClosed(headers.get(place), headers.get(place + 1));
        }
        SegmentHeader lastHeader = headers.getLast();
        DiskFile file = disk.open(lastHeader.fileName());
        try {
            Found found = readLast(headers, file);
            makeDurable(found);
            return Optional.of(found);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private List<SegmentHeader> readHeaders(List<String> names) throws IOException {
        List<SegmentHeader> headers = new ArrayList<>();
        for (String name : names) {
            @Nullable SegmentHeader before = headers.isEmpty() ? null : headers.getLast();
            try (DiskFile file = disk.open(name)) {
                SegmentHeader header = SegmentHeader.read(file);
                checkIdentity(header, name, before);
                headers.add(header);
            } catch (Flaw flaw) {
                throw new JournalDamaged(
                        kind + "/" + name, flaw.offset(), before == null ? 0 : before.firstIndex(), -1, flaw.problem());
            }
        }
        return headers;
    }

    private void checkIdentity(SegmentHeader header, String name, @Nullable SegmentHeader before) throws Flaw {
        String what = "segment header";
        if (!header.kind().equals(kind)) {
            throw Flaw.field(what, 0, "journal kind", "'" + header.kind() + "'", "'" + kind + "'");
        }
        if (header.number() != SegmentHeader.numberIn(name)) {
            throw Flaw.field(what, 0, "number", header.number(), SegmentHeader.numberIn(name));
        }
        if (header.sizeBytes() < 2 * Layout.BLOCK_SIZE || header.sizeBytes() % Layout.BLOCK_SIZE != 0) {
            throw Flaw.field(what, 0, "segment size", header.sizeBytes(), "whole blocks, at least 2");
        }
        if (before == null) {
            return;
        }
        if (header.number() != before.number() + 1) {
            throw Flaw.field(what, 0, "number", header.number(), before.number() + 1 + " (a segment is missing)");
        }
        if (!Arrays.equals(header.journalId(), before.journalId())) {
            throw Flaw.field(what, 0, "journal id", "another one", "that of the segment before");
        }
        if (header.firstIndex() < before.firstIndex() || header.firstGroup() < before.firstGroup()) {
            throw Flaw.field(what, 0, "first index", header.firstIndex(), "at least " + before.firstIndex());
        }
    }

    /// A closed segment is opened by its trailer alone. When that is spoilt, all of it is read.
    private void checkClosed(SegmentHeader header, SegmentHeader next) throws IOException {
        try (DiskFile file = disk.open(header.fileName())) {
            try {
                SegmentFooter.readClosed(file, header, next);
                return;
            } catch (Flaw flaw) {
                LOG.warn("{}: {}; reading the segment instead", header.fileName(), flaw.problem());
            }
            readClosed(file, header, next);
        }
    }

    /// Reads and checks all groups of a closed segment, which must lead exactly to the next one.
    static GroupIndex readClosed(DiskFile file, SegmentHeader header, SegmentHeader next) throws IOException {
        SegmentReader reader = new SegmentReader(file, header, WINDOW_BYTES);
        GroupIndex groups = new GroupIndex();
        long missing = next.firstIndex() - header.firstIndex();
        try {
            while (groups.entryCount() < missing) {
                addNext(reader, header, groups);
            }
        } catch (Flaw flaw) {
            throw new JournalDamaged(
                    header.kind() + "/" + header.fileName(),
                    flaw.offset(),
                    header.firstIndex() + groups.entryCount(),
                    next.firstIndex() - 1,
                    flaw.problem());
        }
        if (groups.entryCount() != missing || groups.count() != next.firstGroup() - header.firstGroup()) {
            throw new JournalDamaged(
                    header.kind() + "/" + header.fileName(),
                    groups.end(),
                    next.firstIndex(),
                    -1,
                    "its groups end with entry %d, the next segment begins with %d"
                            .formatted(header.firstIndex() + groups.entryCount() - 1, next.firstIndex()));
        }
        return groups;
    }

    private static void addNext(SegmentReader reader, SegmentHeader header, GroupIndex groups)
            throws IOException, Flaw {
        SegmentReader.Group group = reader.group(
                groups.end(), header.firstGroup() + groups.count(), header.firstIndex() + groups.entryCount());
        groups.add(group.lengthBytes(), group.count());
    }

    private Found readLast(List<SegmentHeader> headers, DiskFile file) throws IOException {
        SegmentHeader header = headers.getLast();
        completeSize(file, header);
        GroupIndex groups = new GroupIndex();
        @Nullable Flaw flaw = readGroups(file, header, groups);
        long nextIndex = header.firstIndex() + groups.entryCount();
        @Nullable SegmentFooter footer = footerOf(file, header);
        boolean closed = footer != null && footer.closes(header, groups);
        if (footer != null && !closed) {
            long last = header.firstIndex() + footer.entryCount() - 1;
            boolean missing = last >= nextIndex;
            throw new JournalDamaged(
                    header.kind() + "/" + header.fileName(),
                    groups.end(),
                    missing ? nextIndex : header.firstIndex(),
                    missing ? last : -1,
                    problem(flaw, groups) + ", but the segment was closed behind entry " + last);
        }
        if (!closed) {
            refuseUnlessTail(file, header, groups, flaw);
        }
        if (nextIndex < floor) {
            throw new JournalDamaged(
                    header.kind() + "/" + header.fileName(),
                    groups.end(),
                    nextIndex,
                    floor - 1,
                    problem(flaw, groups) + ", but entries below %d were known to be forced".formatted(floor));
        }
        return new Found(headers, new OpenSegment(header, file, groups), closed);
    }

    /// Adds all valid groups, and says what ended them: null when the segment is full.
    private @Nullable Flaw readGroups(DiskFile file, SegmentHeader header, GroupIndex groups) throws IOException {
        long end = header.sizeBytes() - Layout.BLOCK_SIZE;
        while (groups.end() < end) {
            try {
                // A reader for each stretch: what it holds in memory is stale once the copy has been put back.
                SegmentReader reader = new SegmentReader(file, header, WINDOW_BYTES);
                while (groups.end() < end) {
                    addNext(reader, header, groups);
                }
            } catch (Flaw flaw) {
                if (!putBack(file, header, groups)) {
                    return flaw;
                }
            }
        }
        return null;
    }

    private boolean putBack(DiskFile file, SegmentHeader header, GroupIndex groups) throws IOException {
        Optional<ByteBuffer> kept = tailCopy.kept(header, groups.end());
        if (kept.isEmpty()) {
            return false;
        }
        // Checked before it is written: a copy that was being made when the power failed is no copy.
        SegmentReader copy = new SegmentReader(new ShiftedBytes(kept.get(), groups.end()), header, WINDOW_BYTES);
        try {
            addNext(copy, header, groups);
        } catch (Flaw torn) {
            return false;
        }
        long offset = groups.offset(groups.count() - 1);
        LOG.warn("{}: the group at {} was spoilt while it was rewritten; put back", header.fileName(), offset);
        file.write(offset, kept.get());
        file.force();
        return true;
    }

    /// A cut below the size of the file can only be an outsider's doing; groups are checked all the same, so room is
    /// made to go on behind the last good one.
    private static void completeSize(DiskFile file, SegmentHeader header) throws IOException {
        long size = file.size();
        while (size < header.sizeBytes()) {
            ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, header.sizeBytes() - size));
            file.write(size, zeros);
            size += zeros.capacity();
        }
    }

    private static @Nullable SegmentFooter footerOf(DiskFile file, SegmentHeader header) throws IOException {
        try {
            return SegmentFooter.read(file, header);
        } catch (Flaw none) {
            return null;
        }
    }

    /// A group is written only after the one before it was forced: whatever is left of a later group proves that the
    /// one missing here was durable.
    private static void refuseUnlessTail(DiskFile file, SegmentHeader header, GroupIndex groups, @Nullable Flaw flaw)
            throws IOException {
        if (flaw == null) {
            return;
        }
        long group = header.firstGroup() + groups.count();
        long index = header.firstIndex() + groups.entryCount();
        Optional<SegmentReader.Later> later = new SegmentReader(file, header, WINDOW_BYTES).later(groups.end(), group);
        if (later.isPresent()) {
            SegmentReader.Later found = later.get();
            throw new JournalDamaged(
                    header.kind() + "/" + header.fileName(),
                    flaw.offset(),
                    index,
                    Math.max(index, found.firstIndex() - 1),
                    "%s, but group %d is at %d".formatted(flaw.problem(), found.group(), found.offset()));
        }
    }

    private static String problem(@Nullable Flaw flaw, GroupIndex groups) {
        return flaw == null ? "the groups end at " + groups.end() : flaw.problem();
    }

    /// What was found may be in the page cache only: after a kill not yet written, after a failed force never to be
    /// written. Only writing it again and forcing it tells.
    private void makeDurable(Found found) throws IOException {
        SegmentHeader header = found.last().header();
        GroupIndex groups = found.last().groups();
        DiskFile file = found.last().file();
        if (groups.count() > 0) {
            long offset = groups.offset(groups.count() - 1);
            ByteBuffer group = ByteBuffer.allocate((int) (groups.end() - offset));
            file.read(offset, group);
            // An opening that was killed may have written it again and not forced it: as long as these sectors are on
            // their way, the copy that is there must not be touched.
            file.force();
            tailCopy.keep(header, offset, group.flip());
            file.write(offset, group);
            file.force();
        }
        if (found.closed()) {
            ByteBuffer footer = SegmentFooter.encode(header, groups);
            file.write(header.sizeBytes() - footer.remaining(), footer);
            file.force();
        }
        disk.forceDirectory();
    }
}
