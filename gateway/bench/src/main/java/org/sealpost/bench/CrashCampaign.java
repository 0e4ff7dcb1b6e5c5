package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
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
/// Moments by the clock alone would hit what takes long and miss what takes microseconds. So most are tied to
/// what the gateway does: to an answer, or to its touching a folder of its data, a different one each time,
/// while it starts and while it works. Segments are as small as they can be, so that they are closed and
/// recycled, too.
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
    private static final Duration FOR_EVER = Duration.ofDays(365);
    private static final int REPEATS = 6;

    /// For a touch of a folder that the load may leave alone.
    private static final Duration LONGEST_WAIT = Duration.ofMillis(500);

    /// The least for groups of 4 MiB.
    static final String SMALL_SEGMENTS = """
            [journal]
            segment-size = "4200KiB"
            """;

    /// Few keys are remembered, since nothing is given up that may be needed to know a repeat.
    static final int REMEMBERED_KEYS = 2000;

    /// What is erased is removed at once, and of the journal little more is kept than has to be.
    private static final String LITTLE_STAYS = SMALL_SEGMENTS + """
            [intake]
            remembered-keys = %d
            [retention]
            max-size = "18MiB"
            required = ["local"]
            erase-within = "1s"
            """.formatted(REMEMBERED_KEYS);

    /// In the first life, so that there is soon something to give up; with one more something would be.
    private static final long FIRST_SEGMENTS = 2;

    private static final Duration FILLING = Duration.ofSeconds(30);

    /// Repeats are of so many of the newest records, some of which have no key and some of which came later than their
    /// numbers say.
    private static final long WITHIN_THE_WINDOW = 1500;

    @Option(names = "--rounds", defaultValue = "1000", description = "default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--minutes", description = "no further round after so long; default: none but by --rounds")
    private Optional<Integer> minutes = Optional.empty();

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
        var plan = new Plan(
                rounds,
                minutes.map(Duration::ofMinutes).orElse(FOR_EVER),
                seed.orElse(System.nanoTime()),
                Duration.ofMillis(lifeMillis));
        var outcome = run(folder, plan, System.err::println);
        System.out.println(outcome.text());
        return outcome.findings().isEmpty() ? 0 : 1;
    }

    /// What a campaign found.
    ///
    /// @param moments  how often the gateway was killed at which kind of moment
    /// @param findings broken promises
    record Outcome(
            long seed,
            Map<String, Integer> moments,
            long sent,
            long acknowledged,
            long repeated,
            long entries,
            int heads,
            int anchored,
            long ordered,
            long removed,
            long givenUp,
            List<String> findings) {
        int kills() {
            return moments.values().stream().mapToInt(n -> n).sum();
        }

        /// The first finding stands on the first line: a report of tests shows no other one.
        String text() {
            var sum = "seed " + seed + ": " + kills() + " kills " + moments + ", " + sent + " records sent, "
                    + acknowledged
                    + " acknowledged, " + repeated + " repeats sent, " + entries + " entries, " + heads
                    + " heads seen, " + anchored + " anchored, " + ordered + " orders to erase, of which " + removed
                    + " were carried out, " + givenUp + " entries given up, " + findings.size() + " promises broken";
            return findings.isEmpty() ? sum : sum + ": " + String.join("\n  ", findings);
        }
    }

    /// What a campaign is to do.
    ///
    /// @param time        after which no further round begins
    /// @param longestLife of the load before a kill
    record Plan(int rounds, Duration time, long seed, Duration longestLife) {}

    /// Runs a campaign. A gateway that does not start again ends it with an exception that shows its last
    /// words.
    static Outcome run(Path folder, Plan plan, Consumer<String> progress) throws IOException, InterruptedException {
        progress.accept("crash campaign, seed " + plan.seed);
        try (var gateway = SealpostGateway.create(folder, LITTLE_STAYS)) {
            return new Campaign(gateway, plan.seed, plan.longestLife).run(plan, progress);
        }
    }

    /// How the load on a gateway ends, and with it the gateway.
    interface Ending {
        /// Returns when the gateway is gone.
        ///
        /// @return in a word or two, what kind of moment it was
        String of(CampaignLoad load) throws IOException, InterruptedException;
    }

    /// The state of one campaign; of one thread.
    static final class Campaign {
        private final SealpostGateway gateway;
        private final long seed;
        private final Duration longestLife;
        private final SplittableRandom random;
        private final Promises promises;
        private final Orders orders = new Orders();
        private final Set<Head> heads = new HashSet<>();
        private final List<String> findings = new ArrayList<>();
        private Duration lastStart = Duration.ofSeconds(1);
        private @Nullable VerifierKey checkpointKey;
        private final Map<String, Integer> moments = new TreeMap<>();
        private long repeated;
        private int anchored;
        private long seenBelow;
        private long givenUp;

        Campaign(SealpostGateway gateway, long seed, Duration longestLife) {
            this.gateway = gateway;
            this.seed = seed;
            this.longestLife = longestLife;
            random = new SplittableRandom(seed);
            promises = new Promises(seed);
        }

        Outcome run(Plan plan, Consumer<String> progress) throws IOException, InterruptedException {
            try {
                return rounds(plan.rounds, System.nanoTime() + plan.time.toNanos(), progress);
            } catch (IOException e) {
                // Whatever could not be read or sent: a gateway that ended by itself is the reason, and says why.
                if (gateway.isRunning()) throw e;
                findings.add("the gateway ended by itself: " + e.getMessage() + gateway.lastWords());
                return outcome(0);
            }
        }

        private Outcome rounds(int rounds, long end, Consumer<String> progress)
                throws IOException, InterruptedException {
            rehearse(gateway.home().resolve("starts.aot"));
            gateway.claim();
            fill();
            for (int round = 1; round <= rounds && System.nanoTime() - end < 0 && findings.isEmpty(); round++) {
                // One in four dies while it still recovers from the kill before.
                if (random.nextInt(4) == 0) dieStarting();
                else live(this::dieUnderLoad);
                if (round % 10 == 0 || round == rounds) {
                    progress.accept("round " + round + " of " + rounds + ": " + promises.count() + " records sent");
                }
            }
            progress.accept("reading the whole log");
            long entries = audit();
            // A campaign without anchors would find none that is there twice, whatever is broken.
            if (anchored == 0) findings.add("no head was ever anchored");
            if (orders.removedCount() == 0) findings.add("nothing was ever erased");
            return outcome(entries);
        }

        /// Starts the gateway once more, holds its log against what was promised, and ends it.
        ///
        /// @return how many entries it has
        long audit() throws IOException, InterruptedException {
            start();
            resolve();
            awaitErased();
            awaitPublished();
            long entries = gateway.client().head(checkpointKey()).size();
            try (var log = new GatewayLog(
                    gateway.client(), checkpointKey(), gateway.data().resolve("entries"))) {
                findings.addAll(Audit.findings(log, promises, orders, List.copyOf(heads)));
                givenUp = log.firstKept();
            }
            findings.addAll(orders.found(gateway.data(), promises));
            gateway.stop();
            // What this life took makes room for more to be given up, so it counts among what is left.
            see();
            anchored = 0;
            gateway.anchoredSizes().forEach((ledger, sizes) -> {
                anchored += sizes.size();
                findings.addAll(Audit.anchors(ledger, sizes));
                findings.addAll(Audit.kept(givenUp, sizes, promises, REMEMBERED_KEYS));
            });
            return entries;
        }

        List<String> findings() {
            return findings;
        }

        Outcome outcome(long entries) {
            return new Outcome(
                    seed,
                    moments,
                    promises.count(),
                    promises.numbers(n -> promises.fate(n) == Promises.Fate.ACKNOWLEDGED)
                            .size(),
                    repeated,
                    entries,
                    heads.size(),
                    anchored,
                    orders.count(),
                    orders.removedCount(),
                    givenUp,
                    findings);
        }

        /// A first life that ends well, after which starts are quick: most of a round would be the JVM's else.
        void rehearse(Path cache) throws IOException, InterruptedException {
            gateway.recordStarts(cache);
            life(load -> {
                load.stop();
                return "";
            });
            gateway.quickStarts(cache);
        }

        /// Until the journal has nearly what it may keep.
        private void fill() throws IOException, InterruptedException {
            life(load -> {
                long deadline = System.nanoTime() + FILLING.toNanos();
                while (segmentsBegun() < FIRST_SEGMENTS && System.nanoTime() - deadline < 0) Thread.sleep(50);
                load.stop();
                return "";
            });
        }

        private long segmentsBegun() throws IOException {
            try (var files = Files.list(gateway.data().resolve("entries"))) {
                return files.map(file -> String.valueOf(file.getFileName()))
                        .filter(name -> name.matches("[0-9]{16}\\.segment"))
                        .mapToLong(name -> Long.parseLong(name.substring(0, 16)) + 1)
                        .max()
                        .orElse(0);
            }
        }

        private void dieStarting() throws IOException, InterruptedException {
            chooseDriver();
            // Until it comes to its data a JVM starts, and nothing can break.
            if (random.nextInt(4) == 0) {
                gateway.start(List.of());
                Thread.sleep(random.nextLong(lastStart.toMillis() + 1));
                died("starting");
            } else {
                var folder = folderOfData();
                try (var watch = FolderWatch.on(folder, false)) {
                    gateway.start(List.of());
                    for (int touch = random.nextInt(3); touch >= 0 && watch.await(lastStart); touch--) {}
                }
                died("starting, at " + folder.getFileName());
            }
        }

        private void died(String moment) {
            gateway.kill();
            moments.merge(moment, 1, Integer::sum);
        }

        /// One life of the gateway under load.
        void live(Ending ending) throws IOException, InterruptedException {
            moments.merge(life(ending), 1, Integer::sum);
        }

        private String life(Ending ending) throws IOException, InterruptedException {
            start();
            checkErased();
            resolve();
            repeat();
            var load = CampaignLoad.start(gateway, promises, orders, checkpointKey());
            Thread.sleep(random.nextLong(longestLife.toMillis() + 1));
            var moment = ending.of(load);
            load.awaitEnd();
            heads.addAll(load.heads());
            findings.addAll(load.findings());
            see();
            return moment;
        }

        /// Notes what lies where, as long as it is there: of what is erased or given up only the index is left.
        private void see() throws IOException {
            seenBelow = GatewayLog.captures(gateway.data().resolve("entries"), seenBelow, (index, capture) -> {
                promises.recognise(capture.payload()).ifPresent(number -> promises.seen(number, index));
                if (capture.key().isPresent()) promises.keySeen(index);
            });
        }

        /// Each order that was answered is there, and of what the gateway says is removed no byte lies in any file.
        private void checkErased() throws IOException, InterruptedException {
            var owner = gateway.newOwner();
            if (owner.isEmpty()) return;
            try (var client = owner.get()) {
                noteErased(client.erasures());
            }
            findings.addAll(orders.found(gateway.data(), promises));
        }

        private void noteErased(Map<Long, Boolean> done) {
            orders.underWay().forEach((number, position) -> {
                if (!done.containsKey(position)) findings.add("order " + position + " to erase was forgotten");
                else if (done.get(position)) orders.removed(number);
            });
        }

        /// Also the orders that got no answer.
        private void awaitErased() throws IOException, InterruptedException {
            var owner = gateway.newOwner();
            if (owner.isEmpty()) return;
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            try (var client = owner.get()) {
                var done = client.erasures();
                while (done.containsValue(false)) {
                    if (System.nanoTime() > deadline) throw new IOException("orders to erase are not done: " + done);
                    Thread.sleep(100);
                    done = client.erasures();
                }
                noteErased(done);
            }
        }

        private String dieUnderLoad(CampaignLoad load) throws IOException, InterruptedException {
            switch (random.nextInt(4)) {
                case 0 -> {
                    load.kill();
                    return "any time";
                }
                case 1 -> {
                    load.killAtNextAcknowledgement(Duration.ofSeconds(5));
                    return "acknowledgement";
                }
                default -> {
                    return dieAtTouch(load);
                }
            }
        }

        /// At a write as well as at the next segment, tile or file of keys: those are what names come for.
        private String dieAtTouch(CampaignLoad load) throws IOException, InterruptedException {
            var folder = folderOfData();
            boolean namesOnly = random.nextBoolean();
            try (var watch = FolderWatch.on(folder, namesOnly)) {
                boolean came = watch.await(LONGEST_WAIT);
                load.kill();
                if (!came) return "any time";
            }
            return (namesOnly ? "name in " : "touch of ") + folder.getFileName();
        }

        private Path folderOfData() throws IOException {
            try (var files = Files.list(gateway.data())) {
                var folders = files.filter(Files::isDirectory).sorted().toList();
                return folders.get(random.nextInt(folders.size()));
            }
        }

        /// The driver process takes as long to start as the gateway: mostly it is left out.
        private void chooseDriver() throws IOException {
            gateway.driver(random.nextInt(4) != 0);
        }

        private void start() throws IOException, InterruptedException {
            chooseDriver();
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
            var overMqtt = new ArrayList<Long>();
            for (int i = 0; i < REPEATS && promises.count() > 0; i++) {
                long number = random.nextLong(Math.max(0, oldest), promises.count());
                if (!Promises.hasKey(number) || promises.fate(number) != Promises.Fate.ACKNOWLEDGED) continue;
                // Its key is free again, or will be.
                if (orders.mayBeAbout(number)) continue;
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
