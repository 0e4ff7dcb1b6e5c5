package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// How many lodgings the records cost that a gateway took while its ledger was out of reach: it is to be one.
@Command(
        name = "gateway/bench/backlog",
        mixinStandardHelpOptions = true,
        description = "Records that waited without a ledger, and what is lodged for them when it is back.")
public final class Backlog implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int BLOCKS_AFTER = 5;

    @Option(names = "--records", defaultValue = "1000000", description = "at least; default: ${DEFAULT-VALUE}")
    private long records;

    @Option(names = "--ledgers", required = true, description = "the folder with up and down of the chain")
    private Path ledgers = Path.of("");

    @Option(names = "--folder", required = true, description = "made, and deleted afterwards")
    private Path folder = Path.of("");

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Backlog()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Folders.empty(folder);
        Files.createDirectories(folder);
        boolean once;
        try (var chain = Consortium.up(ledgers, folder.resolve("network"));
                var wire = new LedgerWire(chain.node());
                var contender = new SealpostContender(Optional.empty(), Consortium.settings(wire.url()))) {
            contender.start(Files.createDirectories(folder.resolve("gateway")), List.of());
            awaitLodged(chain, 1);
            wire.become(LedgerWire.Manner.DEAD);
            chain.awaitBlocks(2); // what was sent before is in a block by now
            long before = chain.transactions();
            var lodgedBefore = chain.lodged();

            long loading = System.nanoTime();
            long taken = load(contender);
            contender.awaitSealed(taken);
            var loaded = Duration.ofNanos(System.nanoTime() - loading);
            long newest = contender.lastMark();
            if (chain.transactions() != before) throw new IOException("something was sent through a dead wire");

            wire.become(LedgerWire.Manner.PASSES);
            long back = System.nanoTime();
            awaitLodged(chain, newest + 1);
            contender.awaitState(newest, "final");
            var drained = Duration.ofNanos(System.nanoTime() - back);
            chain.awaitBlocks(BLOCKS_AFTER); // a second lodging would be in one of them
            long transactions = chain.transactions() - before;
            var lodged = chain.lodged();
            once = transactions == 1 && lodged.size() == lodgedBefore.size() + 1;
            System.out.printf(
                    Locale.ROOT,
                    "%,d records taken in %.1f s while the ledger was away; %d transaction(s), %d head(s) lodged, of %,d entries; final %.1f s after the ledger was back%n",
                    taken,
                    loaded.toMillis() / 1e3,
                    transactions,
                    lodged.size() - lodgedBefore.size(),
                    lodged.getLast(),
                    drained.toMillis() / 1e3);
        }
        Folders.empty(folder);
        return once ? 0 : 1;
    }

    private long load(SealpostContender contender) throws IOException, InterruptedException {
        long taken = 0;
        while (taken < records) {
            var plan = new LoadPlan(
                    "127.0.0.1",
                    contender.port(),
                    contender.login(),
                    16,
                    100,
                    Duration.ZERO,
                    Duration.ofSeconds(1),
                    PATIENCE);
            var report = MqttLoad.run(plan, Publications.endless(contender.topic(), 100, taken));
            if (!report.isClean()) throw new IOException("the load ended with " + report);
            taken += report.acknowledgedTotal();
        }
        return taken;
    }

    private static void awaitLodged(Consortium chain, long size) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (chain.lodged().stream().noneMatch(each -> each >= size)) {
            if (System.nanoTime() > deadline) throw new IOException("no head of " + size + " after " + PATIENCE);
            Thread.sleep(100);
        }
    }
}
