package org.sealpost.ota.tuf;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Which files may be trusted, by their path.
public record Targets(long version, Instant expires, Map<String, Target> targets) implements Metadata {
    public Targets {
        Metadata.check(version, expires);
        targets = Collections.unmodifiableMap(new LinkedHashMap<>(targets));
        targets.forEach((path, target) -> {
            if (!path.equals(target.path())) throw new IllegalArgumentException(path + " is not " + target.path());
        });
    }

    @Override
    public Role role() {
        return Role.TARGETS;
    }

    public Optional<Target> target(String path) {
        return Optional.ofNullable(targets.get(path));
    }
}
