package org.sealpost.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.PublicationRelay;

/// How publishing to one anchorage stands, as facts.
///
/// @param waiting  publications that are not final, but for those that were set aside
/// @param takes    how long these take, as it went of late; empty where nobody can tell
/// @param oldest   when the first of them got its number; empty if none has one
/// @param lastFinal the number of the one that became final last; empty if none has
/// @param setAside those that are tried no more unless somebody orders it
public record PublishingState(
        long waiting,
        Optional<Duration> takes,
        Optional<Instant> oldest,
        Optional<Long> lastFinal,
        List<PublicationRelay.SetAside> setAside,
        Optional<Anchored.Trouble> trouble) {
    public PublishingState {
        setAside = List.copyOf(setAside);
    }
}
