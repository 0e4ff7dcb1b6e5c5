package org.sealpost.ota.tuf;

import java.time.Instant;

/// Which snapshot is the newest. Signed often, so that a box notices within days when it is kept from the news.
public record Timestamp(long version, Instant expires, FileVersion snapshot) implements Metadata {
    public Timestamp {
        Metadata.check(version, expires);
    }

    @Override
    public Role role() {
        return Role.TIMESTAMP;
    }
}
