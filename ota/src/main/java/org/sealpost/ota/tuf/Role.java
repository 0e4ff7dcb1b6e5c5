package org.sealpost.ota.tuf;

import java.util.Locale;

/// A top-level role: whose word counts for one of the four metadata files.
public enum Role {
    ROOT,
    TIMESTAMP,
    SNAPSHOT,
    TARGETS;

    /// The name in metadata: `timestamp`.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The file, as metadata and the trusted store name it: `timestamp.json`.
    public String file() {
        return word() + ".json";
    }

    /// The file in a repository with consistent snapshots: `12.snapshot.json`.
    public String file(long version) {
        return version + "." + file();
    }
}
