package org.sealpost.app;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.sealpost.anchor.evm.EvmContract;
import org.sealpost.anchor.evm.EvmLedger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "deploy",
        mixinStandardHelpOptions = true,
        description = {
            "Brings the contract onto the chain of an anchorage, once, as the first start of a gateway does: the account"
                    + " pays, and the file that anchorage.NAME.contract names keeps the address for all boxes of the chain.",
            "Where something is published there, the contract for publications, too, which its own account pays.",
            "The same command again is harmless: it looks whether the contract is there."
        })
final class AnchorDeploy implements Callable<Integer> {
    @Option(names = "--config", required = true, description = "the configuration file, sealpost.toml")
    private Path config = Path.of("");

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Parameters(paramLabel = "NAME", description = "the anchorage")
    private String name = "";

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            var settings = GatewayConfig.read(config);
            if (!(OpenedAnchorage.require(settings, name) instanceof EvmSettings evm)) {
                throw new HsmRefusal(
                        "nothing is deployed for " + name + ": only chains have a contract", HsmCommand.REFUSED);
            }
            try (var token = OpenedAnchorage.token(settings)) {
                var account = OpenedAnchorage.account(token, evm);
                var contract = EvmContract.deployOnce(evm.config(), account, evm.contract());
                var json = HsmOutput.object()
                        .put("anchorage", name)
                        .put("contract", contract.toString())
                        .put("account", EvmLedger.accountOf(account).toString())
                        .put("file", evm.contract().toString());
                var sentence = "the contract is at " + contract + "; " + evm.contract()
                        + " names it, for this box and for others that share it";
                if (evm.publishing().isEmpty()) return HsmOutput.Answer.done(json, sentence);
                var publishing = evm.publishing().get();
                var payer = ChainAccounts.keyForPublications(token, publishing.accountKey());
                var second = EvmContract.deployPublicationsOnce(evm.config(), payer, contract, publishing.contract());
                return HsmOutput.Answer.done(
                        json.put("publicationsContract", second.toString())
                                .put("publicationsAccount", EvmLedger.accountOf(payer).toString())
                                .put("publicationsFile", publishing.contract().toString()),
                        sentence + "; that for publications is at " + second + ", and " + publishing.contract()
                                + " names it");
            }
        });
    }
}
