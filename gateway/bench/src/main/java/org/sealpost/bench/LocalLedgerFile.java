package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;

/// The local ledger of a gateway that is not running, read from its file (docs/formats.md, "Local ledger").
final class LocalLedgerFile {
    private static final int SEGMENT_BYTES = 4 << 20;
    private static final int ENTRY_BYTES = 1024;
    private static final int GROUP_BYTES = 64 << 10;

    private LocalLedgerFile() {}

    /// Sizes of its heads, in their order.
    static List<Long> sizes(Path folder) throws IOException {
        var sizes = new ArrayList<Long>();
        var config = new JournalConfig("local-ledger", SEGMENT_BYTES, ENTRY_BYTES, GROUP_BYTES);
        try (var journal = Journal.open(DirectoryDisk.open(folder), config, 0)) {
            journal.scan(1, Integer.MAX_VALUE, entry -> {
                try {
                    var in = new CborReader(entry.leaf()).arrayOf(6);
                    in.text(128);
                    sizes.add(in.unsigned());
                } catch (CborMalformed e) {
                    throw new IOException("entry " + entry.index() + " of the local ledger: " + e.getMessage(), e);
                }
            });
        }
        return sizes;
    }
}
