package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.Tokens;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// How fast publications that wait come to a chain by the relay, and by a bare client: in turns, on
/// the same nodes, each until its last one is in a block that is final. On EVM the bare client's
/// requests were signed beforehand; on Fabric they have to be endorsed first, by either.
@Command(
        name = "gateway/bench/publications",
        mixinStandardHelpOptions = true,
        description = "Drains publications to a consortium chain, by the relay and by a bare client, in turns.")
public final class DrainCompare implements Callable<Integer> {
    private static final String SOFT_HSM = "SOFTHSM2_CONF";
    private static final int SESSIONS = 4;
    private static final int ROUNDS_OF_SHORT = 2;
    private static final int PUBLICATIONS_OF_SHORT = 100;
    private static final int ROUNDS_OF_LONG = 10;
    private static final int PUBLICATIONS_OF_LONG = 10_000;

    private enum Kind {
        EVM,
        FABRIC;

        DrainSite up(Path scripts, Path folder) throws IOException, InterruptedException {
            return switch (this) {
                case EVM -> EvmDrainSite.up(scripts, folder);
                case FABRIC -> FabricDrainSite.up(scripts, folder);
            };
        }

        private String words() {
            return switch (this) {
                case EVM -> "four validators of QBFT, a block a second";
                case FABRIC -> "Hyperledger Fabric, four orderers (BFT), two organisations that both endorse";
            };
        }
    }

    @Option(
            names = "--ledger",
            defaultValue = "evm",
            description = "the chain: evm (GoQuorum, QBFT) or fabric; default: ${DEFAULT-VALUE}")
    private Kind kind = Kind.EVM;

    @Option(names = "--publications", defaultValue = "1000", description = "by each; default: ${DEFAULT-VALUE}")
    private int publications;

    @Option(names = "--rounds", defaultValue = "6", description = "default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(
            names = "--records",
            defaultValue = "1",
            description = "whose commitments are in each, 1 to 100, on Fabric to 64; default: ${DEFAULT-VALUE}")
    private int records;

    @Option(
            names = "--in-flight",
            defaultValue = "16",
            description = "of relay and bare client, 1 to 64: more than validators execute between two blocks never"
                    + " lands (GoQuorum); default: ${DEFAULT-VALUE}")
    private int inFlight;

    @Option(names = "--long", description = "10,000 by each in 10 rounds")
    private boolean isLong;

    @Option(names = "--short", description = "two rounds of few: does it run, not how fast")
    private boolean brief;

    @Option(names = "--ledgers", required = true, description = "the folder with up and down of the chain")
    private Path ledgers = Path.of("");

    @Option(names = "--folder", required = true, description = "made, and deleted afterwards")
    private Path folder = Path.of("");

    @Spec
    private CommandSpec command = CommandSpec.create();

    /// Brings some more publications there; returns once the last one is final.
    interface Drains extends AutoCloseable {
        /// Not timed.
        default void prepare(int count) throws IOException, AnchorageSetback {}

        /// @throws IOException also if they do not all come there
        void drain(int count) throws IOException, InterruptedException, AnchorageSetback;

        /// What of the last turn is not there as it should be, in words; nothing if all is. Not timed.
        default List<String> faults() throws AnchorageSetback {
            return List.of();
        }

        /// What the time of the last turn went to, in nanoseconds by words; empty if that is not measured.
        default Map<String, Long> spent() {
            return Map.of();
        }

        @Override
        void close() throws IOException;
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new DrainCompare())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException, AnchorageSetback {
        // SoftHSM finds its tokens by a variable that a process cannot set for itself.
        var tokens = folder.toAbsolutePath().resolve("token/softhsm2.conf");
        if (!tokens.toString().equals(System.getenv(SOFT_HSM))) return again(tokens);
        if (isLong) {
            rounds = ROUNDS_OF_LONG;
            publications = PUBLICATIONS_OF_LONG;
        }
        if (brief) {
            rounds = ROUNDS_OF_SHORT;
            publications = PUBLICATIONS_OF_SHORT;
        }
        Folders.empty(folder);
        Files.createDirectories(folder);
        var facts = Machine.facts(folder);
        facts.put("chain", kind.words());
        facts.put(
                "publications",
                String.format(
                        Locale.ROOT,
                        "%,d by each, commitments of %d record(s), in %d rounds; at most %d under way",
                        publications,
                        records,
                        rounds,
                        inFlight));
        List<String> faults;
        try (var site = kind.up(ledgers, folder.resolve("network"))) {
            faults = compare(facts, site);
        }
        Folders.empty(folder);
        for (var fault : faults) System.err.println("not valid: " + fault);
        return faults.isEmpty() ? 0 : 1;
    }

