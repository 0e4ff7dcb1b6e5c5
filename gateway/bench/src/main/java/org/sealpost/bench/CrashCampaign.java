package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.VerifierKey;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Kills the real gateway under load at random moments, starts it again, and in the end holds its log against what it
/// had acknowledged.
///
/// A kill leaves the page cache in place, so a gateway that never forces, or answers just before it does, passes:
/// tried, with gateways spoilt in that way. [SyncTrace] sees that order; what a power cut takes away is for the
/// simulated disks of the gateway's tests.
@Command(
        name = "gateway/bench/crash",
        mixinStandardHelpOptions = true,
        description = "Kills the gateway under load, again and again; exits 1 if a promise was broken.")
public final class CrashCampaign implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int REPEATS = 5;

    /// The gateway remembers the newest million keys by default.
    private static final long WITHIN_THE_WINDOW = 500_000;

    @Option(names = "--rounds", defaultValue = "1000", description = "default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--seed", description = "of an earlier campaign; its moments, not its outcome, come again")
    private Optional<Long> seed = Optional.empty();

    @Option(
            names = "--life",
            defaultValue = "600",
            description = "longest load before a kill, ms; default: ${DEFAULT-VALUE}")
    private int lifeMillis;

    @Option(names = "--folder", required = true, description = "new or empty; stays if a promise was broken")
    private Path folder = Path.of("");

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new CrashCampaign()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var outcome =
                run(folder, rounds, seed.orElse(System.nanoTime()), Duration.ofMillis(lifeMillis), System.err::println);
        System.out.println(outcome.text());
        return outcome.findings().isEmpty() ? 0 : 1;
    }

    /// What a campaign found.
    ///
    /// @param findings broken promises
    record Outcome(
            long seed,
            int kills,
            long sent,
            long acknowledged,
            long repeated,
            long entries,
            int heads,
            int anchored,
            List<String> findings) {
        String text() {
            var sum = "seed " + seed + ": " + kills + " kills, " + sent + " records sent, " + acknowledged
                    + " acknowledged, " + repeated + " repeats sent, " + entries + " entries, " + heads
                    + " heads seen, " + anchored + " anchored, " + findings.size() + " promises broken";
            return findings.isEmpty() ? sum : sum + "\n  " + String.join("\n  ", findings);
        }
    }

    /// Runs a campaign. A gateway that does not start again ends it with an exception that shows its last words.
    ///
    /// @param longestLife of the load before a kill
    static Outcome run(Path folder, int rounds, long seed, Duration longestLife, Consumer<String> progress)
            throws IOException, InterruptedException {
        progress.accept("crash campaign, seed " + seed);
        try (var gateway = SealpostGateway.create(folder)) {
            return new Campaign(gateway, seed, longestLife).run(rounds, progress);
        }
    }

    /// How the load on a gateway ends, and with it the gateway.
    interface Ending {
        /// Returns when the gateway is gone.
        void of(CampaignLoad load) throws IOException, InterruptedException;
    }

    /// The state of one campaign; of one thread.
    static final class Campaign {
        private final SealpostGateway gateway;
        private final long seed;
        private final Duration longestLife;
        private final SplittableRandom random;
        private final Promises promises;
        private final Set<Head> heads = new HashSet<>();
        private final List<String> findings = new ArrayList<>();
        private Duration lastStart = Duration.ofSeconds(1);
        private @Nullable VerifierKey checkpointKey;
        private long repeated;
        private int kills;
        private int anchored;

        Campaign(SealpostGateway gateway, long seed, Duration longestLife) {
            this.gateway = gateway;
            this.seed = seed;
            this.longestLife = longestLife;
            random = new SplittableRandom(seed);
            promises = new Promises(seed);
        }

        Outcome run(int rounds, Consumer<String> progress) throws IOException, InterruptedException {
            try {
                return rounds(rounds, progress);
            } catch (IOException e) {
                // Whatever could not be read or sent: a gateway that ended by itself is the reason, and says why.
                if (gateway.isRunning()) throw e;
                findings.add("the gateway ended by itself: " + e.getMessage() + gateway.lastWords());
                return outcome(0);
            }
        }

        private Outcome rounds(int rounds, Consumer<String> progress) throws IOException, InterruptedException {
            for (int round = 1; round <= rounds && findings.isEmpty(); round++) {
                // One in six dies while it still recovers from the kill before.
                if (kills > 0 && random.nextInt(6) == 0) dieStarting();
                else live(this::dieUnderLoad);
                if (round % 10 == 0 || round == rounds) {
                    progress.accept("round " + round + " of " + rounds + ": " + promises.count() + " records sent");
                }
            }
            progress.accept("reading the whole log");
            long entries = audit();
            // A campaign without anchors would find none that is there twice, whatever is broken.
            if (anchored == 0) findings.add("no head was ever anchored");
            return outcome(entries);
        }

        /// Starts the gateway once more, holds its log against what was promised, and ends it.
        ///
        /// @return how many entries it has
        long audit() throws IOException, InterruptedException {
            start();
            resolve();
            var log = new GatewayLog(gateway.client(), checkpointKey());
            awaitPublished();
            long entries = gateway.client().head(checkpointKey()).size();
            findings.addAll(Audit.findings(log, promises, List.copyOf(heads)));
            gateway.stop();
            anchored = 0;
            gateway.anchoredSizes().forEach((ledger, sizes) -> {
                anchored += sizes.size();
                findings.addAll(Audit.anchors(ledger, sizes));
            });
            return entries;
        }

        List<String> findings() {
            return findings;
        }

        Outcome outcome(long entries) {
            return new Outcome(
                    seed,
                    kills,
                    promises.count(),
                    promises.numbers(n -> promises.fate(n) == Promises.Fate.ACKNOWLEDGED)
                            .size(),
                    repeated,
                    entries,
                    heads.size(),
                    anchored,
                    findings);
        }

        private void dieStarting() throws IOException, InterruptedException {
            gateway.start(List.of());
            Thread.sleep(random.nextLong(lastStart.toMillis() + 1));
            gateway.kill();
            kills++;
        }

        /// One life of the gateway under load.
        void live(Ending ending) throws IOException, InterruptedException {
            start();
            resolve();
            repeat();
            var load = CampaignLoad.start(gateway, promises, checkpointKey());
            Thread.sleep(random.nextLong(longestLife.toMillis() + 1));
            ending.of(load);
            load.awaitEnd();
            heads.addAll(load.heads());
            findings.addAll(load.findings());
            kills++;
        }

        private void dieUnderLoad(CampaignLoad load) throws InterruptedException {
            if (random.nextBoolean()) load.killAtNextAcknowledgement(Duration.ofSeconds(5));
            else load.kill();
        }

        private void start() throws IOException, InterruptedException {
            long begun = System.nanoTime();
            gateway.start(List.of());
            gateway.awaitOpen(PATIENCE);
            lastStart = Duration.ofNanos(System.nanoTime() - begun);
            var head = awaitHead(1);
            if (heads.stream().anyMatch(earlier -> earlier.size() > head.size())) {
                findings.add("after a restart the published head shrank to " + head.size());
            }
            heads.add(head);
        }

        /// Sends once more, by the same door, whatever has a key and got no answer.
        private void resolve() throws IOException, InterruptedException {
            for (long number : promises.unresolved(Promises.Door.HTTP)) {
                var answer = postPatiently(number);
                if (answer.isAcknowledged())
                    promises.acknowledged(number, answer.index().orElseThrow());
                else findings.add("the repeat of record " + number + " was answered by " + answer);
                repeated++;
            }
            publish(promises.unresolved(Promises.Door.MQTT));
        }

        /// Sends again what was acknowledged long ago: it gets the first answer, and other content under its key a 409.
        private void repeat() throws IOException, InterruptedException {
            long oldest = promises.count() - WITHIN_THE_WINDOW;
            var known = promises.numbers(
                    n -> n >= oldest && promises.key(n).isPresent() && promises.fate(n) == Promises.Fate.ACKNOWLEDGED);
            var overMqtt = new ArrayList<Long>();
            for (int i = 0; i < REPEATS && !known.isEmpty(); i++) {
                long number = known.get(random.nextInt(known.size()));
                if (promises.door(number) == Promises.Door.MQTT) {
                    overMqtt.add(number);
                    continue;
                }
                var answer = postPatiently(number);
                if (answer.status() != 200
                        || answer.index().orElseThrow()
                                != promises.index(number).orElseThrow()) {
                    findings.add("record " + number + " of index " + promises.index(number) + ", repeated: " + answer);
                }
                var conflict = gateway.client().post(new byte[] {1, 2, 3}, promises.key(number));
                if (conflict.status() != 409) {
                    findings.add("other content under the key of record " + number + ": " + conflict);
                }
                repeated++;
            }
            publish(overMqtt);
        }

        private GatewayClient.Posted postPatiently(long number) throws IOException, InterruptedException {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                var answer = gateway.client().post(promises.payload(number), promises.key(number));
                if (!answer.isBusy() || System.nanoTime() > deadline) return answer;
                Thread.sleep(100);
            }
        }

        private void publish(List<Long> numbers) throws IOException, InterruptedException {
            if (numbers.isEmpty()) return;
            var plan = new LoadPlan(
                    "127.0.0.1",
                    gateway.mqttPort(),
                    Optional.of(gateway.login()),
                    1,
                    16,
                    Duration.ZERO,
                    PATIENCE,
                    PATIENCE);
            var report = MqttLoad.run(
                    plan, new Again(new CampaignLoad.NumberedPublications(promises, () -> {}), numbers.iterator()));
            if (!report.isClean() || report.acknowledgedTotal() != numbers.size()) {
                findings.add("of " + numbers.size() + " repeats over MQTT " + report.acknowledgedTotal()
                        + " were acknowledged");
            }
            repeated += numbers.size();
        }

        /// A record that comes after all others is in the newest head: so are all others.
        private void awaitPublished() throws IOException, InterruptedException {
            long number = promises.next(Promises.Door.HTTP);
            var answer = postPatiently(number);
            long index = answer.index().orElseThrow(() -> new IOException("the last record was answered by " + answer));
            promises.acknowledged(number, index);
            heads.add(awaitHead(index + 1));
        }

        private Head awaitHead(long size) throws IOException, InterruptedException {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                try {
                    var head = gateway.client().head(checkpointKey());
                    if (head.size() >= size) return head;
                    if (System.nanoTime() > deadline) {
                        throw new IOException("the newest head has size " + head.size() + ", not " + size);
                    }
                } catch (IOException e) {
                    // A box on its first start has no head yet.
                    if (System.nanoTime() > deadline) throw e;
                }
                Thread.sleep(50);
            }
        }

        private VerifierKey checkpointKey() throws IOException, InterruptedException {
            if (checkpointKey == null)
                checkpointKey = gateway.client().verifierKeys().getFirst();
            return checkpointKey;
        }
    }

    /// Numbered records once more, each the same to the byte.
    private record Again(CampaignLoad.NumberedPublications publications, Iterator<Long> numbers)
            implements Publications {
        @Override
        public Optional<Publication> next() {
            return numbers.hasNext() ? Optional.of(publications.publication(numbers.next())) : Optional.empty();
        }

        @Override
        public void acknowledged(Publication publication) {
            publications.acknowledged(publication);
        }
    }
}
