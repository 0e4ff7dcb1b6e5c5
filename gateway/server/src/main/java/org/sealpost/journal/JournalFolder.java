package org.sealpost.journal;

import java.io.IOException;
import java.util.List;

/// What lies in a folder where somebody may have put a journal.
public final class JournalFolder {
    private JournalFolder() {}

    /// Whether its segments are of a journal of this kind, or tell nothing of what they are: then they may be.
    public static boolean mayHold(Disk folder, String kind) throws IOException {
        List<String> segments = folder.list().stream()
                .filter(name -> SegmentHeader.isName(name) || name.equals(Spare.RECYCLED))
                .sorted()
                .toList();
        for (String name : segments) {
            try (DiskFile file = folder.open(name)) {
                return SegmentHeader.read(file).kind().equals(kind);
            } catch (Flaw damaged) {
                // The next one tells.
            }
        }
        return !segments.isEmpty();
    }
}
