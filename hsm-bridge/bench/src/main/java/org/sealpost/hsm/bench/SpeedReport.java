package org.sealpost.hsm.bench;

import java.util.List;
import java.util.Map;
import org.sealpost.hsm.bench.Contender.Block;

/// The comparison as Markdown for docs/benchmarks.md, part by part.
final class SpeedReport {
    private SpeedReport() {}

    static String facts(Map<String, String> facts) {
        var out = new StringBuilder();
        facts.forEach((name, value) ->
                out.append("- ").append(name).append(": ").append(value).append('\n'));
        return out.toString();
    }

    /// On SoftHSM: one call at a time, and as many as it can.
    static String real(Turns oneByOne, Turns many) {
        var out = new StringBuilder();
        out.append("""

                SoftHSM, P-256, one session. `Busy`: a contender's only thread signs without pause, or calls are under way all the
                time. `One`: one call, its answer, the next.

                | contender | busy: signatures per processor second | : C program | one: µs, median | more than in the process, µs |
                |---|---|---|---|---|
                """);
        for (String name : many.names()) {
            row(
                    out,
                    name,
                    many.of(name, Block::perProcessorSecond).text(0),
                    many.pairs(
                                    name,
                                    Field.YARDSTICK,
                                    (mine, theirs) -> mine.perProcessorSecond() / theirs.perProcessorSecond())
                            .text(3),
                    oneByOne.of(name, Block::medianMicros).text(1),
                    oneByOne.pairs(name, Field.INSIDE, (mine, theirs) -> mine.medianMicros() - theirs.medianMicros())
                            .text(1));
        }
        return out.toString();
    }

    static String rote(Turns rote) {
        var out = new StringBuilder();
        out.append("""

                A module that signs by rote, which takes next to no time: what is left is the contender's own. Busy, one session.

                | contender | processor µs per signature | more than the C program | signatures/s |
                |---|---|---|---|
                """);
        for (String name : rote.names()) {
            row(
                    out,
                    name,
                    rote.of(name, Block::processorMicros).text(2),
                    rote.pairs(
                                    name,
                                    Field.YARDSTICK,
                                    (mine, theirs) -> mine.processorMicros() - theirs.processorMicros())
                            .text(2),
                    rote.of(name, Block::perSecond).text(0));
        }
        return out.toString();
    }

    static String slow(Turns slow) {
        var out = new StringBuilder();
        double most = Speed.SLOW_SESSIONS * 1e6 / Speed.SLOW_MICROS;
        out.append("""

                A token of %d ms with %d sessions, which can make %.0f signatures a second.

                | contender | signatures/s | share of what can be |
                |---|---|---|
                """.formatted(Speed.SLOW_MICROS / 1000, Speed.SLOW_SESSIONS, most));
        for (String name : slow.names()) {
            row(
                    out,
                    name,
                    slow.of(name, Block::perSecond).text(0),
                    slow.of(name, block -> block.perSecond() / most).text(3));
        }
        return out.toString();
    }

    static String survivors(List<Survivors> survivors) {
        var out = new StringBuilder();
        out.append("""

                | one call at a time | signatures | young collections | survived, KiB | bytes per collection |
                |---|---|---|---|---|
                """);
        for (Survivors one : survivors) {
            row(
                    out,
                    one.where(),
                    "%,d".formatted(one.signatures()),
                    "%,d".formatted(one.collections()),
                    "%,d".formatted(one.kibibytes()),
                    one.collections() == 0 ? "–" : "%,d".formatted(one.kibibytes() * 1024 / one.collections()));
        }
        return out.toString();
    }

    private static void row(StringBuilder out, String... cells) {
        out.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
