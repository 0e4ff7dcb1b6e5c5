package org.sealpost.app;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.ForeignWords;
import org.sealpost.anchor.LodgedHead;
import org.sealpost.anchor.evm.Creation;
import org.sealpost.anchor.evm.EvmContract;
import org.sealpost.anchor.fabric.FabricLedger;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.anchor.tsa.TsaProof;

/// The line by which a reader's trust file names an anchorage (docs/formats.md §9). What it says the reader checks with
/// somebody else: a box that vouched for its own witnesses would prove nothing.
final class TrustLine {
    private TrustLine() {}

    /// Of a channel it names all of its organisations, as of the newest proof in which peers of each signed: one that
    /// was away for a while is not left out of what readers take the word of.
    ///
    /// @param anchored who it is, and what it proves
    /// @param heads    the newest final ones there, newest first
    /// @return one line without its end, a comment where peers of an organisation did not sign, or the pin
    ///     file of a contract cannot be read; empty where it is not known yet, and for a ledger that convinces
    ///     nobody
    static Optional<String> of(AnchorageSettings settings, Anchored anchored, List<LodgedHead> heads)
            throws IOException {
        var identity = anchored.identity();
        if (identity.isEmpty()) return Optional.empty();
        var line = switch (identity.get()) {
            case AnchorIdentity.Local _ -> Optional.<String>empty();
            case AnchorIdentity.Evm chain -> Optional.of(ofContract(chain, settings));
            case AnchorIdentity.Fabric channel -> ofChannel(channel, anchored, heads);
            case AnchorIdentity.Tsa authority -> ofAuthority(authority, settings);
        };
        return line.map(String::strip);
    }

    /// With the transaction that made it, so that readers can ask their own node about that. Asks no node.
    ///
    /// @return a line with its end; a comment where the pin file cannot be read, since a line that silently
    ///     says less would be taken for all that is known
    static String ofContract(AnchorIdentity.Evm chain, AnchorageSettings settings) {
        if (!(settings instanceof EvmSettings evm)) return TrustFile.naming(chain);
        try {
            return EvmContract.creation(evm.contract())
                    .filter(Creation::isOfHeads)
                    .filter(made -> made.contract().hex().equals(HexFormat.of().formatHex(chain.contract())))
                    .map(made -> TrustFile.naming(chain, made.id()))
                    .orElseGet(() -> TrustFile.naming(chain));
        } catch (IOException e) {
            return "# chain evm " + chain.chainId() + ": what made its contract is not known, since the pin file "
                    + evm.contract().getFileName() + " cannot be read; the line stands here once it can\n";
        }
    }

    private static Optional<String> ofChannel(AnchorIdentity.Fabric channel, Anchored anchored, List<LodgedHead> heads)
            throws IOException {
        Optional<String> missing = Optional.empty();
        for (var head : heads) {
            var proof = anchored.proof(head.head());
            var trust = proof.flatMap(found -> FabricLedger.trustFor(found, channel));
            if (trust.isEmpty()) continue;
            var absent = FabricLedger.missingFrom(proof.get(), channel);
            if (absent.isEmpty()) return trust.map(TrustFile::naming);
            if (missing.isEmpty()) missing = Optional.of(withoutThem(channel, absent));
        }
        return missing;
    }

    /// A comment in a trust file: the names are a channel's, and none of them ends it.
    private static String withoutThem(AnchorIdentity.Fabric channel, Set<String> absent) {
        return "# channel fabric " + channel.channel() + ": peers of "
                + ForeignWords.printable(String.join(", ", absent))
                + " did not sign; the line stands here once they do, or is written without them by whoever has to rely"
                + " on it";
    }

    /// The identity has a hash of the authority's key only, and the configuration its certificate.
    private static Optional<String> ofAuthority(AnchorIdentity.Tsa authority, AnchorageSettings settings) {
        return settings instanceof AuthoritySettings(var _, var _, var config)
                        && TsaProof.identity(config.authority(), authority.policy())
                                .equals(authority)
                ? Optional.of(TrustFile.namingAuthority(config.certificate()))
                : Optional.empty();
    }
}
