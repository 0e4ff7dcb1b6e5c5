package org.sealpost.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads one segment as far as it can be read, and tells of each entry in its order whether it is whole. Belongs to one
/// thread.
///
/// A group whose own bytes do not hold is gone over frame by frame: a frame is readable where its own checksums hold,
/// since nobody but the writer of this use can make one.
final class SegmentSurvey {
    private static final int WINDOW_BYTES = 1024 * 1024;

    private final SegmentHeader header;
    private final SpoiltFile file;
    private final TailCopy tailCopy;
    private final Bounds bounds;
    private final Findings findings;

    private long at = Layout.BLOCK_SIZE;
    private long group;
    private long index;

    /// Hears of all entries in the order of their indexes.
    interface Findings {
        /// A frame whose leaf is readable.
        void entry(SegmentReader reader, SegmentReader.Frame frame, boolean bodyReadable) throws IOException;

        /// Entries whose leaf or body is not; of those whose body alone is gone [#entry] tells, too.
        void damage(Damage damage) throws IOException;
    }

    /// What is known of a segment from outside.
    ///
    /// @param nextIndex of the segment behind it; -1 if there is none that says so
    /// @param nextGroup the same
    /// @param floor     entries below it are known to have been forced, wherever they are
    record Bounds(long nextIndex, long nextGroup, long floor) {
        boolean isClosed() {
            return nextIndex >= 0;
        }
    }

    SegmentSurvey(SegmentHeader header, SpoiltFile file, TailCopy tailCopy, Bounds bounds, Findings findings) {
        this.header = header;
        this.file = file;
        this.tailCopy = tailCopy;
        this.bounds = bounds;
        this.findings = findings;
        this.group = header.firstGroup();
        this.index = header.firstIndex();
    }

    /// @return the index behind the last entry that there was
    long run() throws IOException {
        SegmentReader reader = reader();
        boolean whole = true;
        while (goesOn()) {
            @Nullable Flaw flaw = wholeGroup(reader);
            if (flaw == null) {
                continue;
            }
            long before = index;
            boolean more = damagedGroups(flaw);
            whole &= index == before;
            if (!more) {
                break;
            }
            reader = reader();
        }
        if (whole && !bounds.isClosed()) {
            checkFooter();
        }
        if (bounds.isClosed() && index > bounds.nextIndex) {
            tell(
                    bounds.nextIndex,
                    index - 1,
                    Damage.Gone.NOTHING,
                    at,
                    "the next segment begins with entry " + bounds.nextIndex + ", expected " + index);
        }
        return index;
    }

    private boolean goesOn() {
        return bounds.isClosed() ? index < bounds.nextIndex : at < header.sizeBytes() - Layout.BLOCK_SIZE;
    }

    private SegmentReader reader() {
        return new SegmentReader(file, header, Math.min(WINDOW_BYTES, header.sizeBytes()));
    }

    private @Nullable Flaw wholeGroup(SegmentReader reader) throws IOException {
        try {
            tellOf(reader, reader.group(at, group, index));
            return null;
        } catch (Flaw flaw) {
            return keptGroup() ? null : flaw;
        }
    }

    /// The opening puts the copy of the tail back, so what it holds is no damage.
    private boolean keptGroup() throws IOException {
        Optional<ByteBuffer> kept = tailCopy.kept(header, at);
        if (kept.isEmpty()) {
            return false;
        }
        SegmentReader copy = new SegmentReader(new ShiftedBytes(kept.get(), at), header, WINDOW_BYTES);
        try {
            tellOf(copy, copy.group(at, group, index));
            return true;
        } catch (Flaw torn) {
            return false;
        }
    }

    private void tellOf(SegmentReader reader, SegmentReader.Group whole) throws IOException, Flaw {
        long end = at + whole.lengthBytes();
        long next = at + Layout.GROUP_HEADER_SIZE;
        for (int place = 0; place < whole.count(); place++) {
            SegmentReader.Frame frame = reader.frame(next, end, group, index + place);
            findings.entry(reader, frame, true);
            next = frame.end();
        }
        at = end;
        group++;
        index += whole.count();
    }

