package org.sealpost.app;

import java.io.Closeable;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenSetback;

/// The keys of accounts as a command opens them. The token is opened for those that are in it, so a machine whose
/// accounts are in files needs none. Any account will do, since the contract trusts none: only its name is looked at.
final class OpenedAccounts implements Closeable {
    private final GatewayConfig config;
    private Optional<Token> token = Optional.empty();

    OpenedAccounts(GatewayConfig config) {
        this.config = config;
    }

    /// Of a file it says on the standard error what it is, so that it is seen with `--json`, too.
    ///
    /// @throws AnchorageSetback if there is no such key
    /// @throws TokenSetback if the token is needed and not ready
    SigningKey open(AccountKey key) throws AnchorageSetback, InterruptedException {
        return switch (key) {
            case AccountKey.InToken(var label) -> ChainAccounts.inToken(token(), label);
            case AccountKey.InFile file -> {
                System.err.println("WARNING: " + file.warning());
                yield ChainAccounts.inFile(file);
            }
        };
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
