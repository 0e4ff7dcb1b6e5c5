package org.sealpost.app;

import java.util.Arrays;
import java.util.List;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.record.Genesis;
import org.sealpost.record.KeyRole;

/// Which keys of the token sign for the accounts of ledgers.
///
/// The genesis names an account for each ledger that was configured when the log began, and says of none to which
/// ledger it belongs. So where there is one of each the account is known without the token, and else only by its name
/// in there.
final class ChainAccounts {
    private static final String REMEDY = "put the right token back, or correct the name of the account's key";

    private final List<byte[]> named;
    private final int ledgers;

    /// @param ledgers how many of the configured ones have an account
    ChainAccounts(Genesis genesis, int ledgers) {
        this.named = genesis.keys().stream()
                .filter(key -> key.role() == KeyRole.CHAIN_ACCOUNT)
                .map(Genesis.Key::spki)
                .toList();
        this.ledgers = ledgers;
    }

    /// @throws AnchorageSetback if the token does not have such a key, or is needed and away
    SigningKey key(Token token, String name) throws AnchorageSetback {
        try {
            if (named.size() == 1 && ledgers == 1) {
                return token.key(KeySpec.pinned(name, KeyKind.SECP256K1, named.getFirst()));
            }
            var key = token.key(KeySpec.unpinned(name, KeyKind.SECP256K1));
            // With more ledgers than there were then, one of them has an account that came later.
            if (ledgers > named.size() || isNamed(key)) return key;
            throw new AnchorageSetback(
                    "key \"" + name + "\" of the token is none of the accounts that the log's genesis names", REMEDY);
        } catch (KeyRefused e) {
            throw new AnchorageSetback(String.valueOf(e.getMessage()), REMEDY, e);
        } catch (TokenSetback e) {
            throw new AnchorageSetback(String.valueOf(e.getMessage()), e.remedy(), e);
        }
    }

    /// The key of the account that pays for publications, by its name alone: no ledger trusts an account, and the
    /// genesis
    /// names those of heads only.
    ///
    /// @throws AnchorageSetback if the token does not have such a key, or is needed and away
    static SigningKey keyForPublications(Token token, String name) throws AnchorageSetback {
        try {
            return token.key(KeySpec.unpinned(name, KeyKind.SECP256K1));
        } catch (KeyRefused e) {
            throw new AnchorageSetback(
                    String.valueOf(e.getMessage()), "sealpost token init makes what the configuration names", e);
        } catch (TokenSetback e) {
            throw new AnchorageSetback(String.valueOf(e.getMessage()), e.remedy(), e);
        }
    }

    private boolean isNamed(SigningKey key) {
        return named.stream().anyMatch(spki -> Arrays.equals(spki, key.spki()));
    }
}
