package org.sealpost.chaincode;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.hyperledger.fabric.shim.ChaincodeServerProperties;
import org.jspecify.annotations.Nullable;

/// What the process is told by its environment, by the names that Fabric's own examples use.
///
/// @param address   where peers reach it
/// @param packageId of the package that was installed on them
/// @param tls       empty: whoever reaches the port reads what goes over it
record Settings(InetSocketAddress address, String packageId, Optional<Tls> tls) {
    /// PEM files; with a client's CA nobody else's connections are taken.
    record Tls(Path key, Path certificates, Optional<Path> clientCa) {}

    /// What no call needs: 65,536 bytes of arguments, and what peers send with them.
    private static final int MAX_MESSAGE_BYTES = 4 << 20;

    private static final int MAX_METADATA_BYTES = 16 << 10;

    /// @throws IllegalArgumentException if one is missing or wrong, with a sentence for whoever started it
    static Settings of(Map<String, String> environment) {
        var key = file(environment, "CHAINCODE_TLS_KEY");
        var certificates = file(environment, "CHAINCODE_TLS_CERT");
        var clientCa = file(environment, "CHAINCODE_CLIENT_CA_CERT");
        if (key.isPresent() != certificates.isPresent()) {
            throw new IllegalArgumentException("of CHAINCODE_TLS_KEY and CHAINCODE_TLS_CERT one alone is set");
        }
        if (key.isEmpty() && clientCa.isPresent()) {
            throw new IllegalArgumentException("CHAINCODE_CLIENT_CA_CERT is set, and CHAINCODE_TLS_KEY is not");
        }
        return new Settings(
                address(needed(environment, "CHAINCODE_SERVER_ADDRESS")),
                needed(environment, "CORE_CHAINCODE_ID_NAME"),
                key.map(file -> new Tls(file, certificates.orElseThrow(), clientCa)));
    }

    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        try {
            if (colon > 0) {
                int port = Integer.parseInt(text.substring(colon + 1));
                return new InetSocketAddress(text.substring(0, colon), port);
            }
        } catch (IllegalArgumentException e) {
            // no port, as below
        }
        throw new IllegalArgumentException("CHAINCODE_SERVER_ADDRESS is \"" + text + "\", expected HOST:PORT");
    }

    private static String needed(Map<String, String> environment, String name) {
        return given(environment, name).orElseThrow(() -> new IllegalArgumentException(name + " is not set"));
    }

    private static Optional<Path> file(Map<String, String> environment, String name) {
        var path = given(environment, name).map(Path::of);
        if (path.isPresent() && !Files.isReadable(path.get())) {
            throw new IllegalArgumentException(name + ": " + path.get() + " cannot be read");
        }
        return path;
    }

    private static Optional<String> given(Map<String, String> environment, String name) {
        @Nullable String value = environment.get(name);
        return Optional.ofNullable(value).filter(text -> !text.isEmpty());
    }

    ChaincodeServerProperties properties() {
        var properties = new ChaincodeServerProperties();
        properties.setServerAddress(address);
        properties.setMaxInboundMessageSize(MAX_MESSAGE_BYTES);
        properties.setMaxInboundMetadataSize(MAX_METADATA_BYTES);
        // One connection stays for as long as a peer runs: an end of it is an end of what it is about to answer.
        properties.setMaxConnectionAgeSeconds(Integer.MAX_VALUE);
        tls.ifPresent(files -> {
            properties.setTlsEnabled(true);
            properties.setKeyFile(files.key.toString());
            properties.setKeyCertChainFile(files.certificates.toString());
            files.clientCa.ifPresent(ca -> properties.setTrustCertCollectionFile(ca.toString()));
        });
        return properties;
    }
}
