package org.sealpost.ota.release;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// How the command line says when what is signed now expires.
final class ExpiryOptions {
    @Option(
            names = "--expires",
            paramLabel = "[ROLE=]WHEN",
            description = {
                "when it is no longer to be trusted: 30d, 12h or 2027-01-31T00:00:00Z, for one role or for all but the root;",
                "by default root=365d, targets=90d, snapshot=30d, timestamp=30d"
            })
    private List<String> expires = new ArrayList<>();

    @Option(names = "--allow-expired", description = "signs even what is expired already; for tests only")
    private boolean allowExpired;

    Expiries expiries() {
        return Expiries.of(expires, Instant.now(), allowExpired);
    }
}
