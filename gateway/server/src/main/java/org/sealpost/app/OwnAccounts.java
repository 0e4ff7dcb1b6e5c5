package org.sealpost.app;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.hsm.InsecureKeyFile;
import org.sealpost.hsm.KeyFileRefused;
import org.sealpost.hsm.KeyKind;

/// That no two ledgers on one chain send from one account: none of them would know of the nonces that another
/// one took. The configuration tells names, and a key in a file may have two: by a copy, or a link. On two chains
/// it is no harm.
///
/// @param ledgers those of the configuration that have an account, in its order: of two that share one the first
///     goes on
/// @param known by a ledger's name, which one it was when it was first reached; empty if it never was, or that
///     cannot be read; called by any thread
record OwnAccounts(List<EvmSettings> ledgers, Function<String, Optional<AnchorIdentity>> known) {
    private record Copied(EvmSettings from, AccountKey.InFile file) {}

    /// @throws AnchorageSetback if the key is in a file that cannot be read, or a copy of that of a ledger before,
    ///     and both are known to be on one chain
    void require(EvmSettings chain, AccountKey account) throws AnchorageSetback {
        if (!(account instanceof AccountKey.InFile mine)) return;
        for (var copied : copied(chain, mine)) {
            if (!areOnOneChain(copied.from, chain)) continue;
            throw new AnchorageSetback(
                            "anchorages " + copied.from.name() + " and " + chain.name() + " both have the key in "
                                    + copied.file.file() + ", of which " + mine.file()
                                    + " is a copy, and are on one chain: each ledger there has an account of its own",
                            "move " + mine.file() + " away, and have sealpost token init make another; its"
                                    + " account needs funds where gas has a price")
                    .untilSomebodyActs();
        }
    }

    /// What is said of such a file wherever it is used, whether they are known to be on one chain or not.
    ///
    /// @return empty if it is no copy, or cannot be read
    Optional<String> warning(EvmSettings chain, AccountKey.InFile mine) {
        try {
            return copied(chain, mine).stream()
                    .findFirst()
                    .map(copied -> mine.file() + " is a copy of " + copied.file.file() + ", of anchorage "
                            + copied.from.name() + ": good for two chains, and refused where both are known to be on"
                            + " one");
        } catch (AnchorageSetback e) {
            return Optional.empty();
        }
    }

    private List<Copied> copied(EvmSettings chain, AccountKey.InFile mine) throws AnchorageSetback {
        byte[] key = spki(mine);
        var copied = new ArrayList<Copied>();
        for (var other : ledgers) {
            if (other.name().equals(chain.name())) break;
            for (var theirs : other.accountFiles()) {
                if (holds(theirs, key)) copied.add(new Copied(other, theirs));
            }
        }
        return copied;
    }

    /// Not where it cannot be read, which the other ledger says itself.
    private static boolean holds(AccountKey.InFile file, byte[] key) {
        try {
            return Arrays.equals(spki(file), key);
        } catch (AnchorageSetback e) {
            return false;
        }
    }

    private static byte[] spki(AccountKey.InFile account) throws AnchorageSetback {
        try {
            return InsecureKeyFile.spki(account.file(), KeyKind.SECP256K1);
        } catch (KeyFileRefused e) {
            throw new AnchorageSetback(String.valueOf(e.getMessage()), e.remedy(), e);
        }
    }

    /// As they were when they were reached first. Before that only an address tells it that is a node of both: two
    /// contracts of one address may be on two chains, made by one account on each.
    private boolean areOnOneChain(EvmSettings one, EvmSettings other) {
        if (known.apply(one.name()).orElse(null) instanceof AnchorIdentity.Evm first
                && known.apply(other.name()).orElse(null) instanceof AnchorIdentity.Evm second) {
            return first.chainId() == second.chainId() && first.genesis().equals(second.genesis());
        }
        return !Collections.disjoint(one.config().nodes(), other.config().nodes());
    }
}
