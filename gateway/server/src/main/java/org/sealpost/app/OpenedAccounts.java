package org.sealpost.app;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.journal.BrokenPromise;

/// The keys of accounts as a command opens them. The token is opened for those that are in it, so a machine whose
/// accounts are in files needs none. Any account will do that no other ledger of the chain has, since the contract
/// trusts none: only its name is looked at.
final class OpenedAccounts implements Closeable {
    private final GatewayConfig config;
    private final OwnAccounts own;
    private Optional<Token> token = Optional.empty();

    OpenedAccounts(GatewayConfig config) {
        this.config = config;
        this.own = new OwnAccounts(config.chains(), name -> known(config, name));
    }

    /// Of a file it says on the standard error what it is, so that it is seen with `--json`, too.
    ///
    /// @param key of the ledger's accounts
    /// @throws AnchorageSetback if there is no such key, or a ledger before has it, whose relay may run
    /// @throws TokenSetback if the token is needed and not ready
    SigningKey open(EvmSettings ledger, AccountKey key) throws AnchorageSetback, InterruptedException {
        return switch (key) {
            case AccountKey.InToken(var label) -> ChainAccounts.inToken(token(), label);
            case AccountKey.InFile file -> {
                System.err.println("WARNING: " + file.warning());
                own.require(ledger, file);
                own.warning(ledger, file).ifPresent(words -> System.err.println("WARNING: " + words));
                yield ChainAccounts.inFile(file);
            }
        };
    }

    /// Of another ledger than the command is about, so what cannot be read there is no obstacle.
    private static Optional<AnchorIdentity> known(GatewayConfig config, String name) {
        try {
            return OpenedAnchorage.known(config, name);
        } catch (IOException | BrokenPromise e) {
            return Optional.empty();
        }
    }

    private Token token() throws InterruptedException {
        if (token.isEmpty()) token = Optional.of(OpenedAnchorage.token(config));
        return token.get();
    }

    @Override
    public void close() {
        token.ifPresent(Token::close);
    }
}
