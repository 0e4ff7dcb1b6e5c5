package org.sealpost.admin;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.PublicationRelay;

/// How publishing to one anchorage stands, as facts.
///
/// @param waiting  publications that are not final, but for those that were set aside
/// @param takes    how long these take, as it went of late; empty where nobody can tell
/// @param setAside those that are tried no more unless somebody orders it
public record PublishingState(
        long waiting,
        Optional<Duration> takes,
        List<PublicationRelay.SetAside> setAside,
        Optional<Anchored.Trouble> trouble) {
    public PublishingState {
        setAside = List.copyOf(setAside);
    }
}
