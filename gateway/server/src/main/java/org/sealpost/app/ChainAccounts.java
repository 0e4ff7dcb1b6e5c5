package org.sealpost.app;

import java.util.Arrays;
import java.util.List;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.hsm.InsecureKeyFile;
import org.sealpost.hsm.KeyFileRefused;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.record.Genesis;
import org.sealpost.record.KeyRole;

/// Which keys sign for the accounts of ledgers, in the token or in files.
///
/// The genesis names an account for each ledger that was configured when the log began, and says of none to which
/// ledger it belongs. So where there is one of each the account is known without the token, and else only by its name
/// in there.
///
/// It names none whose key is in a file: that may be exchanged for another at any time.
final class ChainAccounts {
    private static final String MAKE = "sealpost token init makes what the configuration names";
    private static final String REMEDY = "put the right token back, or correct the name of the account's key";

    private final List<byte[]> named;
    private final OwnAccounts own;

    /// @param own of the ledgers of the configuration that have an account, wherever its key is
    ChainAccounts(Genesis genesis, OwnAccounts own) {
        this.named = genesis.keys().stream()
                .filter(key -> key.role() == KeyRole.CHAIN_ACCOUNT)
                .map(Genesis.Key::spki)
                .toList();
        this.own = own;
    }

    /// The key of the account that pays for heads.
    ///
    /// @throws AnchorageSetback if there is no such key, the token is needed and away, or another ledger of its
    ///     chain has it
    SigningKey key(Token token, EvmSettings chain) throws AnchorageSetback {
        own.require(chain, chain.accountKey());
        return key(token, chain.accountKey());
    }

    private SigningKey key(Token token, AccountKey key) throws AnchorageSetback {
        return switch (key) {
            case AccountKey.InToken(var label) -> key(token, label);
            case AccountKey.InFile file -> inFile(file);
        };
    }

    private SigningKey key(Token token, String name) throws AnchorageSetback {
        try {
            if (named.size() == 1 && own.ledgers().size() == 1) {
                return token.key(KeySpec.pinned(name, KeyKind.SECP256K1, named.getFirst()));
            }
            var key = token.key(KeySpec.unpinned(name, KeyKind.SECP256K1));
            // With more ledgers than there were then, one of them has an account that came later.
            if (own.ledgers().size() > named.size() || isNamed(key)) return key;
            throw new AnchorageSetback(
                    "key \"" + name + "\" of the token is none of the accounts that the log's genesis names", REMEDY);
        } catch (KeyRefused e) {
            throw new AnchorageSetback(String.valueOf(e.getMessage()), REMEDY, e);
        } catch (TokenSetback e) {
            throw new AnchorageSetback(String.valueOf(e.getMessage()), e.remedy(), e);
        }
    }

    /// The key of the account that pays for publications, whatever the genesis says: that names those of heads only.
    ///
    /// @throws AnchorageSetback if there is no such key, the token is needed and away, or it is that of heads or of
    ///     another ledger of its chain
    SigningKey keyForPublications(Token token, EvmSettings chain, PublishingAccount publishing)
            throws AnchorageSetback {
        own.require(chain, publishing.key());
        var payer = unchecked(token, publishing.key());
        // Two names in a token are two keys, as two files need not be.
        if (!chain.accountFiles().isEmpty()) requireAnother(key(token, chain.accountKey()), payer);
        return payer;
    }

    private static SigningKey unchecked(Token token, AccountKey key) throws AnchorageSetback {
        return switch (key) {
            case AccountKey.InToken(var label) -> inToken(token, label);
            case AccountKey.InFile file -> inFile(file);
        };
    }

    /// By its name alone, since no ledger trusts an account.
    ///
    /// @throws AnchorageSetback if the token does not have such a key, or is needed and away
    static SigningKey inToken(Token token, String name) throws AnchorageSetback {
        try {
            return token.key(KeySpec.unpinned(name, KeyKind.SECP256K1));
        } catch (KeyRefused e) {
            throw new AnchorageSetback(String.valueOf(e.getMessage()), MAKE, e);
        } catch (TokenSetback e) {
            throw new AnchorageSetback(String.valueOf(e.getMessage()), e.remedy(), e);
        }
    }

    /// @throws AnchorageSetback if the file holds no such key
    static SigningKey inFile(AccountKey.InFile key) throws AnchorageSetback {
        try {
            return InsecureKeyFile.open(key.file(), KeyKind.SECP256K1);
        } catch (KeyFileRefused e) {
            throw new AnchorageSetback(String.valueOf(e.getMessage()), e.remedy(), e);
        }
    }

    /// @throws AnchorageSetback if both are one key
    static void requireAnother(SigningKey heads, SigningKey publications) throws AnchorageSetback {
        if (!Arrays.equals(heads.spki(), publications.spki())) return;
        throw new AnchorageSetback(
                "publications have the key of the account of heads, and need an account of their own, so that they and"
                        + " heads never wait for each other",
                "give publish-account-key-file another file than a copy, or leave it to sealpost token init to make"
                        + " one");
    }

    private boolean isNamed(SigningKey key) {
        return named.stream().anyMatch(spki -> Arrays.equals(spki, key.spki()));
    }
}