    private int again(Path tokens) throws IOException, InterruptedException {
        var words = new ArrayList<>(Jvm.command());
        words.add(DrainCompare.class.getName());
        words.addAll(command.commandLine().getParseResult().originalArgs());
        var builder = new ProcessBuilder(words).inheritIO();
        builder.environment().put(SOFT_HSM, tokens.toString());
        return builder.start().waitFor();
    }

    /// @return why the figures mean nothing; nothing if they do
    private List<String> compare(Map<String, String> facts, DrainSite site)
            throws IOException, InterruptedException, AnchorageSetback {
        try (var token = token(site);
                var both = site.contenders(token, new DrainSite.Load(records, inFlight), folder)) {
            var turns = new DrainTurns(both.bare(), both.relay(), site::height);
            for (int i = 0; i <= rounds; i++) turns.take(i, Math.max(1, publications / rounds));
            print(facts, turns);
            return turns.faults();
        }
    }

    /// A token as a gateway has it made, which never starts.
    private Token token(DrainSite site) throws IOException, InterruptedException {
        try (var gateway = SealpostGateway.create(folder.resolve("token"), site.settings())) {
            site.admit(gateway);
            var config = new TokenConfig(
                    SealpostGateway.softHsm().findFirst().orElseThrow(),
                    "sealpost",
                    Optional.empty(),
                    Optional.empty(),
                    gateway.home().resolve("pin"),
                    SESSIONS);
            return Tokens.open(config, Runnable::run);
        }
    }

    private void print(Map<String, String> facts, DrainTurns turns) {
        var all = turns.all();
        var out = new StringBuilder("### Publications, drained to a consortium chain\n\n");
        facts.forEach((name, value) ->
                out.append("- ").append(name).append(": ").append(value).append('\n'));
        out.append(String.format(Locale.ROOT, """

                Median of %d rounds of %,d publications, and the interval that holds the true median with 95 %% (exact, of a binomial distribution; of fewer than 6 rounds all of them); ratios to the bare client, round by round.

                | contender | publications/s | : bare | a block |
                |---|---|---|---|
                """, rounds, Math.max(1, publications / rounds)));
        if (!turns.faults().isEmpty()) out.insert(0, "NOT VALID: " + String.join("; ", turns.faults()) + "\n\n");
        var bare = all.getFirst();
        for (var each : all) {
            var ratios = IntStream.range(0, each.turns().size())
                    .mapToDouble(i -> each.turns().get(i).perSecond()
                            / bare.turns().get(i).perSecond());
            out.append("| ")
                    .append(each.name())
                    .append(" | ")
                    .append(each.of(DrainTurns.Drained::perSecond).text(1))
                    .append(" | ")
                    .append(each == bare ? "1" : Interval.of(ratios).text(3))
                    .append(" | ")
                    .append(each.of(DrainTurns.Drained::perBlock).text(1))
                    .append(" |\n");
        }
        printSpent(out, all);
        System.out.println(out);
    }

    private void printSpent(StringBuilder out, List<DrainTurns.Contender> all) {
        out.append(String.format(Locale.ROOT, """

                Where the time goes, for each publication. Of the bare client it is what one request waits while up to %d have theirs; of the relay its turn's, in which a row is waited for while the next one is tried: that counts for both.

                | contender | | ms |
                |---|---|---|
                """, inFlight));
        for (var each : all) {
            for (var words : each.turns().getFirst().millis().keySet()) {
                out.append("| ")
                        .append(each.name())
                        .append(" | ")
                        .append(words)
                        .append(" | ")
                        .append(each.of(turn -> turn.millis().get(words)).text(2))
                        .append(" |\n");
            }
        }
    }
}
