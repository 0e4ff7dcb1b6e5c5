package org.sealpost.anchor.evm;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Seven signers (Clique). Whoever signed one of the last three blocks signs none now: so four can go on, and two make
/// at most two blocks, which are taken back once the others have made more. The five others have one to spare.
final class CliqueConsortium extends EvmNodes {
    private static final int SIGNERS = 7;
    private static final int[] FEW = {1, 2};

    /// Who begins so makes no block before it is told to.
    private static final List<String> IDLE = List.of("idle");

    private static final int ONE_OF_MANY = 3;

    /// A block comes after a second, and by a signer out of turn after up to one and a half more.
    private static final Duration STANDSTILL = Duration.ofSeconds(4);

    private CliqueConsortium(Path folder) {
        super(folder, SIGNERS);
    }

    /// Returns when there is a block beyond the first.
    ///
    /// @param folder where everything of the network lies, also each signer's log
    static CliqueConsortium start(Path folder) throws IOException, InterruptedException {
        var consortium = new CliqueConsortium(folder);
        consortium.start();
        return consortium;
    }

    @Override
    String consensus() {
        return "clique";
    }

    @Override
    List<String> genesis() {
        return Stream.concat(
                        BftConsortium.GENESIS.stream(),
                        Stream.of(
                                "d28d7861e76cabd2bad1038a67ea74c7ad4fd668",
                                "095e1c57e7cd910fd26d4862ac6211261f9f02ec",
                                "e9d98f3ff802d8f00f02cabe254a664ba9c5e1b7"))
                .toList();
    }

    /// Two of them, the first among them, are on their own until [#unite]; they make no block until [#forkOff],
    /// and two blocks then.
    void split() throws IOException, InterruptedException {
        for (int few : FEW) rpc(few).call("miner_stop");
        awaitBlocks(ONE_OF_MANY, 4); // the last three of which are by none of the two
        long fork = height(ONE_OF_MANY);
        for (int few : FEW) await("block " + fork + " of " + few, () -> height(few) >= fork);
        split(IDLE, FEW);
        // Whoever makes no blocks takes no request either that pays nothing.
        for (int few : FEW) rpc(few).call("miner_setGasPrice", "0x0");
    }

    void forkOff() throws IOException {
        for (int few : FEW) rpc(few).call("miner_start", 1);
    }

    @Override
    void unite() throws IOException {
        super.unite();
        forkOff(); // whoever makes blocks already goes on
    }

    /// On the branch of the others.
    void uniteOnTheOther() throws IOException, InterruptedException {
        // The few may make one more meanwhile, which weighs two at most.
        await("heavier branch", () -> weight(ONE_OF_MANY) > weight(FEW[0]) + 2);
        unite();
    }

    private long weight(int signer) throws IOException {
        return Hex.small(JsonRpc.text(
                rpc(signer).call("eth_getBlockByNumber", "latest", false).path("totalDifficulty"), "totalDifficulty"));
    }

    /// Whoever is left after four are gone makes three blocks at most.
    void awaitStandstill() throws IOException, InterruptedException {
        long height = height(1);
        long since = System.nanoTime();
        while (System.nanoTime() - since < STANDSTILL.toNanos()) {
            TimeUnit.MILLISECONDS.sleep(100);
            if (height(1) == height) continue;
            height = height(1);
            since = System.nanoTime();
        }
    }
}
