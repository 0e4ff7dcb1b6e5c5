package org.sealpost.seal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.sealpost.journal.Journal;

/// The leaves of a log, wherever they lie: in the entries journal, or in the leaf archive once the segment that
/// held them was given up. Any thread that may read disks.
public interface Leaves {
    /// Those of a log that has given up nothing.
    static Leaves of(Journal entries) {
        return new StoredLeaves(entries, new BundleFiles(new BundleDirectory(Path.of(LeafArchive.FOLDER)))::missing);
    }

    /// Those of a log whose tree is not open yet: what comes from the leaf archive is not checked.
    ///
    /// @param archive [LeafArchive#FOLDER] in the data directory, which need not exist
    static Leaves unchecked(Journal entries, Path archive) {
        return unchecked(entries, new BundleDirectory(archive));
    }

    /// The same, wherever the bundles lie.
    static Leaves unchecked(Journal entries, BundleFolder archive) {
        return new StoredLeaves(entries, new BundleFiles(archive)::read);
    }

    /// Entries that are durable.
    long size();

    /// @throws IndexOutOfBoundsException if there is no such entry
    /// @throws IOException if it cannot be read, is not the one that the tree holds, or was lost to damage
    byte[] leaf(long index) throws IOException;

    /// Hands up to `max` leaves, from `from` on, to the visitor, and the hashes of those that were lost. An exception
    /// of the visitor ends the scan.
    ///
    /// @param from may be [#size], then there is nothing to see
    default void scan(long from, int max, Journal.LeafVisitor visitor) throws IOException {
        scanBytes(from, max, new Journal.LeafBytes() {
            @Override
            public void visit(long index, byte[] bytes, int offset, int length) throws IOException {
                visitor.visit(index, Arrays.copyOfRange(bytes, offset, offset + length));
            }

            @Override
            public void lost(long index, byte[] leafHash) throws IOException {
                visitor.lost(index, leafHash);
            }
        });
    }

    /// The same for leaves that are only looked at.
    void scanBytes(long from, int max, Journal.LeafBytes visitor) throws IOException;
}
