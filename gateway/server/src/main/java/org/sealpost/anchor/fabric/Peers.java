package org.sealpost.anchor.fabric;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.hyperledger.fabric.client.Gateway;
import org.hyperledger.fabric.client.GatewayException;
import org.sealpost.anchor.AnchorageSetback;

/// The gateways of the configured peers. The first that answers is asked first from then on. Any thread.
final class Peers implements AutoCloseable {
    /// A block is as large as the channel lets it be, and comes as one answer.
    static final int MAX_ANSWER_BYTES = 12 << 20;

    private static final int MAX_HEADER_BYTES = 64 << 10;

    /// Within this a connection that nobody answers on is noticed, so that none is waited for as long as
    /// TCP does.
    private static final long KEEP_ALIVE_SECONDS = 20;

    private static final long PATIENCE_SECONDS = 5;

    private final List<FabricConfig.Peer> addresses;
    private final List<ManagedChannel> channels = new ArrayList<>();

    // Written by the relay's thread, read by any.
    private volatile int first;

    /// What a gateway is asked.
    interface Question<T> {
        T ask(Gateway gateway) throws GatewayException, AnchorageSetback;
    }

    /// Connects to nobody yet.
    Peers(FabricConfig config) {
        addresses = config.peers();
        var tls = tls(config.authorities());
        for (var peer : addresses) {
            channels.add(NettyChannelBuilder.forAddress(peer.host(), peer.port())
                    .sslContext(tls)
                    .maxInboundMessageSize(MAX_ANSWER_BYTES)
                    .maxInboundMetadataSize(MAX_HEADER_BYTES)
                    .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                    .keepAliveTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .disableServiceConfigLookUp()
                    .disableRetry()
                    .build());
        }
    }

    private static SslContext tls(List<X509Certificate> authorities) {
        try {
            return GrpcSslContexts.forClient()
                    .trustManager(authorities.toArray(X509Certificate[]::new))
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("TLS cannot be used", e);
        }
    }

    int count() {
        return addresses.size();
    }

    FabricConfig.Peer address(int peer) {
        return addresses.get(peer);
    }

    /// Asks them in turn, as long as one does not answer.
    ///
    /// @throws PeerFailed by the last one that was asked
    <T> T ask(Member member, Question<T> question) throws PeerFailed, AnchorageSetback {
        int start = first;
        for (int tried = 0; ; tried++) {
            int peer = (start + tried) % count();
            try {
                T answer = ask(peer, member, question);
                first = peer;
                return answer;
            } catch (PeerFailed e) {
                if (!e.isSilence() || tried + 1 == count()) throw e;
            }
        }
    }

    /// Asks this one and no other.
    <T> T ask(int peer, Member member, Question<T> question) throws PeerFailed, AnchorageSetback {
        // Whoever asks waits between its attempts by itself.
        channels.get(peer).resetConnectBackoff();
        try (var gateway = Gateway.newInstance()
                .identity(member)
                .connection(channels.get(peer))
                .connect()) {
            return question.ask(gateway);
        } catch (GatewayException e) {
            throw new PeerFailed(addresses.get(peer), e);
        }
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
