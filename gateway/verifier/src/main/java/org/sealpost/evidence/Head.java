package org.sealpost.evidence;

import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// What a log was at a size: the thing that is sealed and anchored.
///
/// @param size number of leaves, from 1
public record Head(Origin origin, long size, Hash root) {
    public Head {
        if (size < 1) throw new IllegalArgumentException("a head has a size from 1, not " + size);
    }
}
