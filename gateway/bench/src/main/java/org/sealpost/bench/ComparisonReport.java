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
    ///
    /// @param rounds of the closed loop
    /// @param open   rounds of the open one, by the share of the capacity in per cent
    record Result(
            String name,
            String configuration,
            List<Round> rounds,
            Map<Integer, List<Round>> open,
            Optional<SyncTrace.Finding> trace) {
        Spread spread(ToDoubleFunction<Round> figure) {
            return ComparisonReport.spread(rounds, figure);
        }
    }

    String markdown() {
        var out = new StringBuilder("### MQTT QoS 1, durable and sealed, beside its peers\n\n");
        facts.forEach((name, value) ->
                out.append("- ").append(name).append(": ").append(value).append('\n'));
        out.append("""

                Closed loop, saturated; the servers take turns. Median of the rounds, least and greatest in brackets.
                "Seal p99" is from the acknowledgement of a record to the durable seal over it, by the gateway's own histogram:
                the end of its bucket, over all records of the turn.
                Generator and servers share the processors. CPU is the server process's own, over all that it acknowledged.
                Sealed/s counts everything until the last seal, warm-up included; acknowledged/s the measured window only.
                "Others" is the share of all processors that neither server nor generator used: a rate measured beside
                much of it, or beside more of it than its peer had, is no measure of the server.

                | server | acknowledged/s | sealed/s | CPU µs/record | ack p50 ms | ack p99 ms | seal p99 ms ≤ | others % |
                |---|---|---|---|---|---|---|---|
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
                    sealDelay(result.rounds()),
                    result.spread(r -> 100 * r.othersShare()).text(0));
        }
        ratios(out);
        openLoop(out);
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

    private void openLoop(StringBuilder out) {
        if (results.stream().allMatch(result -> result.open().isEmpty())) return;
        out.append("""

                Open loop: each record has its time, at a share of what its server did in the closed loop of this run, and
                its latency counts from there to its PUBACK, sent or not (no coordinated omission). The generator looks
                every 0.2 ms at what is due.

                | server | load % | due and acknowledged/s | p50 ms | p99 ms | p99.9 ms | seal p99 ms ≤ | CPU µs/record |
                |---|---|---|---|---|---|---|---|
                """);
        for (var result : results) {
            result.open()
                    .forEach((share, rounds) -> row(
                            out,
                            result.name(),
                            Integer.toString(share),
                            spread(rounds, Round::acknowledgedPerSecond).text(0),
                            spread(rounds, r -> r.latencyMillis(0.5)).text(2),
                            spread(rounds, r -> r.latencyMillis(0.99)).text(1),
                            spread(rounds, r -> r.latencyMillis(0.999)).text(1),
                            sealDelay(rounds),
                            spread(rounds, Round::microsPerRecord).text(2)));
        }
    }

    private static String sealDelay(List<Round> rounds) {
        return rounds.stream().allMatch(round -> round.sealDelays().isPresent())
                ? spread(rounds, round -> round.sealDelayMillis(0.99).orElseThrow())
                        .text(0)
                : "–";
    }

    private static Spread spread(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return Spread.of(rounds.stream().mapToDouble(figure));
    }

    private static void row(StringBuilder out, String... cells) {
        out.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
