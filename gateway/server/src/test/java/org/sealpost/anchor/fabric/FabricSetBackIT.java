package org.sealpost.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.PublicationLedger;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SteppedPublishing;
import org.sealpost.lodging.Publication;

/// What one peer lost it fetches from the orderers ([FabricNetworkIT#aPeerThatWasSetBackIsWaitedFor]), so this is what
/// administrators do who set peers and orderers back. What a channel has it keeps, so whoever says that it does not is
/// not believed before somebody orders it. For [FabricTortureIT], whose row it is, it takes too long.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FabricSetBackIT {
    @TempDir
    private Path folder;

    /// One relay goes on meanwhile, and one begins anew, on a channel of whose heads it never got a proof.
    @Test
    void aChannelThatWasSetBackGetsTheHeadAndThePublicationAgain() throws Exception {
        try (var site = FabricSite.start(folder)) {
            var goesOn = new FabricRelay(site.shared());
            var isProved = new AtomicBoolean(false);
            var beginsAnew = new FabricRelay(provedOnly(isProved, site.shared()));
            var both = List.of(goesOn, beginsAnew);
            for (var relay : both) {
                relay.log.growTo(4);
                relay.untilFinal();
            }
            try (var ledger = site.publications();
                    var publishing = publishing(site, ledger)) {
                site.network().keepDisks();
                publishing.grow(SteppedPublishing.PUBLISHED, 2);
                publishing.grow("other", 1);
                publishing.untilNothingWaits();
                assertEquals(List.of(1L, 2L), site.lodged().publications(publishing.log.originId()));
                for (var relay : both) {
                    relay.log.growTo(8);
                    relay.untilFinal();
                }
                site.setBack();
                awaitTold(goesOn, " were seen: it is behind");
                losesAPublication(site, publishing);
            }
            goesOn.resubmit();
            try (var anew = site.ledger(FabricSite.DEADLINE)) {
                beginsAnew.restart(provedOnly(isProved, anew));
                for (var relay : both) {
                    awaitTold(relay, " is not there, and it was final in block ");
                    for (int i = 0; i < 3; i++) relay.step();
                    assertFalse(relay.entries().contains("RolledBack 0"), "nobody has said that it was set back");
                    relay.resubmit();
                    relay.until("the loss noticed", () -> relay.entries().contains("RolledBack 0"));
                    relay.untilFinal();
                    assertEquals(List.of(4L, 8L), site.lodged().sizes(relay.log.originId()));
                }
                isProved.set(true);
                for (var relay : both) relay.requireAllProved();
            }
        }
    }

    /// A log whose first record is published, and final.
    private SteppedPublishing publishing(FabricSite site, PublicationLedger ledger) throws Exception {
        var log = new SignedLog("fabric/set-back", 38_000);
        var box = new SteppedPublishing(
                log,
                folder.resolve("publishing"),
                ledger,
                Publication.Kind.COMMITMENTS,
                SteppedPublishing.Pace.GENTLE,
                List.of());
        box.grow(SteppedPublishing.PUBLISHED, 1);
        box.grow("other", 1);
        log.growTo(log.size());
        new FabricRelay(site.shared(), log).untilFinal();
        box.untilNothingWaits();
        return box;
    }

    /// It is told in two steps, as heads are, and each record is there once in the end.
    private static void losesAPublication(FabricSite site, SteppedPublishing box) throws Exception {
        var origin = box.log.originId();
        awaitTold(box, " were seen: it is behind");
        box.resubmit();
        awaitTold(box, "does not hold any more what was final there: number 2");
        assertEquals(List.of(1L), site.lodged().publications(origin), "nobody has said that it was set back");
        box.resubmit();
        box.until("number 3 final", () -> box.isFinal(3));
        box.untilNothingWaits();
        box.until("no trouble", () -> box.relay().trouble().isEmpty());
        assertEquals(List.of(1L, 3L), site.lodged().publications(origin));
    }

    private static void awaitTold(SteppedPublishing box, String words) throws Exception {
        box.until("a word of it", () -> tells(box.relay().trouble(), words));
    }

    private static void awaitTold(FabricRelay relay, String words) throws Exception {
        relay.until("a word of it", () -> tells(relay.relay().trouble(), words));
    }

    private static boolean tells(Optional<Anchored.Trouble> trouble, String words) {
        return trouble.filter(told -> told.cause().contains(words)).isPresent();
    }

    /// Nothing proves what is there, until it is so.
    private static Anchorage provedOnly(AtomicBoolean isSo, Anchorage anchorage) {
        return (Anchorage) Proxy.newProxyInstance(
                Anchorage.class.getClassLoader(), new Class<?>[] {Anchorage.class}, (_, method, arguments) -> {
                    try {
                        var answer = method.invoke(anchorage, arguments);
                        return method.getName().equals("proof") && !isSo.get() ? Optional.empty() : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
