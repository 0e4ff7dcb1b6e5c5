package org.sealpost.anchor.fabric;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.merkle.Hash;

/// How a channel of Hyperledger Fabric is reached, and as whom.
///
/// @param peers       whose gateways are asked, 1 to 8, of any organisation; in this order until one
///     answers
/// @param authorities CAs of their TLS certificates, 1 to 32
/// @param chaincode   the name under which Sealpost's is committed on the channel
/// @param msp         the organisation that the identity belongs to
/// @param certificate file with the identity's certificate, PEM; read afresh when it is needed, so one
///                    that was renewed counts at once
/// @param deadline    for each whole answer
public record FabricConfig(
        List<Peer> peers,
        List<X509Certificate> authorities,
        String channel,
        String chaincode,
        String msp,
        Path certificate,
        Duration deadline) {
    private static final int MAX_PEERS = 8;
    private static final int MAX_AUTHORITIES = 32;
    private static final int MAX_MSP_LENGTH = 249;

    /// Where a peer listens, with TLS.
    ///
    /// @param host as its certificate names it
    public record Peer(String host, int port) {
        private static final int MAX_PORT = 65_535;

        public Peer {
            if (host.isEmpty() || port < 1 || port > MAX_PORT) {
                throw new IllegalArgumentException("a peer's address is HOST:PORT");
            }
        }

        /// @param text `HOST:PORT`, an IPv6 address in brackets
        /// @throws IllegalArgumentException if it is none
        public static Peer of(String text) {
            int colon = text.lastIndexOf(':');
            var host = text.substring(0, Math.max(0, colon));
            boolean isBracketed = host.startsWith("[") && host.endsWith("]");
            if (colon < 1 || host.contains("/") || host.contains("@") || host.contains(":") && !isBracketed) {
                throw new IllegalArgumentException("a peer's address is HOST:PORT, not " + text);
            }
            try {
                return new Peer(
                        (isBracketed ? host.substring(1, host.length() - 1) : host).toLowerCase(Locale.ROOT),
                        Integer.parseInt(text.substring(colon + 1)));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("a peer's address is HOST:PORT, not " + text, e);
            }
        }

        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    public FabricConfig {
        peers = List.copyOf(peers);
        authorities = List.copyOf(authorities);
        requireGood(peers, channel, chaincode, msp, deadline);
        if (authorities.isEmpty() || authorities.size() > MAX_AUTHORITIES) {
            throw new IllegalArgumentException(
                    "the peers' file has 1 to " + MAX_AUTHORITIES + " certificates of CAs, not " + authorities.size());
        }
    }

    /// Looks at all that stands in no other file.
    ///
    /// @throws IllegalArgumentException if it cannot be
    public static void requireGood(List<Peer> peers, String channel, String chaincode, String msp, Duration deadline) {
        if (peers.isEmpty() || peers.size() > MAX_PEERS) {
            throw new IllegalArgumentException(
                    "a channel is reached by 1 to " + MAX_PEERS + " peers, not " + peers.size());
        }
        // One that stands there twice would confirm itself.
        if (new HashSet<>(peers).size() < peers.size()) {
            throw new IllegalArgumentException("a peer's address stands there twice");
        }
        if (!msp.matches("[!-~]{1," + MAX_MSP_LENGTH + "}")) {
            throw new IllegalArgumentException("an MSP id has 1 to " + MAX_MSP_LENGTH + " visible characters");
        }
        if (!deadline.isPositive()) {
            throw new IllegalArgumentException("the deadline is positive, not " + deadline);
        }
        identity(channel, chaincode, Hash.of(new byte[Hash.SIZE])); // refuses names that are none
    }

    AnchorIdentity.Fabric identity(Hash genesis) {
        return identity(channel, chaincode, genesis);
    }

    private static AnchorIdentity.Fabric identity(String channel, String chaincode, Hash genesis) {
        return new AnchorIdentity.Fabric(channel, genesis, chaincode);
    }
}
