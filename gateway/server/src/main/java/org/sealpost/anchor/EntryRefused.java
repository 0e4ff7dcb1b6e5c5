package org.sealpost.anchor;

import java.io.IOException;

/// A relay was to write an entry that the next start could not read: a fault of this software.
///
/// Nothing was written, so the journal stays one that a start can read. The relay goes no further; what is under way
/// there is asked for anew each time that it is tried again.
final class EntryRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private EntryRefused(String relay, Exception why) {
        super(
                relay + " goes no further: it was to write what no start could read, and did not: " + why.getMessage(),
                why);
    }

    /// What is done with an entry at a start.
    interface Reading {
        /// @throws IOException           if its bytes say nothing
        /// @throws IllegalStateException if it does not follow from those before it
        void read() throws IOException;
    }

    /// To be asked before it is written.
    ///
    /// @param relay   as people know it
    /// @param reading of the very bytes that are to be written; leaves no trace
    static void unless(String relay, Reading reading) {
        try {
            reading.read();
        } catch (IOException | IllegalStateException e) {
            throw new EntryRefused(relay, e);
        }
    }

    String remedy() {
        return "this is a fault of the software, and its journal is whole: report it with the log of this box, and go"
                + " back to the release before if it stays; it is tried again";
    }
}
