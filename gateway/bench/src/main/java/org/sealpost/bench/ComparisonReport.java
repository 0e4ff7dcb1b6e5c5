package org.sealpost.bench;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// A comparison as a section of Markdown for docs/benchmarks.md.
///
/// @param facts   of the machine and the run, by name
/// @param notes   what was left out, and why
record ComparisonReport(Map<String, String> facts, List<Result> results, List<String> notes) {
    /// What one contender did in all rounds.
    record Result(String name, String configuration, List<Round> rounds, Optional<SyncTrace.Finding> trace) {
        Spread spread(ToDoubleFunction<Round> figure) {
            return Spread.of(rounds.stream().mapToDouble(figure));
        }
    }

    String markdown() {
        var out = new StringBuilder("### MQTT QoS 1, durable and sealed, beside its peers\n\n");
        facts.forEach((name, value) ->
                out.append("- ").append(name).append(": ").append(value).append('\n'));
        out.append("""

                Closed loop, saturated; the servers take turns. Median of the rounds, least and greatest in brackets.
                Generator and servers share the processors. CPU is the server process's own, over all that it acknowledged.
                Sealed/s counts everything until the last seal, warm-up included; acknowledged/s the measured window only.
                "Others" is the share of all processors that neither server nor generator used: a rate measured beside
                much of it, or beside more of it than its peer had, is no measure of the server.

                | server | acknowledged/s | sealed/s | CPU µs/record | ack p50 ms | ack p99 ms | others % |
                |---|---|---|---|---|---|---|
                """);
        for (var result : results) {
            boolean seals =
                    result.rounds().stream().allMatch(r -> r.sealedPerSecond().isPresent());
            row(
                    out,
                    result.name(),
                    result.spread(Round::acknowledgedPerSecond).text(0),
                    seals
                            ? result.spread(r -> r.sealedPerSecond().orElseThrow())
                                    .text(0)
                            : "–",
                    result.spread(Round::microsPerRecord).text(2),
                    result.spread(r -> r.latencyMillis(0.5)).text(1),
                    result.spread(r -> r.latencyMillis(0.99)).text(1),
                    result.spread(r -> 100 * r.othersShare()).text(0));
        }
        ratios(out);
        out.append("\nWhat each does with a record before it answers:\n\n");
        for (var result : results) {
            out.append("- **").append(result.name()).append("**: ").append(result.configuration());
            out.append(". Traced: ");
            out.append(result.trace().map(SyncTrace.Finding::toString).orElse("no"))
                    .append(".\n");
        }
        for (var note : notes) out.append("- ").append(note).append('\n');
        return out.toString();
    }

    /// The first contender beside each other one, round by round, since what slows one of a pair slows the other, too.
    private void ratios(StringBuilder out) {
        var first = results.getFirst();
        if (results.size() < 2) return;
        out.append("\n| pairs of ")
                .append(first.rounds().size())
                .append(" | acknowledged/s | sealed/s to acknowledged/s ");
        out.append("| CPU per record |\n|---|---|---|---|\n");
        for (var other : results.subList(1, results.size())) {
            var pairs = IntStream.range(0, first.rounds().size()).boxed().toList();
            boolean seals =
                    first.rounds().stream().allMatch(r -> r.sealedPerSecond().isPresent());
            row(
                    out,
                    first.name() + " : " + other.name(),
                    Spread.of(pairs.stream()
                                    .mapToDouble(i -> first.rounds().get(i).acknowledgedPerSecond()
                                            / other.rounds().get(i).acknowledgedPerSecond()))
                            .text(2),
                    seals
                            ? Spread.of(pairs.stream()
                                            .mapToDouble(i -> first.rounds()
                                                            .get(i)
                                                            .sealedPerSecond()
                                                            .orElseThrow()
                                                    / other.rounds().get(i).acknowledgedPerSecond()))
                                    .text(2)
                            : "–",
                    Spread.of(pairs.stream()
                                    .mapToDouble(i -> first.rounds().get(i).microsPerRecord()
                                            / other.rounds().get(i).microsPerRecord()))
                            .text(2));
        }
    }

    private static void row(StringBuilder out, String... cells) {
        out.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
