package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.evm.Address;
import org.sealpost.anchor.evm.EvmConfig;
import org.sealpost.anchor.evm.EvmContract;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.anchor.evm.EvmPublications;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.Tokens;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// How fast publications that wait come to a chain by the relay, and by a bare client whose requests were signed
/// beforehand: in turns, on the same nodes, each until its last one is in a block that is final.
@Command(
        name = "gateway/bench/publications",
        mixinStandardHelpOptions = true,
        description = "Drains publications to a consortium chain, by the relay and by a bare client, in turns.")
public final class DrainCompare implements Callable<Integer> {
    private static final String RELAY_ACCOUNT = "evm";
    private static final String BARE_ACCOUNT = "bare";
    private static final String SOFT_HSM = "SOFTHSM2_CONF";
    private static final int SESSIONS = 4;
    private static final int ROUNDS_OF_SHORT = 2;
    private static final int PUBLICATIONS_OF_SHORT = 100;

    @Option(names = "--publications", defaultValue = "10000", description = "by each; default: ${DEFAULT-VALUE}")
    private int publications;

    @Option(names = "--rounds", defaultValue = "10", description = "default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(
            names = "--records",
            defaultValue = "1",
            description = "whose commitments are in each, 1 to 100; default: ${DEFAULT-VALUE}")
    private int records;

    @Option(
            names = "--in-flight",
            defaultValue = "16",
            description = "of relay and bare client, 1 to 64: more than validators execute between two blocks never"
                    + " lands (GoQuorum); default: ${DEFAULT-VALUE}")
    private int inFlight;

    @Option(names = "--short", description = "two rounds of few: does it run, not how fast")
    private boolean brief;

    @Option(names = "--ledgers", required = true, description = "the folder with up and down of the chain")
    private Path ledgers = Path.of("");

    @Option(names = "--folder", required = true, description = "made, and deleted afterwards")
    private Path folder = Path.of("");

    @Spec
    private CommandSpec command = CommandSpec.create();

    /// Who brings publications there, and what came of its turns.
    private record Contender(String name, Drains drains, List<Drained> turns) {}

    /// Brings some more publications there; returns once the last one is final.
    interface Drains {
        /// Not timed.
        default void prepare(int count) throws IOException, AnchorageSetback {}

        void drain(int count) throws IOException, InterruptedException, AnchorageSetback;
    }

    private record Drained(double perSecond, double perBlock) {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new DrainCompare()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException, AnchorageSetback {
        // SoftHSM finds its tokens by a variable that a process cannot set for itself.
        var tokens = folder.toAbsolutePath().resolve("token/softhsm2.conf");
        if (!tokens.toString().equals(System.getenv(SOFT_HSM))) return again(tokens);
        if (brief) {
            rounds = ROUNDS_OF_SHORT;
            publications = PUBLICATIONS_OF_SHORT;
        }
        Folders.empty(folder);
        Files.createDirectories(folder);
        var facts = Machine.facts(folder);
        facts.put(
                "publications",
                String.format(
                        Locale.ROOT,
                        "%,d by each, commitments of %d record(s), in %d rounds; at most %d under way",
                        publications,
                        records,
                        rounds,
                        inFlight));
        try (var chain = Consortium.up(ledgers, folder.resolve("network"))) {
            compare(facts, chain);
        }
        Folders.empty(folder);
        return 0;
    }

    private int again(Path tokens) throws IOException, InterruptedException {
        var words = new ArrayList<>(Jvm.command());
        words.add(DrainCompare.class.getName());
        words.addAll(command.commandLine().getParseResult().originalArgs());
        var builder = new ProcessBuilder(words).inheritIO();
        builder.environment().put(SOFT_HSM, tokens.toString());
        return builder.start().waitFor();
    }

