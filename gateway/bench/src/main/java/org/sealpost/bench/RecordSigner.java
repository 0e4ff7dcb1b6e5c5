package org.sealpost.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.Tokens;

/// Has a token sign each record by itself: what a log costs that seals no heads.
final class RecordSigner implements AutoCloseable {
    /// Fewer than what a token lets wait.
    private static final int UNDER_WAY = 128;

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final Token token;
    private final SigningKey key;
    private final Semaphore room = new Semaphore(UNDER_WAY);

    private RecordSigner(Token token, SigningKey key) {
        this.token = token;
        this.key = key;
    }

    /// Opens the token that [SealpostGateway#create] made, in this process.
    static RecordSigner open(Path module, Path pinFile, int sessions) {
        var config = new TokenConfig(module, "sealpost", Optional.empty(), Optional.empty(), pinFile, sessions);
        // Answered where it is signed: the quickest way that there is.
        var token = Tokens.open(config, Runnable::run);
        return new RecordSigner(token, token.key(KeySpec.unpinned("seal", KeyKind.P256)));
    }

    /// Waits while too many signatures are under way.
    ///
    /// @param signed run on a thread of the token's; what cannot be signed ends the process, as in [BareServer]
    ///     what cannot be forced
    void sign(byte[] digest, Runnable signed) {
        room.acquireUninterruptibly();
        key.sign(digest, DEADLINE).whenComplete((signature, failure) -> {
            room.release();
            if (failure == null) {
                signed.run();
                return;
            }
            failure.printStackTrace();
            Runtime.getRuntime().halt(70);
        });
    }

    @Override
    public void close() {
        token.close();
    }
}