    /// Goes over what lies between here and the next whole group, or the end.
    ///
    /// @return false if what is here is the end
    private boolean damagedGroups(Flaw flaw) throws IOException {
        List<SegmentReader.Frame> frames = new ArrayList<>();
        SegmentReader reader = reader();
        SegmentReader.@Nullable Group next = null;
        long last = group;
        long forced = index;
        long place = at;
        while (next == null) {
            Optional<SegmentReader.Stray> found = reader.stray(place, header.sizeBytes());
            if (found.isEmpty()) {
                break;
            }
            SegmentReader.Stray stray = found.get();
            SegmentReader.@Nullable Frame frame = stray.frame();
            if (frame != null) {
                place = frame.end();
                frames.add(frame);
            } else {
                place = stray.offset() + Layout.FRAME_ALIGNMENT;
                next = stray.group() > group ? wholeGroupAt(stray) : null;
            }
            // What a later group begins with proves that everything before it was forced.
            if (stray.group() > last) {
                last = stray.group();
                forced = Math.max(forced, stray.firstIndex());
            }
        }
        long end;
        if (next != null) {
            end = next.firstIndex();
        } else if (bounds.isClosed()) {
            end = bounds.nextIndex;
        } else {
            end = endOfTail(frames, Math.max(Math.max(forced, bounds.floor), closedBehind()));
        }
        if (end <= index) {
            return false;
        }
        SegmentReader.@Nullable Group resumed = next;
        long limit = resumed != null ? resumed.number() : bounds.isClosed() ? bounds.nextGroup : Long.MAX_VALUE;
        frames.removeIf(frame -> frame.group() < group || frame.group() >= limit);
        tellOf(frames, end, flaw);
        index = end;
        if (resumed == null) {
            return false;
        }
        at = resumed.offset();
        group = resumed.number();
        return true;
    }

    private SegmentReader.@Nullable Group wholeGroupAt(SegmentReader.Stray stray) throws IOException {
        if (stray.firstIndex() <= index || bounds.isClosed() && stray.firstIndex() >= bounds.nextIndex) {
            return null;
        }
        try {
            return reader().group(stray.offset(), stray.group(), stray.firstIndex());
        } catch (Flaw damagedToo) {
            return null;
        }
    }

    /// In the last segment: entries below `known` were there, and those that follow them without a gap.
    private long endOfTail(List<SegmentReader.Frame> frames, long known) {
        long end = known;
        if (end > index) {
            for (SegmentReader.Frame frame : frames) {
                if (frame.index() == end) {
                    end++;
                }
            }
        }
        return end;
    }

    private long closedBehind() throws IOException {
        try {
            return header.firstIndex() + SegmentFooter.read(file, header).entryCount();
        } catch (Flaw open) {
            return 0;
        }
    }

    /// A last segment with a footer was closed, and then that says what its groups do.
    private void checkFooter() throws IOException {
        SegmentFooter footer;
        try {
            footer = SegmentFooter.read(file, header);
        } catch (Flaw open) {
            return;
        }
        if (!footer.closes(header, index, group, at)) {
            tell(
                    header.firstIndex(),
                    Math.max(header.firstIndex(), index - 1),
                    Damage.Gone.NOTHING,
                    header.sizeBytes() - Layout.TRAILER_SIZE,
                    "the segment's footer is not what its groups say");
        }
    }

    private void tellOf(List<SegmentReader.Frame> frames, long end, Flaw flaw) throws IOException {
        long next = index;
        boolean lost = false;
        SegmentReader reader = reader();
        for (SegmentReader.Frame frame : frames) {
            if (frame.index() < next || frame.index() >= end) {
                continue;
            }
            if (frame.index() > next) {
                tell(next, frame.index() - 1, Damage.Gone.BOTH, flaw.offset(), flaw.problem());
                lost = true;
            }
            lost |= isDamaged(reader, frame);
            next = frame.index() + 1;
        }
        if (next < end) {
            tell(next, end - 1, Damage.Gone.BOTH, flaw.offset(), flaw.problem());
        } else if (!lost) {
            tell(index, end - 1, Damage.Gone.NOTHING, flaw.offset(), flaw.problem());
        }
    }

    private boolean isDamaged(SegmentReader reader, SegmentReader.Frame frame) throws IOException {
        @Nullable Flaw leaf = null;
        @Nullable Flaw body = null;
        try {
            reader.leaf(frame);
        } catch (Flaw flaw) {
            leaf = flaw;
        }
        try {
            reader.body(frame);
        } catch (Flaw flaw) {
            body = flaw;
        }
        if (leaf != null) {
            var gone = body == null ? Damage.Gone.LEAF : Damage.Gone.BOTH;
            tell(frame.index(), frame.index(), gone, leaf.offset(), leaf.problem());
            return true;
        }
        if (body != null) {
            tell(frame.index(), frame.index(), Damage.Gone.BODY, body.offset(), body.problem());
        }
        findings.entry(reader, frame, body == null);
        return body != null;
    }

    private void tell(long first, long last, Damage.Gone gone, long offset, String problem) throws IOException {
        String unreadable = file.firstUnreadable() < 0
                ? ""
                : ", and the disk does not give the block at %d".formatted(file.firstUnreadable());
        findings.damage(
                new Damage(header.kind() + "/" + header.fileName(), offset, first, last, gone, problem + unreadable));
    }
}
