package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.sealpost.evidence.AnchorIdentity;

/// A channel of Hyperledger Fabric with four orderers (BFT) and two organisations, whose peers both have to endorse
/// (scripts/ledgers).
final class FabricChannel implements ProvingChain {
    private static final String NAME = "fabric";
    private static final String CERTIFICATE = "box.pem";

    private final Path scripts;
    private final Path folder;
    private final LedgerNodes nodes;

    private FabricChannel(Path scripts, Path folder, LedgerNodes nodes) {
        this.scripts = scripts;
        this.folder = folder;
        this.nodes = nodes;
    }

    /// @param folder for all that it writes
    static FabricChannel up(Path scripts, Path folder) throws IOException, InterruptedException {
        return new FabricChannel(scripts, folder, LedgerNodes.up(scripts, "fabric", folder));
    }

    @Override
    public String settings() throws IOException {
        var box = folder.toAbsolutePath().resolve("box");
        var peers = Files.readAllLines(box.resolve("peers")).stream()
                .map(peer -> '"' + peer + '"')
                .collect(Collectors.joining(", "));
        return """
                [anchorage.%s]
                kind = "fabric"
                peers = [%s]
                ca-file = "%s"
                channel = "anchors"
                msp = "Org1MSP"
                identity-certificate = "%s"
                max-age = "0s"
                min-pause = "0s"
                """.formatted(NAME, peers, box.resolve("peers-ca.pem"), CERTIFICATE);
    }

    /// As a client of Org1, by its CA.
    @Override
    public void admit(SealpostGateway gateway) throws IOException, InterruptedException {
        var request = gateway.home().resolve("box.csr");
        gateway.runToEnd("hsm", "csr", NAME, "--subject", "CN=box,OU=client", "--out", request.toString());
        int exit = new ProcessBuilder(
                        scripts.resolve("fabric/client").toString(), folder.toString(), request.toString())
                .redirectOutput(gateway.home().resolve(CERTIFICATE).toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .waitFor();
        if (exit != 0) throw new IOException("the organisation's CA ended with " + exit);
    }

    @Override
    public String trusted(AnchorIdentity identity) throws IOException {
        if (!(identity instanceof AnchorIdentity.Fabric channel)) throw new IOException("not a channel: " + identity);
        return "channel fabric " + channel.channel() + " genesis " + channel.genesis() + " chaincode "
                + channel.chaincode() + " endorsers 2 Org1MSP Org2MSP\n";
    }

    @Override
    public void close() {
        nodes.close();
    }
}
