package org.sealpost.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What Home says, in the words that stand there.
///
/// @param calm whether nobody is needed
/// @param asOf the box's clock when it was asked
record HomeView(
        String title,
        boolean calm,
        String headline,
        String asOf,
        List<Problem> problems,
        List<Tile> tiles,
        List<Fact> facts) {

    /// @param since empty where nobody knows
    record Problem(String part, String cause, String remedy, Optional<String> since) {}

    record Fact(String name, String value) {}

    static HomeView of(BoxState state) {
        return of(state, false);
    }

    /// @param owner whether it is the owner who looks: only they see links to the owner's pages
    static HomeView of(BoxState state, boolean owner) {
        var now = state.clock().time();
        var problems = state.parts().stream()
                .filter(part -> !part.well())
                .map(part -> new Problem(
                        part.name(),
                        isOfLedger(part.name()) ? Phrases.legible(part.cause()) : part.cause(),
                        part.remedy(),
                        part.since().map(since -> Phrases.timeAndAge(since, now))))
                .collect(Collectors.toCollection(ArrayList::new));
        // Ready all the same, so that a development machine can be started and watched by scripts.
        state.token()
                .insecure()
                .ifPresent(insecure -> problems.add(new Problem(
                        "token",
                        "INSECURE: " + insecure.cause(),
                        insecure.remedy(),
                        Optional.of(Phrases.timeAndAge(state.token().since(), now)))));
        var headline = problems.isEmpty() ? "All is well" : "Needs you";
        return new HomeView(
                (problems.isEmpty() ? "" : "! ") + headline,
                problems.isEmpty(),
                headline,
                Phrases.time(now),
                problems,
                HomeTiles.of(state, owner),
                facts(state));
    }

    /// What is wrong there may be about blocks and heads, which have hashes.
    private static boolean isOfLedger(String part) {
        return part.startsWith("relay ") || part.startsWith("publications ");
    }

    private static List<Fact> facts(BoxState state) {
        var identity = state.identity();
        var facts = new ArrayList<Fact>();
        facts.add(new Fact("Log origin", identity.origin()));
        identity.goesOnFrom()
                .ifPresent(before -> facts.add(new Fact(
                        "Goes on from",
                        before.origin() + ", which ended"
                                + before.reason().map(reason -> ": " + reason).orElse(""))));
        facts.add(new Fact("Sealing key (SHA-256)", identity.sealingKey()));
        return List.copyOf(facts);
    }
}
