package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.evm.Anvil;
import org.sealpost.anchor.local.LocalLedger;
import org.sealpost.evidence.Line;
import org.sealpost.evidence.Standing;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.anchor.evm.EvmAnchorCheck;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;

/// The chain goes away while records come in: they are taken and sealed all the same, and anchored when it is back,
/// no head twice.
@Timeout(300)
class LedgerOutageIT {
    @TempDir
    private Path folder;

    private Path state;
    private Anvil anvil;
    private RunningGateway box;
    private Load load;

    @BeforeEach
    void start() throws Exception {
        state = folder.resolve("anvil-state.json");
        anvil = Anvil.start("--state", state.toString(), "--state-interval", "1");
        // For so long a node that forgot is taken for one that is behind.
        var chain = anvil.config(0).withStalledAfter(Duration.ofSeconds(5));
        box = RunningGateway.start(folder.resolve("box"), Optional.of(anvil), Optional.of(chain));
        load = Load.start(box);
    }

    @AfterEach
    void stop() throws Exception {
        if (load != null) load.close();
        if (box != null) box.close();
        if (anvil != null) anvil.close();
    }

    @Test
    void anchorsCatchUpWithAChainThatHungAndWithOneThatWasDeadAndNoneIsMadeTwice() throws Exception {
        load.awaitProgress();
        awaitAnchored();
        long before = box.size() - 1;

        anvil.signal("STOP");
        awaitSealingWithoutTheChain();
        long meanwhile = box.sealedSize() - 1;
        anvil.signal("CONT");
        awaitAnchored();

        // Told to end, anvil writes its state; what was in its pool is gone.
        anvil.stopBy("TERM");
        awaitSealingWithoutTheChain();
        anvil.startAgain();
        awaitAnchored();
        long after = box.sealedSize() - 1;

        load.stopAndFindAll();
        awaitAnchored();
        for (long index : new long[] {before, meanwhile, after}) assertProvedByTheNode(index);
        assertNoneTwice(lodged());
        box.close();
        assertNoneTwice(lodgedLocally());
    }

    /// The node dies and comes back with a state that is older than what it had confirmed: heads that were final are
    /// gone.
    @Test
    void headsThatAKilledChainForgotAreLodgedAgain() throws Exception {
        load.awaitProgress();
        awaitAnchored();
        long kept = box.size() - 1;
        var saved = savedState();
        load.awaitProgress();
        awaitAnchored();
        long forgotten = box.size() - 1;
        long newest = lodged().getLast();
        assertProvedByTheNode(kept);

        anvil.stopBy("KILL");
        Files.write(state, saved);
        awaitSealingWithoutTheChain();
        anvil.startAgain();
        awaitAnchored();
        // Newer heads have come since, so the one that was forgotten never comes back.
        assertFalse(lodged().contains(newest), "the chain has forgotten something");

        load.stopAndFindAll();
        awaitAnchored();
        for (long index : new long[] {kept, forgotten, box.sealedSize() - 1}) assertProvedByTheNode(index);
        assertNoneTwice(lodged());
    }

    /// What the node has written of its state, with all that is anchored now; read while it is not being written.
    private byte[] savedState() throws Exception {
        var found = new AtomicReference<>(new byte[0]);
        var since = Instant.now().plusSeconds(1);
        Await.until("the node has written its state", () -> {
            if (!Files.exists(state)
                    || Files.getLastModifiedTime(state).toInstant().isBefore(since)) return false;
            found.set(Files.readAllBytes(state));
            return isJson(found.get());
        });
        return found.get();
    }

    private static boolean isJson(byte[] bytes) {
        try {
            return new ObjectMapper().readTree(bytes).isObject();
        } catch (IOException e) {
            return false;
        }
    }

    /// The relay says what is wrong; capture, sealing and the other ledger go on.
    private void awaitSealingWithoutTheChain() throws Exception {
        Await.until("the relay is in trouble", () -> box.trouble("relay evm").isPresent());
        var part = box.trouble("relay evm").orElseThrow();
        assertFalse(part.required("cause").asText().isBlank());
        assertFalse(part.required("remedy").asText().isBlank());
        assertTrue(part.has("since"));
        load.awaitProgress();
        long size = box.size();
        Await.until(size + " entries are sealed", () -> box.sealedSize() >= size);
        // On a busy machine a signature may have been late once.
        for (var other : List.of("relay local", "token")) {
            Await.until(other + " is well", () -> box.trouble(other).isEmpty());
        }
    }

    /// The chain holds a head over all that is durable now, and every part says that it is well.
    private void awaitAnchored() throws Exception {
        long size = box.size();
        Await.until("a head of " + size + " entries or more is lodged", () -> {
            var sizes = lodged();
            return !sizes.isEmpty() && sizes.getLast() >= size;
        });
        Await.until("/readyz is green", () -> box.get("/readyz").statusCode() == 200);
    }

    private List<Long> lodged() throws Exception {
        var chain = box.trust().files().getFirst().chains().getFirst();
        return anvil.lodgedSizes(chain.contract());
    }

    /// From the file of a box that was closed (docs/formats.md, "Local ledger").
    private List<Long> lodgedLocally() throws IOException {
        var sizes = new ArrayList<Long>();
        try (var ledger =
                LogParts.small(folder.resolve("box/data"), "local-ledger", LocalLedger.MAX_ENTRY_SIZE_BYTES)) {
            ledger.scan(1, Integer.MAX_VALUE, entry -> {
                try {
                    var in = new CborReader(entry.leaf()).arrayOf(6);
                    in.text(128);
                    sizes.add(in.unsigned());
                } catch (CborMalformed e) {
                    throw new IOException(e);
                }
            });
        }
        return sizes;
    }

    private static void assertNoneTwice(List<Long> sizes) {
        assertTrue(sizes.size() > 3, sizes::toString);
        assertEquals(new ArrayList<>(new TreeSet<>(sizes)), sizes, "each once, each larger than the one before");
    }

    private void assertProvedByTheNode(long index) throws Exception {
        try (var node = new EvmAnchorCheck(List.of(anvil.url()), TrustStore.EMPTY)) {
            var path = "/v1/records/" + index + "/evidence";
            var proved = RunningGateway.verify(box.get(path).body(), box.trust(), node);
            assertTrue(
                    proved.verdict().lines(Standing.PROVED).stream()
                            .map(Line::subject)
                            .anyMatch("anchor"::equals),
                    () -> index + ": " + proved.verdict());
        }
    }
}