    private void compare(Map<String, String> facts, Consortium chain)
            throws IOException, InterruptedException, AnchorageSetback {
        var config = new EvmConfig(
                List.of(chain.node()),
                OptionalInt.of(0),
                Duration.ofSeconds(10),
                Optional.empty(),
                EvmConfig.STUCK_AFTER,
                EvmConfig.STALLED_AFTER);
        try (var token = token(chain)) {
            var seal = token.key(KeySpec.unpinned("seal", KeyKind.P256));
            var relays = token.key(KeySpec.unpinned(RELAY_ACCOUNT, KeyKind.SECP256K1));
            var bares = token.key(KeySpec.unpinned(BARE_ACCOUNT, KeyKind.SECP256K1));
            var heads = EvmContract.deployOnce(config, bares, folder.resolve("contract"));
            var contract =
                    EvmContract.deployPublicationsOnce(config, bares, heads, folder.resolve("contract-publications"));
            try (var relay = RelayDrain.open(
                            folder.resolve("relay"), records, inFlight, seal, ledger(config, heads, contract, relays));
                    var forBare = ledger(config, heads, contract, bares)) {
                var bare = new BareClient(
                        chain,
                        records,
                        inFlight,
                        seal,
                        forBare,
                        EvmLedger.accountOf(bares).toString());
                try (var anchorage = EvmLedger.open(config, heads, bares)) {
                    FirstHead.lodge(anchorage, relay.origin(), seal);
                    FirstHead.lodge(anchorage, bare.origin(), seal);
                }
                var all = List.of(
                        new Contender("bare client", bare, new ArrayList<>()),
                        new Contender("relay", relay, new ArrayList<>()));
                measure(all, chain);
                print(facts, all);
            }
        }
    }

    private static EvmPublications ledger(EvmConfig config, Address heads, Address contract, SigningKey account) {
        return EvmPublications.open(config, heads, contract, account);
    }

    /// A token as a gateway has it made, which never starts.
    private Token token(Consortium chain) throws IOException, InterruptedException {
        var settings = Consortium.settings(chain.node());
        var another = settings.replace("evm]", BARE_ACCOUNT + ']').replace("evm-contract", "bare-contract");
        try (var gateway = SealpostGateway.create(folder.resolve("token"), settings + another)) {
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

    /// Every other round backwards, so that nobody is always behind the same one.
    private void measure(List<Contender> all, Consortium chain)
            throws IOException, InterruptedException, AnchorageSetback {
        int count = Math.max(1, publications / rounds);
        for (int i = 0; i <= rounds; i++) {
            var order = new ArrayList<>(all);
            if (i % 2 == 1) Collections.reverse(order);
            for (var each : order) {
                each.drains.prepare(count);
                long height = chain.height();
                long start = System.nanoTime();
                each.drains.drain(count);
                double seconds = (System.nanoTime() - start) / 1e9;
                var drained = new Drained(count / seconds, (double) count / Math.max(1, chain.height() - height));
                if (i > 0) each.turns.add(drained); // the first one warms up
                System.err.printf(
                        Locale.ROOT,
                        "round %d, %s: %,.1f publications/s, %.1f a block%n",
                        i,
                        each.name,
                        drained.perSecond,
                        drained.perBlock);
            }
        }
    }

    private void print(Map<String, String> facts, List<Contender> all) {
        var out = new StringBuilder("### Publications, drained to a consortium chain\n\n");
        facts.forEach((name, value) ->
                out.append("- ").append(name).append(": ").append(value).append('\n'));
        out.append(String.format(Locale.ROOT, """

                Median of %d rounds of %,d publications, and the interval that holds the true median with 95 %% (exact, of a binomial distribution; of fewer than 6 rounds all of them); ratios to the bare client, round by round.

                | contender | publications/s | : bare | a block |
                |---|---|---|---|
                """, rounds, Math.max(1, publications / rounds)));
        var bare = all.getFirst();
        for (var each : all) {
            var ratios = IntStream.range(0, each.turns.size())
                    .mapToDouble(i -> each.turns.get(i).perSecond / bare.turns.get(i).perSecond);
            out.append("| ")
                    .append(each.name)
                    .append(" | ")
                    .append(Interval.of(each.turns.stream().mapToDouble(Drained::perSecond))
                            .text(1))
                    .append(" | ")
                    .append(each == bare ? "1" : Interval.of(ratios).text(3))
                    .append(" | ")
                    .append(Interval.of(each.turns.stream().mapToDouble(Drained::perBlock))
                            .text(1))
                    .append(" |\n");
        }
        System.out.println(out);
    }
}
