package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The administrators of Org1 and Org2, at a network that `scripts/ledgers/fabric/network` made.
///
/// @param network its folder
/// @param folder  where they work
record FabricAdministrators(Path network, Path folder) {
    private static final Path ROOT = Path.of(System.getProperty("sealpost.root"));

    /// HOST:PORT of a node, such as `p1`.
    String at(String node) throws IOException {
        try (var ports = Files.lines(network.resolve("ports"))) {
            return ports.filter(line -> line.startsWith(node + " "))
                    .map(line -> "127.0.0.1:" + line.substring(node.length() + 1))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /// By Org1's CA, for a client.
    ///
    /// @param request PKCS#10, PEM
    /// @return PEM
    String certificate(Path request) throws IOException, InterruptedException {
        return script("client", List.of(network.toString(), request.toString()))
                .well()
                .out();
    }

    /// Has both organisations install and approve, and one of them commit, by the commands that were said to them.
    ///
    /// @param said by `anchor deploy`
    void commit(List<String> said) throws IOException, InterruptedException {
        var orderers = network.resolve("crypto/ordererOrganizations/orderer.local/tlsca/tlsca.orderer.local-cert.pem");
        var orderer = List.of("-o", at("o1"), "--tls", "--cafile", orderers.toString());
        var peers = new ArrayList<>(orderer);
        for (int each : new int[] {1, 2}) {
            peer(each, command(said, "install"), List.of()).well();
            peer(each, command(said, "approveformyorg"), orderer).well();
            peers.addAll(List.of(
                    "--peerAddresses",
                    at("p" + each),
                    "--tlsRootCertFiles",
                    serviceCa(each).toString()));
        }
        peer(1, command(said, "commit"), peers).well();
    }

    /// The command with this act, as it stands there.
    private static List<String> command(List<String> said, String act) {
        var mark = ": peer lifecycle chaincode " + act + " ";
        var line = said.stream().filter(each -> each.contains(mark)).findFirst().orElseThrow();
        return List.of(line.substring(line.indexOf(mark) + ": peer ".length()).split(" "));
    }

    /// Whether a chaincode answers by these rules.
    boolean answers(String chaincode, String rules) throws IOException, InterruptedException {
        var asked = List.of("chaincode", "query", "-C", "anchors", "-n", chaincode, "-c", "{\"Args\":[\"version\"]}");
        return peer(1, asked, List.of()).out().strip().equals(rules);
    }

    /// Who vouches for the TLS of an organisation's peer, and, of Org1, for that of [#serve].
    Path serviceCa(int organisation) {
        return organisation(organisation).resolve("tlsca/tlsca.org" + organisation + ".local-cert.pem");
    }

    /// Starts the chaincode's service as docs/ledgers.md does.
    ///
    /// @param at HOST:PORT
    Process serve(String at, String packageId) throws IOException {
        var target = ROOT.resolve("gateway/contracts/chaincode/target");
        var tls = organisation(1).resolve("peers/peer0.org1.local/tls");
        try (var jars = Files.newDirectoryStream(target, "sealpost-chaincode-*.jar")) {
            var service = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-XX:+ExitOnOutOfMemoryError",
                            "-XX:TieredStopAtLevel=1",
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-cp",
                            jars.iterator().next() + ":" + target.resolve("lib/*"),
                            "org.sealpost.chaincode.Main")
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("chaincode.log").toFile());
            service.environment().put("CHAINCODE_SERVER_ADDRESS", at);
            service.environment().put("CORE_CHAINCODE_ID_NAME", packageId);
            service.environment()
                    .put("CHAINCODE_TLS_KEY", tls.resolve("server.key").toString());
            service.environment()
                    .put("CHAINCODE_TLS_CERT", tls.resolve("server.crt").toString());
            return service.start();
        }
    }

    private Path organisation(int number) {
        return network.resolve("crypto/peerOrganizations/org" + number + ".local");
    }

    /// The program `peer`.
    private Said peer(int organisation, List<String> words, List<String> settings)
            throws IOException, InterruptedException {
        var place = List.of(network.toString(), Integer.toString(organisation));
        return script(
                "admin", Stream.of(place, words, settings).flatMap(List::stream).toList());
    }

    private Said script(String name, List<String> words) throws IOException, InterruptedException {
        var all = new ArrayList<>(
                List.of(ROOT.resolve("scripts/ledgers/fabric").resolve(name).toString()));
        all.addAll(words);
        var script = new ProcessBuilder(all);
        script.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return Said.by(script, folder.resolve("err"));
    }
}
