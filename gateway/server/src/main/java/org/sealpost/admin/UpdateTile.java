package org.sealpost.admin;

import java.time.Instant;
import java.util.Set;
import org.sealpost.ota.UpdateStatus;

/// The tile of the software of a box that has an update agent: what runs, what is going on, and how the last update
/// ended.
final class UpdateTile {
    private static final String LABEL = "Software";
    private static final Set<String> BUSY = Set.of("fetching", "staged", "installing", "installed", "trial");
    private static final int MAX_LENGTH = 240;

    private UpdateTile() {}

    /// @param status what the agent said last
    /// @param silent whether it does not answer any more
    static Tile of(BoxState.Software software, UpdateStatus status, boolean silent, Instant now) {
        var tile = judged(status, silent)
                .showing(status.version())
                .line("Slot " + status.slot()
                        + software.image().map(image -> ", image " + image).orElse("") + ", software "
                        + software.version());
        if (status.progress().isPresent())
            tile = tile.filledTo(status.progress().get().percent());
        if (BUSY.contains(status.state())
                || status.state().equals("damaged")
                || status.state().equals("failed")) tile = tile.line(UpdatesView.doing(status));
        if (status.offer().isPresent())
            tile = tile.line("Offered: " + status.offer().get().version());
        if (status.refusal().isPresent()) {
            var refusal = status.refusal().get();
            tile = tile.line(
                    "Refused (" + refusal.rule() + "): " + shortened(refusal.sentence()) + ",",
                    Phrases.timeAndAge(refusal.at(), now));
        }
        if (status.last().isPresent()) tile = last(tile, status.last().get(), now);
        return silent ? tile.line("The update agent does not answer: this is what it said last.") : tile;
    }

    private static Tile last(Tile tile, UpdateStatus.Last last, Instant now) {
        boolean confirmed = last.outcome().equals("confirmed");
        tile = tile.line(
                "Last update: " + last.version() + (confirmed ? " confirmed," : " rolled back,"),
                Phrases.timeAndAge(last.at(), now));
        return last.why().isEmpty() ? tile : tile.line("Why: " + shortened(last.why()));
    }

    private static Tile judged(UpdateStatus status, boolean silent) {
        if (status.state().equals("damaged")) return Tile.bad(LABEL, "updates damaged");
        if (silent) return Tile.note(LABEL, "agent silent");
        if (status.trial()) return Tile.note(LABEL, "on trial");
        if (BUSY.contains(status.state())) return Tile.note(LABEL, "updating");
        if (status.state().equals("failed")) return Tile.note(LABEL, "update failed");
        if (status.refusal().isPresent()) return Tile.note(LABEL, "update refused");
        if (status.last().filter(last -> !last.outcome().equals("confirmed")).isPresent())
            return Tile.note(LABEL, "rolled back");
        if (status.offer().isPresent()) return Tile.note(LABEL, "update offered");
        return Tile.good(LABEL, "slot " + status.slot());
    }

    /// The page of updates has all of it.
    private static String shortened(String sentence) {
        return sentence.length() <= MAX_LENGTH ? sentence : sentence.substring(0, MAX_LENGTH) + "…";
    }
}
