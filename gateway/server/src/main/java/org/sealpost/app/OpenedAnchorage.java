package org.sealpost.app;

import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Optional;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.HeadFile;
import org.sealpost.anchor.HeadRefused;
import org.sealpost.anchor.evm.EvmContract;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.anchor.fabric.FabricLedger;
import org.sealpost.anchor.local.LocalLedger;
import org.sealpost.anchor.tsa.TimestampAuthority;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.P256Key;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.lodging.Finding;

/// An anchorage of a configuration as a command uses it, beside a gateway or on a machine that has none. It
/// deploys nothing.
///
/// @param known    who it was when this machine's gateway first reached it; empty if none ever did
/// @param identity which key signs for an organisation's member there, where one does
/// @param allowed  what its administrators must have allowed before it takes anything of this machine, in words; empty
///     if nothing
/// @param held     what is closed with it
record OpenedAnchorage(
        Anchorage anchorage,
        Optional<AnchorIdentity> known,
        Optional<Identity> identity,
        String allowed,
        Closeable held)
        implements AutoCloseable {
    /// @param name of the key, as the configuration has it
    record Identity(String anchorage, String name, P256Key key) {
        String isSealing() {
            return "anchorage." + anchorage + ".identity-key is \"" + name + "\", and this key seals the log, or did";
        }
    }

    static final String ANOTHER_IDENTITY = "name another identity-key, and have sealpost token init make it";

    /// What seals signs nothing that others ask for.
    ///
    /// @param log of which a head is to be lodged
    /// @throws StartRefused if it does
    void requireSealsNothing(HeadFile log) throws HeadRefused {
        if (identity.isEmpty() || !log.keys().contains(identity.get().key())) return;
        throw new StartRefused(identity.get().isSealing(), ANOTHER_IDENTITY);
    }

    /// @throws StartRefused if the configuration has no such anchorage, or it cannot be used from here
    /// @throws AnchorageSetback if the token does not have its account's key, or another ledger has it
    /// @throws IOException if what its relay wrote down cannot be read, or another file that it needs
    static OpenedAnchorage open(GatewayConfig config, String name)
            throws AnchorageSetback, IOException, InterruptedException {
        require(config, name);
        return open(config, name, known(config, name));
    }

    /// The same without a look at what its relay wrote down.
    ///
    /// @param known who it was when it was reached first; empty also where that cannot be read
    static OpenedAnchorage open(GatewayConfig config, String name, Optional<AnchorIdentity> known)
            throws AnchorageSetback, IOException, InterruptedException {
        return switch (require(config, name)) {
            case LocalSettings _ -> local(config, known);
            case AuthoritySettings authority -> authority(config, authority, known);
            case EvmSettings evm -> evm(config, evm, known);
            case FabricSettings fabric -> fabric(config, fabric, known);
        };
    }

    /// What it stamped lies with the gateway, so here it holds nothing.
    private static OpenedAnchorage authority(
            GatewayConfig config, AuthoritySettings settings, Optional<AnchorIdentity> known) throws IOException {
        var authority = TimestampAuthority.open(
                settings.config(),
                (_, _, _) -> Finding.Absent.EMPTY,
                KernelClock.open(config.discipline()),
                System::nanoTime,
                new SecureRandom());
        return new OpenedAnchorage(authority, known, Optional.empty(), "", () -> {});
    }

    /// @throws StartRefused if the configuration has no such anchorage
    static AnchorageSettings require(GatewayConfig config, String name) {
        for (var each : config.anchorages()) {
            if (each.name().equals(name)) return each;
        }
        throw new StartRefused(
                "the configuration has no anchorage \"" + name + "\"",
                config.anchorages().isEmpty()
                        ? "it has none: add [anchorage." + name + "]"
                        : "it has " + String.join(", ", config.anchorageNames()));
    }

    private static OpenedAnchorage local(GatewayConfig config, Optional<AnchorIdentity> known) throws IOException {
        try {
            var journal = LogParts.small(config.data(), LocalLedger.JOURNAL, LocalLedger.MAX_ENTRY_SIZE_BYTES);
            try {
                return new OpenedAnchorage(LocalLedger.open(journal), known, Optional.empty(), "", journal::close);
            } catch (IOException | RuntimeException e) {
                journal.close();
                throw e;
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains(DirectoryDisk.IN_USE)) throw e;
            throw new StartRefused(
                    "a gateway runs on " + config.data() + " and writes its local ledger", "stop it first");
        }
    }

    private static OpenedAnchorage evm(GatewayConfig config, EvmSettings evm, Optional<AnchorIdentity> known)
            throws AnchorageSetback, IOException, InterruptedException {
        var keys = new OpenedAccounts(config);
        try {
            var account = keys.open(evm, evm.accountKey());
            var contract = EvmContract.creation(evm.contract())
                    .orElseThrow(() -> new StartRefused(
                            evm.contract() + " is not there, so the contract's address is not known",
                            "copy this file from the box that deployed the contract; where none did, see that account "
                                    + EvmLedger.accountOf(account)
                                    + " can pay, and start the gateway, or sealpost anchor deploy"));
            return new OpenedAnchorage(
                    EvmLedger.open(evm.config(), contract, it -> RelayOnDisk.anyGoesOn(config, it), account),
                    known,
                    Optional.empty(),
                    "where the chain has a list of accounts that may send, " + EvmLedger.accountOf(account)
                            + " must be on it; where gas has a price, it needs funds",
                    keys);
        } catch (AnchorageSetback | IOException | RuntimeException e) {
            keys.close();
            throw e;
        }
    }

    private static OpenedAnchorage fabric(GatewayConfig config, FabricSettings fabric, Optional<AnchorIdentity> known)
            throws AnchorageSetback, IOException, InterruptedException {
        var token = token(config);
        try {
            var key = identity(token, fabric.identityKey());
            var ledger = FabricLedger.open(fabric.config(), key, KernelClock.open(config.discipline()));
            return new OpenedAnchorage(
                    ledger,
                    known,
                    Optional.of(new Identity(fabric.name(), fabric.identityKey(), P256Key.of(key.spki()))),
                    "the CA of " + fabric.msp() + " must have enrolled key \"" + fabric.identityKey()
                            + "\" as a client, with the certificate in " + fabric.certificate()
                            + ", and the organisations must have committed chaincode " + fabric.chaincode()
                            + " on channel " + fabric.channel(),
                    token::close);
        } catch (AnchorageSetback | IOException | RuntimeException e) {
            token.close();
            throw e;
        }
    }

    /// Who signs for an organisation's member. Its certificate says whose key it is, so here only its name
    /// is looked at.
    static SigningKey identity(Token token, String name) throws AnchorageSetback {
        try {
            return token.key(KeySpec.unpinned(name, KeyKind.P256));
        } catch (KeyRefused e) {
            throw new AnchorageSetback(
                    String.valueOf(e.getMessage()), "sealpost token init makes what the configuration names", e);
        } catch (TokenSetback e) {
            throw new AnchorageSetback(String.valueOf(e.getMessage()), e.remedy(), e);
        }
    }

    /// Waits until it is ready.
    ///
    /// @throws TokenSetback if it is not
    static Token token(GatewayConfig config) throws InterruptedException {
        var token = config.token().isInsecure()
                ? HsmInsecure.warned(config.token().open())
                : config.token().open();
        var health = token.settle(HsmTarget.SETTLING);
        if (health.isReady()) return token;
        token.close();
        throw health.setback(token.description());
    }

    /// @throws IOException if what its relay wrote down cannot be read
    static Optional<AnchorIdentity> known(GatewayConfig config, String name) throws IOException {
        try (var relay = RelayOnDisk.open(config.data(), name)) {
            return relay.relay().identity();
        }
    }

    @Override
    public void close() throws IOException {
        anchorage.close();
        held.close();
    }
}
