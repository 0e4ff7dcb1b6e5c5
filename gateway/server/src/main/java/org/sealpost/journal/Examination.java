package org.sealpost.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// All that is wrong with the files of a journal. Reads them and changes nothing.
public final class Examination {
    private final String kind;
    private final List<Damage> damages;
    private final JournalSurvey.Extent extent;
    private final long largestEntryBytes;

    private Examination(String kind, List<Damage> damages, JournalSurvey.Extent extent, long largestEntryBytes) {
        this.kind = kind;
        this.damages = List.copyOf(damages);
        this.extent = extent;
        this.largestEntryBytes = largestEntryBytes;
    }

    /// Reads every byte of a journal that means something. Nobody may write to it meanwhile.
    ///
    /// @param floor entries below this index are known to have been forced
    /// @throws IOException if the files cannot be opened, or are a later version's
    public static Examination of(Disk disk, String kind, long floor) throws IOException {
        return of(disk, kind, floor, false);
    }

    /// What an opening that met damage can say of all of it: only segments that it would not open are read. Empty where
    /// even that fails.
    static List<Damage> atOpening(Disk disk, String kind, long floor) {
        try {
            return of(disk, kind, floor, true).damages;
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Examination of(Disk disk, String kind, long floor, boolean trustsFooters) throws IOException {
        Found found = new Found();
        JournalSurvey.Extent extent = new JournalSurvey(disk, kind, floor, trustsFooters, found).run();
        return new Examination(kind, found.damages, extent, found.largestEntryBytes);
    }

    private static final class Found implements SegmentSurvey.Findings {
        private final List<Damage> damages = new ArrayList<>();
        private long largestEntryBytes;

        @Override
        public void entry(SegmentReader reader, SegmentReader.Frame frame, boolean bodyReadable) {
            largestEntryBytes = Math.max(largestEntryBytes, (long) frame.leafLength() + frame.bodyLength());
        }

        @Override
        public void damage(Damage damage) {
            if (!damages.isEmpty() && damages.getLast().isContinuedBy(damage)) {
                damages.add(damages.removeLast().upTo(damage.lastIndex()));
            } else {
                damages.add(damage);
            }
        }
    }

    /// In the order of the entries; those without a loss behind what was lost in their segment.
    public List<Damage> damages() {
        return damages;
    }

    public boolean isWhole() {
        return damages.isEmpty();
    }

    /// The lowest index that is kept, readable or not.
    public long firstIndex() {
        return extent.start().index();
    }

    /// The index behind the last entry that was there.
    public long nextIndex() {
        return extent.nextIndex();
    }

    Journal.Start start() {
        return extent.start();
    }

    long largestEntryBytes() {
        return largestEntryBytes;
    }

    /// A line for each damage, after one that says what was read.
    public List<String> explanation() {
        List<String> lines = new ArrayList<>();
        lines.add("journal '%s' holds %s: %s"
                .formatted(
                        kind,
                        nextIndex() == firstIndex() ? "no entries" : Damage.entries(firstIndex(), nextIndex() - 1),
                        isWhole() ? "whole" : damages.size() + " damaged places"));
        damages.forEach(damage -> lines.add(damage.toString()));
        return lines;
    }
}
