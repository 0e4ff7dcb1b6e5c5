package org.sealpost.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.evm.Address;
import org.sealpost.anchor.evm.EvmContract;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.anchor.fabric.ChaincodePackage;
import org.sealpost.journal.DurableFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "deploy",
        mixinStandardHelpOptions = true,
        description = {
            "Brings the contract onto the EVM chain of an anchorage, once, as the first start of a gateway does: the"
                    + " account pays, and the file that anchorage.NAME.contract names keeps the address for all boxes of"
                    + " the chain. Where something is published there, the contract for publications, too, which its own"
                    + " account pays. The same command again is harmless: it looks whether the contract is there.",
            "Of a channel of Hyperledger Fabric it writes the chaincode's package and says what the administrators of"
                    + " its organisations do with it; nobody is asked or told anything."
        })
final class AnchorDeploy implements Callable<Integer> {
    @Option(names = "--config", required = true, description = "the configuration file, sealpost.toml")
    private Path config = Path.of("");

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Parameters(paramLabel = "NAME", description = "the anchorage")
    private String name = "";

    @Option(names = "--service", description = "Fabric: HOST:PORT at which peers reach the chaincode's service")
    private Optional<String> service = Optional.empty();

    @Option(
            names = "--service-ca",
            description = "Fabric: PEM of who vouches for the service's TLS; without it, no TLS")
    private Optional<Path> serviceCa = Optional.empty();

    @Option(names = "--out", description = "Fabric: the package; default: sealpost.tgz")
    private Path file = Path.of("sealpost.tgz");

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            var settings = GatewayConfig.read(config);
            return switch (OpenedAnchorage.require(settings, name)) {
                case EvmSettings evm -> contract(settings, evm);
                case FabricSettings fabric -> chaincode(fabric);
                case LocalSettings _, AuthoritySettings _ ->
                    throw new HsmRefusal(
                            "nothing is deployed for " + name + ": only chains have a contract", HsmCommand.REFUSED);
            };
        });
    }

    private HsmOutput.Answer contract(GatewayConfig settings, EvmSettings evm) throws Exception {
        try (var keys = new OpenedAccounts(settings)) {
            var account = keys.open(evm, evm.accountKey());
            var reached = OpenedAnchorage.known(settings, name);
            var contract = EvmContract.deployOnce(evm.config(), account, evm.contract(), reached);
            var json = HsmOutput.object()
                    .put("anchorage", name)
                    .put("contract", contract.toString())
                    .put("account", EvmLedger.accountOf(account).toString())
                    .put("file", evm.contract().toString());
            var sentence = "the contract is at " + contract + "; " + evm.contract()
                    + " names it, for this box and for others that share it";
            if (evm.publishingAccount().isEmpty()) return HsmOutput.Answer.done(json, sentence);
            var publishing = evm.publishingAccount().get();
            var payer = keys.open(evm, publishing.key());
            ChainAccounts.requireAnother(account, payer);
            Address second;
            try {
                second = EvmContract.deployPublicationsOnce(
                        evm.config(), payer, contract, publishing.contract(), reached);
            } catch (AnchorageSetback e) {
                throw new AnchorageSetback(
                        sentence + "; that for publications, which account " + EvmLedger.accountOf(payer)
                                + " pays for, was not deployed: "
                                + e.getMessage(),
                        e.remedy(),
                        e);
            }
            return HsmOutput.Answer.done(
                    json.put("publicationsContract", second.toString())
                            .put(
                                    "publicationsAccount",
                                    EvmLedger.accountOf(payer).toString())
                            .put("publicationsFile", publishing.contract().toString()),
                    sentence + "; that for publications is at " + second + ", and " + publishing.contract()
                            + " names it");
        }
    }

    private HsmOutput.Answer chaincode(FabricSettings fabric) throws IOException {
        var at = service.orElseThrow(() ->
                HsmTarget.usage("--service is missing: where peers reach the chaincode's service, such as: --service"
                        + " chaincode.example:9999"));
        Optional<String> ca = Optional.empty();
        if (serviceCa.isPresent()) {
            var pem = HsmImportCert.read(serviceCa.get());
            HsmWords.certificates(pem, serviceCa.get().toString());
            ca = Optional.of(new String(pem, StandardCharsets.US_ASCII));
        }
        ChaincodePackage made;
        try {
            made = ChaincodePackage.of(at, ca);
        } catch (IllegalArgumentException e) {
            throw HsmTarget.usage("--service: " + e.getMessage());
        }
        DurableFile.replace(file, made.bytes(), "rw-r--r--");
        String definition =
                " --channelID " + fabric.channel() + " --name " + fabric.chaincode() + " --version 1 --sequence 1"
                        + fabric.collection()
                                .map(_ -> " --collections-config \"$PWD\"/collections.json")
                                .orElse("");
        var written = fabric.collection()
                .map(named -> "; collections.json is the administrators' to write, with a collection named " + named)
                .orElse("");
        return HsmOutput.Answer.done(
                HsmOutput.object()
                        .put("anchorage", name)
                        .put("file", file.toString())
                        .put("package", made.id()),
                file + " is the package. Its service is started with CORE_CHAINCODE_ID_NAME=" + made.id(),
                "each organisation: peer lifecycle chaincode install " + file,
                "each organisation: peer lifecycle chaincode approveformyorg" + definition + " --package-id "
                        + made.id(),
                "one of them, when enough have approved: peer lifecycle chaincode commit" + definition,
                "with the settings of their own orderers and peers behind it, and a sequence one higher where the channel"
                        + " has another definition of that name" + written);
    }
}
