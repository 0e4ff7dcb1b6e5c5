package org.sealpost.app.inspect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.journal.JournalEntry;
import org.sealpost.record.CborMalformed;

/// A segment of a journal (docs/formats.md §7), read and checked by the journal's own code as if it were the
/// only one.
final class SegmentExplainer implements Explainer {
    static final String MAGIC = "SEALPJRN";

    private static final int VERSION = 1;
    private static final int TRAILER_BYTES = 64;
    private static final String FOOTER = "SPFOOT01";

    // Nothing is appended, so the journal needs little.
    private static final int MAX_ENTRY_BYTES = 1024;
    private static final int GROUP_BYTES = 64 << 10;
    private static final int SEGMENT_BYTES = 1 << 20;

    @Override
    public Optional<Explanation> explain(Subject subject) throws IOException {
        if (!subject.startsWith(MAGIC) || !subject.name().matches("[0-9]{16}\\.segment")) return Optional.empty();
        var header = ByteBuffer.wrap(subject.start()).order(ByteOrder.LITTLE_ENDIAN);
        if (header.capacity() < Subject.START_BYTES) {
            return Optional.of(Explanation.of("journal segment")
                    .damaged("its header is cut off")
                    .done());
        }
        int version = Short.toUnsignedInt(header.getShort(8));
        var draft = Explanation.of("journal segment, version " + version);
        if (version > VERSION)
            return Optional.of(draft.damaged("this program reads up to 1").done());
        var kind = kind(header);
        draft.fact("journal", kind)
                .fact("journal id", HexFormat.of().formatHex(subject.start(), 56, 72))
                .fact("segment", header.getLong(16))
                .fact("size", header.getInt(12) + " bytes")
                .fact("state", isClosed(subject) ? "closed" : "open");
        entries(subject, kind, draft);
        return Optional.of(draft.done());
    }

    private static String kind(ByteBuffer header) {
        int length = Math.min(31, Byte.toUnsignedInt(header.get(72)));
        return new String(header.array(), 73, length, StandardCharsets.US_ASCII);
    }

    private static void entries(Subject subject, String kind, Explanation.Draft draft) throws IOException {
        JournalConfig config;
        try {
            config = new JournalConfig(kind, SEGMENT_BYTES, MAX_ENTRY_BYTES, GROUP_BYTES);
        } catch (IllegalArgumentException e) {
            draft.damaged(String.valueOf(e.getMessage()));
            return;
        }
        var folder = subject.path().toAbsolutePath().getParent();
        var disk = new ReadingDisk(folder, name -> name.equals(subject.name()) || name.equals("tail.copy"));
        try (var journal = Journal.open(disk, config, 0)) {
            long first = journal.firstIndex();
            long count = journal.size() - first;
            draft.fact("entries", count == 0 ? "none yet" : first + " to " + (journal.size() - 1));
            // Whatever is asked for: when a hidden record was captured, and how large it was, is hidden, too.
            var words = EntryWords.of(kind, subject.depth().payloads(), OrderedErasures.beside(folder));
            journal.scan(first, Integer.MAX_VALUE, entry -> {
                var said = said(words, entry, draft);
                if (entry.index() - first < subject.depth().items()) draft.item(entry.index() + ": " + said);
            });
            if (count > subject.depth().items())
                draft.item("... and " + (count - subject.depth().items()) + " more");
        } catch (BrokenPromise damage) {
            draft.damaged(String.valueOf(damage.getMessage()));
        }
    }

    private static String said(EntryWords words, JournalEntry entry, Explanation.Draft draft) {
        try {
            return words.tell(entry);
        } catch (CborMalformed | IllegalArgumentException e) {
            draft.damaged("entry " + entry.index() + " is none that this journal holds: " + e.getMessage());
            return "not understood";
        }
    }

    private static boolean isClosed(Subject subject) throws IOException {
        if (subject.sizeBytes() < TRAILER_BYTES) return false;
        var trailer = ByteBuffer.allocate(FOOTER.length());
        try (var channel = FileChannel.open(subject.path())) {
            channel.read(trailer, subject.sizeBytes() - TRAILER_BYTES);
        }
        return new String(trailer.array(), StandardCharsets.US_ASCII).equals(FOOTER);
    }
}
