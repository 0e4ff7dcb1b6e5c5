package org.sealpost.hsm.bench;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.Tokens;
import org.sealpost.hsm.driver.DriverOptions;
import org.sealpost.hsm.driver.RemoteToken;

/// Through hsm-bridge: asked one at a time and waited for, or with so many calls under way that no session
/// rests.
final class SealpostWay implements Way {
    /// A variable of the environment with options for the driver's JVM.
    static final String DRIVER_OPTIONS = "BENCH_DRIVER_OPTIONS";

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final int CALLS_PER_SESSION = 16;

    private final Token token;
    private final SigningKey key;
    private final int calls;
    private final byte[] digest = Way.digest();

    private SealpostWay(Token token, TokenConfig config, String name) {
        this.token = token;
        this.key = token.key(KeySpec.unpinned(name, KeyKind.P256));
        this.calls = CALLS_PER_SESSION * config.sessions();
    }

    static Way inside(TokenConfig config, Executor replies, String name) {
        return new SealpostWay(Tokens.open(config, replies), config, name);
    }

    /// The driver process inherits the environment of this one.
    static Way inDriverProcess(TokenConfig config, Executor replies, String name) {
        String jvm = System.getenv(DRIVER_OPTIONS);
        Map<String, String> environment = jvm == null ? Map.of() : Map.of("JDK_JAVA_OPTIONS", jvm);
        var options = DriverOptions.DEFAULT.withEnvironment(environment).withReplies(replies);
        return new SealpostWay(RemoteToken.open(config, options), config, name);
    }

    @Override
    public byte[] one() throws Exception {
        return key.sign(digest, DEADLINE).get();
    }

    /// Each answer asks for the next signature, on the thread that brings it.
    @Override
    public byte[] many(int count) throws Exception {
        var left = new AtomicInteger(count);
        var missing = new AtomicInteger(count);
        var last = new CompletableFuture<byte[]>();
        for (int i = 0; i < calls; i++) {
            ask(left, missing, last);
        }
        return last.get();
    }

    private void ask(AtomicInteger left, AtomicInteger missing, CompletableFuture<byte[]> last) {
        while (left.getAndDecrement() > 0) {
            CompletableFuture<byte[]> signing = key.sign(digest, DEADLINE);
            // One that is there already must not be answered from within, or a quick module would fill the stack.
            boolean isThere = signing.isDone();
            signing.whenComplete((signature, failed) -> {
                if (failed != null) {
                    last.completeExceptionally(failed);
                } else if (missing.decrementAndGet() == 0) {
                    last.complete(signature);
                }
                if (!isThere) {
                    ask(left, missing, last);
                }
            });
            if (!isThere) {
                return;
            }
        }
    }

    @Override
    public void close() {
        token.close();
    }
}
