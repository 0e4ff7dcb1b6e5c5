package org.sealpost.anchor.fabric;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import javax.net.ssl.SSLException;
import org.hyperledger.fabric.client.Gateway;
import org.hyperledger.fabric.client.GatewayException;
import org.sealpost.anchor.AnchorageSetback;

/// The gateways of the configured peers, asked in their order. Where one failed and the next was well, that one is
/// asked first for a while. What the box goes by is asked of the chosen one alone: another may be behind. Any
/// thread.
final class Peers implements AutoCloseable {
    /// A block is as large as the channel lets it be, and comes as one answer.
    static final int MAX_ANSWER_BYTES = 12 << 20;

    private static final int MAX_HEADER_BYTES = 64 << 10;

    /// Within this a connection that nobody answers on is noticed, so that none is waited for as long as
    /// TCP does.
    private static final long KEEP_ALIVE_SECONDS = 20;

    private static final long PATIENCE_SECONDS = 5;

    /// So long one that failed is asked behind the others.
    static final Duration PASSED_OVER = Duration.ofMinutes(10);

    private final List<FabricConfig.Peer> addresses;
    private final List<ManagedChannel> channels = new ArrayList<>();

    private final LongSupplier nanos;

    // Written by whoever asks, read by any: each is good.
    private volatile Turn turn;

    // Whose channel, and how much of it, was looked at last; negative: nobody's yet.
    private volatile int chosen = -1;

    /// Who is asked first instead of the first in the configuration, and since when.
    private record Turn(int peer, long since) {}

    /// What a gateway is asked.
    interface Question<T> {
        /// @throws InvalidProtocolBufferException if what it answers is no answer
        T ask(Gateway gateway) throws GatewayException, AnchorageSetback, InvalidProtocolBufferException;
    }

    /// Connects to nobody yet.
    Peers(FabricConfig config) {
        this(config, System::nanoTime);
    }

    /// @param nanos of a clock that only runs forward
    Peers(FabricConfig config, LongSupplier nanos) {
        this.nanos = nanos;
        turn = new Turn(0, nanos.getAsLong());
        addresses = config.peers();
        var tls = tls(config.authorities());
        for (var peer : addresses) {
            channels.add(NettyChannelBuilder.forAddress(peer.host(), peer.port())
                    .sslContext(tls)
                    .maxInboundMessageSize(MAX_ANSWER_BYTES)
                    .maxInboundMetadataSize(MAX_HEADER_BYTES)
                    .intercept(new CountedAnswers())
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

    /// The order in which they are asked now.
    List<Integer> inTurn() {
        int start = first();
        return IntStream.range(0, count())
                .map(each -> (start + each) % count())
                .boxed()
                .toList();
    }

    /// This one is well where others may not be.
    void prefer(int peer) {
        if (peer != first()) turn = new Turn(peer, nanos.getAsLong());
    }

    /// This one was looked at, and is well: it is asked first, and alone what the box goes by.
    void choose(int peer) {
        chosen = peer;
        prefer(peer);
    }

    /// The one that is asked what is there; where none was chosen yet, the one that answered last.
    int asked() {
        int only = chosen;
        return only < 0 ? first() : only;
    }

    private int first() {
        var now = turn;
        return nanos.getAsLong() - now.since < PASSED_OVER.toNanos() ? now.peer : 0;
    }

    /// Asks them in turn until one answers, be it with a refusal that every other one would give, too.
    ///
    /// @throws PeerFailed by the one that tells most
    <T> T ask(Member member, Question<T> question) throws PeerFailed, AnchorageSetback {
        return ask(member, question, _ -> false);
    }

    /// @param isAnswer whether this failure, too, is as good as another peer's answer
    <T> T ask(Member member, Question<T> question, Predicate<PeerFailed> isAnswer) throws PeerFailed, AnchorageSetback {
        var failed = new ArrayList<PeerFailed>();
        for (int peer : inTurn()) {
            try {
                T answer = ask(peer, member, question);
                prefer(peer);
                return answer;
            } catch (PeerFailed e) {
                if (e.isAnswer() || isAnswer.test(e)) throw e;
                failed.add(e);
            }
        }
        throw Collections.max(failed, Comparator.comparingInt(PeerFailed::weight));
    }

    /// Asks the chosen one and no other, or all in turn where nobody was chosen yet.
    <T> T askChosen(Member member, Question<T> question) throws PeerFailed, AnchorageSetback {
        return askChosen(member, question, _ -> false);
    }

    /// @param isAnswer as with [#ask]
    <T> T askChosen(Member member, Question<T> question, Predicate<PeerFailed> isAnswer)
            throws PeerFailed, AnchorageSetback {
        int only = chosen;
        return only < 0 ? ask(member, question, isAnswer) : ask(only, member, question);
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
        } catch (InvalidProtocolBufferException e) {
            throw new PeerFailed(addresses.get(peer), e);
        } catch (RuntimeException e) {
            // The library takes what it cannot read for a mistake of its caller.
            throw new PeerFailed(addresses.get(peer), e);
        }
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
