package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Lets system calls of the real gateway fail under load, by strace, and after each of its lives holds the log against
/// what was acknowledged.
///
/// A gateway that goes on after a fault is killed in the end; one that ends by itself must say that a promise was
/// broken.
@Command(
        name = "gateway/bench/inject",
        mixinStandardHelpOptions = true,
        description = "Lets system calls of the gateway fail, again and again; exits 1 if a promise was broken.")
public final class InjectCampaign implements Callable<Integer> {
    private static final int BROKEN_PROMISE = 70;
    private static final int REFUSED = 78;
    private static final List<String> CALLS = List.of("fdatasync", "pwrite64", "rename");
    private static final List<String> ERRORS = List.of("EIO", "ENOSPC", "EROFS");
    private static final Duration LIFE = Duration.ofMillis(300);

    /// strace stops every thread at every call, so it all takes longer.
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private static final Duration AFTER_IT = Duration.ofSeconds(1);

    /// A log that has come through them makes room for a new one: each round reads it from its beginning.
    private static final int ROUNDS_OF_A_BOX = 5;

    private static final int CALLS_OF_A_START = 8;
    private static final int CALLS_OF_A_LIFE = 40;

    private static final Duration START = Duration.ofSeconds(60);

    @Option(names = "--rounds", defaultValue = "30", description = "default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--seed", description = "of an earlier campaign; its faults, not their outcome, come again")
    private Optional<Long> seed = Optional.empty();

