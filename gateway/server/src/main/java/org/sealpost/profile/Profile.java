package org.sealpost.profile;

import org.sealpost.record.HeaderLeaf;

/// A kind of record, in the version that is in force.
///
/// @param name    as in docs/formats.md §2.1
/// @param version from 1; goes into the leaf of each record, so that a later reader knows what it was held to
public record Profile(String name, int version) {
    public Profile {
        if (!HeaderLeaf.isProfile(name)) throw new IllegalArgumentException("not the name of a profile: " + name);
        if (version < 1) throw new IllegalArgumentException("version " + version + " of profile " + name + ": from 1");
    }
}
