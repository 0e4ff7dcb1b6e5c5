package org.sealpost.ota.tuf;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// Which versions of targets metadata belong together, by file name. Always has `targets.json`.
public record Snapshot(long version, Instant expires, Map<String, FileVersion> files) implements Metadata {
    public Snapshot {
        Metadata.check(version, expires);
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
        if (!files.containsKey(Role.TARGETS.file())) throw new IllegalArgumentException("no targets.json");
    }

    @Override
    public Role role() {
        return Role.SNAPSHOT;
    }

    public FileVersion targets() {
        return files.get(Role.TARGETS.file());
    }
}
