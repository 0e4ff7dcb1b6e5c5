package org.sealpost.admin;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.sealpost.ota.UpdateStatus;

/// What the page of updates says, in the words that stand there.
///
/// @param silence why what stands below is old, or is not there
/// @param status  empty if the agent has not answered yet
record UpdatesView(Optional<Silence> silence, Optional<Status> status) {
    record Silence(String cause, String remedy, String since) {}

    /// @param doing    what goes on, in a sentence
    /// @param progress percent, empty where nothing is measured
    record Status(
            List<Fact> runs,
            String doing,
            Optional<Integer> progress,
            Optional<Offer> offer,
            Optional<Refusal> refusal,
            Optional<Last> last,
            List<String> notAgain,
            List<Fact> source,
            Optional<Setback> setback) {}

    record Fact(String name, String value) {}

    /// @param from where it lies, in words
    record Offer(String version, String notes, String from, String size) {}

    record Refusal(String rule, String sentence, String since) {}

    /// @param outcome in words
    record Last(String version, String outcome, String at, String why) {}

    record Setback(String sentence, String since) {}

    static UpdatesView of(UpdateAgent.Seen seen, Instant now) {
        return new UpdatesView(
                seen.silence()
                        .map(silence -> new Silence(
                                Phrases.capitalised(silence.cause()),
                                Phrases.capitalised(silence.remedy()),
                                Phrases.timeAndAge(silence.since(), now))),
                seen.status().map(status -> of(status, now)));
    }

    private static Status of(UpdateStatus status, Instant now) {
        return new Status(
                List.of(
                        new Fact("Release", status.version()),
                        new Fact("Slot", status.slot() + (status.trial() ? ", on trial" : "")),
                        new Fact("Security epoch", Integer.toString(status.epoch())),
                        new Fact("Board", status.board())),
                doing(status),
                status.progress().map(UpdateStatus.Progress::percent),
                status.offer()
                        .map(offer -> new Offer(
                                offer.version(),
                                offer.notes(),
                                offer.from().equals("stick") ? "on the stick" : "at the source",
                                Phrases.bytes(offer.lengthBytes()))),
                status.refusal()
                        .map(refusal ->
                                new Refusal(refusal.rule(), refusal.sentence(), Phrases.timeAndAge(refusal.at(), now))),
                status.last()
                        .map(last -> new Last(
                                last.version(),
                                last.outcome().equals("confirmed") ? "confirmed" : "rolled back",
                                Phrases.timeAndAge(last.at(), now),
                                last.why())),
                status.notAgain(),
                source(status, now),
                status.setback()
                        .map(setback -> new Setback(setback.sentence(), Phrases.timeAndAge(setback.since(), now))));
    }

    private static List<Fact> source(UpdateStatus status, Instant now) {
        var looked = status.checkedAt().map(at -> Phrases.timeAndAge(at, now)).orElse("not yet");
        return List.of(
                new Fact("Address", status.source().url().orElse("none; sticks only")),
                new Fact("Stick", status.source().stick() ? "there" : "none"),
                new Fact("Installs by itself", status.source().automatic() ? "yes" : "no, waits for an order"),
                new Fact("Looked at", status.checking() ? looked + "; looking now" : looked));
    }

    /// What goes on, in a sentence.
    static String doing(UpdateStatus status) {
        var release = status.release().orElse("The release");
        var sentence = switch (status.state()) {
            case "idle" -> "Nothing is under way.";
            case "offered" -> release + " can be installed.";
            case "fetching" -> release + " is being fetched.";
            case "staged" -> release + " is here, and is checked before it is installed.";
            case "installing" -> release + " is being installed into the other slot; this one goes on.";
            case "installed" -> release + " is installed; the box starts it next.";
            case "trial" -> release + " is on trial: it is kept if all is as well as before.";
            case "failed" -> release + " did not prove itself; the box goes back to the release before it.";
            case "damaged" ->
                "The agent's memory of what it did is damaged: it installs nothing until its folder is as it was.";
            default -> "The agent is in the state " + status.state() + ".";
        };
        return sentence
                + status.progress()
                        .map(progress -> " " + Phrases.capitalised(progress.of()) + ": " + progress.percent() + " %.")
                        .orElse("");
    }
}
