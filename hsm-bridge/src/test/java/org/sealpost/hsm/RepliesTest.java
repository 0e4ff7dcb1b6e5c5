package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.driver.DriverOptions;
import org.sealpost.hsm.driver.RemoteToken;

class RepliesTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private TokenConfig config;

    @BeforeEach
    void makeAToken() throws Exception {
        config = SoftHsm.create(folder).token("box", 1);
    }

    /// What the caller hangs on a future asks for the next signature, on the only thread that signs.
    @Test
    void signaturesAreHandedOutWhereTheCallerWantsThem() throws Exception {
        try (Token token = Tokens.open(config, Runnable::run)) {
            String second = lastOf(new ArrayBlockingQueue<>(2), token.generate("seal", KeyKind.P256), 2);
            assertTrue(second.startsWith("hsm-box-"), second);
        }
    }

    @Test
    void thoseOfADriverProcessToo() throws Exception {
        var options = DriverOptions.DEFAULT.withEnvironment(SoftHsm.environment());
        BlockingQueue<Runnable> mine = new ArrayBlockingQueue<>(4);
        try (Token token = RemoteToken.open(config, options.withReplies(mine::add))) {
            var signing = token.generate("seal", KeyKind.P256).sign(new byte[32], SOON);
            Runnable reply = mine.poll(20, TimeUnit.SECONDS);
            assertFalse(signing.isDone());
            reply.run();
            assertEquals(64, signing.getNow(null).length);
        }
    }

    private static String lastOf(BlockingQueue<String> names, SigningKey key, int count) throws Exception {
        ask(names, key, count);
        String last = "";
        for (int i = 0; i < count; i++) {
            last = String.valueOf(names.poll(20, TimeUnit.SECONDS));
        }
        return last;
    }

    private static void ask(BlockingQueue<String> names, SigningKey key, int count) {
        key.sign(new byte[32], SOON).thenRun(() -> {
            names.add(Thread.currentThread().getName());
            if (count > 1) {
                ask(names, key, count - 1);
            }
        });
    }
}