    @Option(names = "--folder", required = true, description = "new or empty; stays if a promise was broken")
    private Path folder = Path.of("");

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new InjectCampaign()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var strace = SyncTrace.program();
        if (strace.isEmpty()) throw new IOException("strace is not installed");
        var report = run(folder, rounds, seed.orElse(System.nanoTime()), strace.get(), System.err::println);
        System.out.println(report.text());
        return report.findings().isEmpty() ? 0 : 1;
    }

    /// A call that fails.
    ///
    /// @param nth    which one of each thread, from 1
    /// @param lasts  whether all later ones fail, too
    record Fault(String call, String error, int nth, boolean lasts) {
        List<String> options() {
            var when = lasts ? nth + "+" : Integer.toString(nth);
            return List.of(
                    "-f",
                    "-qq",
                    "-Z",
                    "-e",
                    "signal=none",
                    "-e",
                    "trace=" + call,
                    "-e",
                    "inject=" + call + ":error=" + error + ":when=" + when);
        }

        @Override
        public String toString() {
            return call + " " + error;
        }
    }

    /// @param boxes  what was found on each gateway, one after the other
    /// @param ends   how often a gateway came to which end, by fault
    record Report(long seed, List<CrashCampaign.Outcome> boxes, Map<String, Integer> ends) {
        List<String> findings() {
            return boxes.stream().flatMap(box -> box.findings().stream()).toList();
        }

        String text() {
            var lines = new ArrayList<String>();
            ends.forEach((end, times) -> lines.add("  " + end + ": " + times));
            lines.add("seed " + seed + ": "
                    + sum(CrashCampaign.Outcome::kills) + " faults, "
                    + sum(CrashCampaign.Outcome::sent) + " records sent, "
                    + sum(CrashCampaign.Outcome::acknowledged) + " acknowledged, "
                    + sum(CrashCampaign.Outcome::repeated) + " repeats sent, "
                    + findings().size() + " promises broken");
            findings().forEach(finding -> lines.add("  " + finding));
            return String.join("\n", lines);
        }

        private long sum(ToLongFunction<CrashCampaign.Outcome> figure) {
            return boxes.stream().mapToLong(figure).sum();
        }
    }

    static Report run(Path folder, int rounds, long seed, Path strace, Consumer<String> progress)
            throws IOException, InterruptedException {
        progress.accept("injection campaign, seed " + seed);
        var random = new SplittableRandom(seed);
        var cache = folder.resolve("starts.aot");
        var report = new Report(seed, new ArrayList<>(), new TreeMap<>());
        for (int round = 0; round < rounds && report.findings().isEmpty(); round += ROUNDS_OF_A_BOX) {
            var home = folder.resolve("box-" + round);
            try (var gateway = SealpostGateway.create(home, CrashCampaign.SMALL_SEGMENTS)) {
                var campaign = new CrashCampaign.Campaign(gateway, seed + round, LIFE);
                if (round == 0) campaign.rehearse(cache);
                else gateway.quickStarts(cache);
                var lives = new Lives(gateway, strace, home.resolve("strace.log"));
                long entries = 0;
                int end = Math.min(rounds, round + ROUNDS_OF_A_BOX);
                for (int n = round; n < end && campaign.findings().isEmpty(); n++) {
                    // The first start has everything to make, so it is not the one that meets a fault.
                    boolean starts = n > round && random.nextInt(4) == 0;
                    var fault = fault(n, random, starts ? CALLS_OF_A_START : CALLS_OF_A_LIFE);
                    var came = starts ? lives.starting(fault) : lives.underLoad(campaign, fault);
                    report.ends.merge(fault + ", " + came, 1, Integer::sum);
                    campaign.findings().addAll(lives.findings);
                    entries = campaign.audit();
                    progress.accept("round " + (n + 1) + " of " + rounds + ": " + fault + " at call " + fault.nth
                            + (fault.lasts ? " and all later ones" : "") + ", " + came);
                }
                report.boxes.add(campaign.outcome(entries));
            }
        }
        return report;
    }

    private static Fault fault(int round, SplittableRandom random, int latest) {
        var call = CALLS.get(round % CALLS.size());
        var error = ERRORS.get(round / CALLS.size() % ERRORS.size());
        // Of renames there are few: a segment's, a tile's.
        int nth = 1 + random.nextInt(call.equals("rename") ? 2 : latest);
        return new Fault(call, error, nth, random.nextBoolean());
    }

    /// How a gateway fares with a fault.
    private static final class Lives {
        private final SealpostGateway gateway;
        private final Path strace;
        private final Path log;
        private final List<String> findings = new ArrayList<>();

        Lives(SealpostGateway gateway, Path strace, Path log) {
            this.gateway = gateway;
            this.strace = strace;
            this.log = log;
        }

        private List<String> command(Fault fault) {
            var words = new ArrayList<>(List.of(strace.toString(), "-o", log.toString()));
            words.addAll(fault.options());
            return words;
        }

        String underLoad(CrashCampaign.Campaign campaign, Fault fault) throws IOException, InterruptedException {
            var came = new AtomicReference<>("");
            campaign.live(load -> {
                came.set(underLoad(load, fault));
                return fault.toString();
            });
            return came.get();
        }

        private String underLoad(CampaignLoad load, Fault fault) throws IOException, InterruptedException {
            load.expectTrouble();
            var words = command(fault);
            words.addAll(List.of("-p", Long.toString(gateway.process().pid())));
            var tracer = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(log.resolveSibling("strace.out").toFile())
                    .start();
            try {
                long deadline = System.nanoTime() + PATIENCE.toNanos();
                while (gateway.isRunning() && System.nanoTime() < deadline) {
                    Thread.sleep(20);
                    if (deadline > System.nanoTime() + AFTER_IT.toNanos() && hit()) {
                        deadline = System.nanoTime() + AFTER_IT.toNanos();
                    }
                }
                if (gateway.isRunning()) {
                    load.kill();
                    return hit() ? "went on" : "not met";
                }
                load.ended();
                return ended(BROKEN_PROMISE);
            } finally {
                tracer.destroy();
                if (!tracer.waitFor(10, TimeUnit.SECONDS)) tracer.destroyForcibly();
            }
        }

        String starting(Fault fault) throws IOException, InterruptedException {
            gateway.start(command(fault));
            try {
                gateway.awaitOpen(START);
            } catch (IOException e) {
                if (gateway.isRunning()) throw e;
                return "while it started: " + ended(BROKEN_PROMISE, REFUSED, 1);
            }
            gateway.kill();
            return "while it started: " + (hit() ? "went on" : "not met");
        }

        private boolean hit() throws IOException {
            return Files.exists(log) && Files.readString(log).contains("(INJECTED)");
        }

        private String ended(Integer... expected) {
            int code = gateway.process().exitCode();
            if (!List.of(expected).contains(code)) {
                findings.add(
                        "the gateway ended with " + code + ", expected " + List.of(expected) + gateway.lastWords());
            }
            return "ended with " + code;
        }
    }
}
