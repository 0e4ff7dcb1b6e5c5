package org.sealpost.anchor.evm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.sealpost.evidence.anchor.evm.BftDialect;
import org.sealpost.evidence.anchor.evm.ProofBroken;

/// A consortium of four validators: three of them make a block each second, which is final at once; two make
/// none.
final class BftConsortium extends EvmNodes {
    private static final int VALIDATORS = 4;

    /// The validators of block 0 (scripts/ledgers/evm/validators).
    static final List<String> GENESIS = List.of(
            "a61027be0b2e419ed7b1dc612efbeabcab41ac4e",
            "a2a9de4bc3e6bbde5f7bddfcb946200430bb295b",
            "76ed0436c9eb9fd9cbc0a030d77b0a6222c2760d",
            "43689fe4ad60ec5670c50c1df38756a1b6536683");

    private final BftDialect dialect;

    private BftConsortium(Path folder, BftDialect dialect) {
        super(folder, VALIDATORS);
        this.dialect = dialect;
    }

    /// Returns when there is a block beyond the first.
    ///
    /// @param folder  where everything of the network lies, also each validator's log
    /// @param dialect QBFT or Istanbul, which GoQuorum has
    static BftConsortium start(Path folder, BftDialect dialect) throws IOException, InterruptedException {
        var consortium = new BftConsortium(folder, dialect);
        consortium.start();
        return consortium;
    }

    @Override
    String consensus() {
        return dialect.consensus().toString();
    }

    @Override
    List<String> genesis() {
        return GENESIS;
    }

    /// A chain on which inclusion is final, asked through this validator.
    EvmConfig config(int validator) {
        return config(validator, 0);
    }

    /// All four vote that this account is to be a validator, or is to be none any more; each says so in the
    /// next block that it makes.
    void vote(Address account, boolean in) throws IOException {
        for (int validator : all()) rpc(validator).call("istanbul_propose", account.toString(), in);
    }

    /// Whom the newest block names as validators: those who sealed it, one block behind [#validators].
    Set<String> named() throws IOException, ProofBroken {
        var newest = rpc(1).call("eth_getBlockByNumber", "latest", false);
        return dialect.validatorsNamedBy(Hex.bytes(newest.path("extraData").asText()));
    }

    /// Who seals the next block.
    List<String> validators() throws IOException {
        var found = new ArrayList<String>();
        rpc(1).call("istanbul_getValidators", "latest").forEach(address -> found.add(address.asText()));
        return found;
    }
}
