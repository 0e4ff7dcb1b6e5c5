package org.sealpost.app;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.LodgedHead;
import org.sealpost.anchor.fabric.FabricLedger;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.anchor.tsa.TsaProof;

/// The line by which a reader's trust file names an anchorage (docs/formats.md §9). What it says the reader checks with
/// somebody else: a box that vouched for its own witnesses would prove nothing.
final class TrustLine {
    private TrustLine() {}

    /// Of a channel it takes the word of all organisations whose peers signed the newest proof there is, so it is known
    /// from the first one on.
    ///
    /// @param anchored who it is, and what it proves
    /// @param heads    the newest final ones there, newest first
    /// @return one line without its end; empty where it is not known yet, and for a ledger that convinces nobody
    static Optional<String> of(AnchorageSettings settings, Anchored anchored, List<LodgedHead> heads)
            throws IOException {
        var identity = anchored.identity();
        if (identity.isEmpty()) return Optional.empty();
        var line = switch (identity.get()) {
            case AnchorIdentity.Local _ -> Optional.<String>empty();
            case AnchorIdentity.Evm chain -> Optional.of(TrustFile.naming(chain));
            case AnchorIdentity.Fabric channel -> ofChannel(channel, anchored, heads);
            case AnchorIdentity.Tsa authority -> ofAuthority(authority, settings);
        };
        return line.map(String::strip);
    }

    private static Optional<String> ofChannel(AnchorIdentity.Fabric channel, Anchored anchored, List<LodgedHead> heads)
            throws IOException {
        for (var head : heads) {
            var trust = anchored.proof(head.head()).flatMap(proof -> FabricLedger.trustFor(proof, channel));
            if (trust.isPresent()) return trust.map(TrustFile::naming);
        }
        return Optional.empty();
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
