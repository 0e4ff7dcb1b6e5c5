package org.sealpost.admin;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.control.Claim;
import org.sealpost.sensor.Discovered;
import org.sealpost.sensor.Trial;

/// The page Sensors. Any thread; no disk.
final class SensorView {
    private static final String TITLE = "Sensors";

    private final Templates templates;
    private final SensorDesk desk;
    private final Supplier<Instant> now;

    /// @param owner what only the owner sees; empty for every other client
    private record Content(List<SensorRow> sensors, boolean none, String asOf, Optional<Care> owner) {}

    /// What is shown beside the list.
    ///
    /// @param refused  why the document was not taken
    /// @param document what stands in the form
    record Care(Optional<String> refused, Optional<Tried> tried, Optional<Found> found, String document) {}

    record Tried(String sensor, boolean works, String words) {}

    record Found(List<Discovered> all, boolean none) {}

    SensorView(Templates templates, SensorDesk desk, Supplier<Instant> now) {
        this.templates = templates;
        this.desk = desk;
        this.now = now;
    }

    Answer page(String client) {
        var care = client.equals(Claim.OWNER)
                ? Optional.of(new Care(Optional.empty(), Optional.empty(), Optional.empty(), desk.document()))
                : Optional.<Care>empty();
        return page(200, client, care);
    }

    /// The part of the page that changes; htmx asks for it every few seconds.
    Answer state(String client) {
        var care = new Care(Optional.empty(), Optional.empty(), Optional.empty(), "");
        return templates.fragment(
                "sensors-state", content(client.equals(Claim.OWNER) ? Optional.of(care) : Optional.empty()));
    }

    /// The form again with what was given, so that nothing typed is lost.
    Answer refused(int status, String client, String sentence, String document) {
        var care = new Care(Optional.of(sentence), Optional.empty(), Optional.empty(), document);
        return page(status, client, Optional.of(care));
    }

    Answer tried(String client, Trial trial) {
        var tried = new Tried(trial.sensor(), trial.works(), trial.words());
        return page(
                200,
                client,
                Optional.of(new Care(Optional.empty(), Optional.of(tried), Optional.empty(), desk.document())));
    }

    Answer found(String client, List<Discovered> all) {
        var found = new Found(all, all.isEmpty());
        return page(
                200,
                client,
                Optional.of(new Care(Optional.empty(), Optional.empty(), Optional.of(found), desk.document())));
    }

    private Answer page(int status, String client, Optional<Care> care) {
        return templates.page(new Page(status, TITLE, "sensors", content(care), Optional.of(client)));
    }

    private Content content(Optional<Care> care) {
        var time = now.get();
        var rows = SensorRow.of(desk, time);
        return new Content(rows, rows.isEmpty(), Phrases.time(time), care);
    }
}
