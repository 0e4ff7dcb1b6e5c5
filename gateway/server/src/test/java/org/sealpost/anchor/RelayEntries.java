package org.sealpost.anchor;

import org.sealpost.record.CborMalformed;

/// What a relay wrote down, for the tests of its kinds.
public final class RelayEntries {
    private RelayEntries() {}

    public static String name(byte[] leaf) throws CborMalformed {
        return RelayEntry.read(leaf).getClass().getSimpleName();
    }
}
