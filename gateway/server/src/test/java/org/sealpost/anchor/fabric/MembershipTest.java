package org.sealpost.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.evidence.anchor.tsa.TestTsa;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;
import org.sealpost.merkle.Hash;

/// The identity of a box, whose token stops answering.
@Timeout(60)
class MembershipTest {
    private static final SoftwareKey KEY = SoftwareKey.p256ForTests(31);

    /// A token that takes a call and says nothing, until a test lets it go on.
    private static final class Silent implements SigningKey {
        private final CountDownLatch taken = new CountDownLatch(Membership.AT_ONCE);
        private final CompletableFuture<byte[]> goesOn = new CompletableFuture<>();

        @Override
        public KeySpec spec() {
            return KEY.spec();
        }

        @Override
        public byte[] spki() {
            return KEY.spki();
        }

        @Override
        public CompletableFuture<byte[]> sign(byte[] input, Duration deadline) {
            taken.countDown();
            return goesOn.copy();
        }
    }

    /// They are told that it is the token, while those that it has taken are still out; and they take nobody's turn.
    @Test
    void behindASilentTokenNobodyWaitsWithoutEnd() throws Exception {
        var authority = new TestTsa("peers' CA").root();
        var peer = new FabricConfig.Peer("peer0.example", 7051);
        var config = new FabricConfig(
                List.of(peer),
                List.of(authority),
                "anchors",
                "sealpost",
                "Org1MSP",
                Path.of("box.pem"),
                Duration.ofSeconds(1));
        var token = new Silent();
        var membership = new Membership(config, token, FabricMember::now, Duration.ofMillis(20));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var out = new ArrayList<Future<byte[]>>();
            for (int i = 0; i < Membership.AT_ONCE; i++) out.add(threads.submit(() -> membership.sign(digest())));
            token.taken.await();
            for (int i = 0; i < 3; i++) {
                var told = assertThrows(AnchorageSetback.class, () -> membership.sign(digest()));
                assertTrue(String.valueOf(told.getMessage()).contains("its turn at the token"), told::getMessage);
                assertTrue(told.remedy().contains("state of the token"), told::remedy);
            }
            assertTrue(out.stream().noneMatch(Future::isDone), "those before wait for the token itself");
            token.goesOn.complete(KEY.sign(digest(), Duration.ofSeconds(1)).join());
            byte[] signature = out.getFirst().get();
            for (var each : out) assertEquals(signature.length, each.get().length);
            assertEquals(signature.length, membership.sign(digest()).length, "each gave its turn back");
        }
    }

    private static byte[] digest() {
        return new byte[Hash.SIZE];
    }
}
