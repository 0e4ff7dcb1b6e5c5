package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.sealpost.anchor.fabric.FabricConfig;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.hsm.CertificateFile;

/// A channel of Hyperledger Fabric with four orderers (BFT) and two organisations, whose peers both have to endorse
/// (scripts/ledgers).
final class FabricChannel implements ProvingChain {
    /// Of the anchorage, and of the identity's key in the token.
    static final String NAME = "fabric";

    private static final String CHANNEL = "anchors";
    private static final String CHAINCODE = "sealpost";
    private static final String MSP = "Org1MSP";
    private static final String CERTIFICATE = "box.pem";

    private final Path scripts;
    private final Path folder;
    private final LedgerNodes nodes;

    /// A member of the first organisation with a key in a file, as others have it.
    ///
    /// @param peer        the first organisation's
    /// @param authorities file with the CAs of the peers' TLS certificates, PEM
    /// @param key         file with it, PKCS#8, PEM
    record Client(
            FabricConfig.Peer peer,
            Path authorities,
            String channel,
            String chaincode,
            String msp,
            Path key,
            Path certificate) {}

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
        var peers = peers().stream().map(peer -> "\"" + peer + '"').collect(Collectors.joining(", "));
        return """
                [anchorage.%s]
                kind = "fabric"
                peers = [%s]
                ca-file = "%s"
                channel = "%s"
                msp = "%s"
                identity-certificate = "%s"
                max-age = "0s"
                min-pause = "0s"
                """.formatted(NAME, peers, authorities(), CHANNEL, MSP, CERTIFICATE);
    }

    private List<FabricConfig.Peer> peers() throws IOException {
        return Files.readAllLines(box().resolve("peers")).stream()
                .map(FabricConfig.Peer::of)
                .toList();
    }

    private Path authorities() {
        return box().resolve("peers-ca.pem");
    }

    private Path box() {
        return folder.toAbsolutePath().resolve("box");
    }

    /// How a gateway that was admitted reaches it.
    FabricConfig config(SealpostGateway admitted) throws IOException {
        try {
            return new FabricConfig(
                    peers(),
                    CertificateFile.read(Files.readAllBytes(authorities())),
                    CHANNEL,
                    CHAINCODE,
                    MSP,
                    admitted.home().resolve(CERTIFICATE),
                    Duration.ofSeconds(10));
        } catch (CertificateException e) {
            throw new IOException("the peers' CAs cannot be read", e);
        }
    }

    /// One more member, with a new key.
    Client client(String name) throws IOException, InterruptedException {
        var key = box().resolve(name + ".key");
        var request = box().resolve(name + ".csr");
        var certificate = box().resolve(name + ".pem");
        // Beside it openssl writes what it does.
        var openssl = new ProcessBuilder(
                        "openssl",
                        "req",
                        "-new",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:prime256v1",
                        "-nodes",
                        "-keyout",
                        key.toString(),
                        "-out",
                        request.toString(),
                        "-subj",
                        "/OU=client/CN=" + name)
                .redirectErrorStream(true)
                .redirectOutput(box().resolve(name + ".log").toFile())
                .start()
                .waitFor();
        if (openssl != 0) throw new IOException("openssl req ended with " + openssl + "; see " + box());
        certify(request, certificate);
        return new Client(peers().getFirst(), authorities(), CHANNEL, CHAINCODE, MSP, key, certificate);
    }

    /// As a client of Org1, by its CA.
    @Override
    public void admit(SealpostGateway gateway) throws IOException, InterruptedException {
        var request = gateway.home().resolve("box.csr");
        gateway.runToEnd("hsm", "csr", NAME, "--subject", "CN=box,OU=client", "--out", request.toString());
        certify(request, gateway.home().resolve(CERTIFICATE));
    }

    private void certify(Path request, Path certificate) throws IOException, InterruptedException {
        int exit = new ProcessBuilder(
                        scripts.resolve("fabric/client").toString(), folder.toString(), request.toString())
                .redirectOutput(certificate.toFile())
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
