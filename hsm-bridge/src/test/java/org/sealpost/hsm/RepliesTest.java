package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.driver.DriverOptions;
import org.sealpost.hsm.driver.RemoteToken;

class RepliesTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private TokenConfig config;

    @BeforeEach
    void makeAToken() throws Exception {
        config = SoftHsm.create(folder).token("box", 1);
    }

    @Test
    void signaturesAreHandedOutWhereTheCallerWantsThem() throws Exception {
        BlockingQueue<String> handedOutBy = new ArrayBlockingQueue<>(1);
        try (Token token = Tokens.open(config, reply -> {
            handedOutBy.add(Thread.currentThread().getName());
            reply.run();
        })) {
            token.generate("seal", KeyKind.P256).sign(new byte[32], SOON).get();
            assertEquals("hsm-box-1", handedOutBy.take());
        }
    }

    /// On the only thread that signs, what hangs on a signature asks for the next.
    @Test
    void aChainOfSignaturesNeedsNoOtherThread() throws Exception {
        try (Token token = Tokens.open(config, Runnable::run)) {
            var done = new CompletableFuture<Void>();
            chain(token.generate("seal", KeyKind.P256), 50, done);
            done.get(240, TimeUnit.SECONDS);
        }
    }

    @Test
    void thoseOfADriverProcessToo() throws Exception {
        var options = DriverOptions.DEFAULT.withEnvironment(SoftHsm.environment());
        BlockingQueue<Runnable> mine = new ArrayBlockingQueue<>(4);
        try (Token token = RemoteToken.open(config, options.withReplies(mine::add))) {
            var signing = token.generate("seal", KeyKind.P256).sign(new byte[32], SOON);
            Runnable reply = mine.poll(240, TimeUnit.SECONDS);
            assertFalse(signing.isDone());
            reply.run();
            assertEquals(64, signing.getNow(null).length);
        }
    }

    private static void chain(SigningKey key, int left, CompletableFuture<Void> done) {
        if (left == 0) {
            done.complete(null);
        } else {
            key.sign(new byte[32], SOON).thenRun(() -> chain(key, left - 1, done));
        }
    }
}
