package org.sealpost.bench;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.hyperledger.fabric.client.Commit;
import org.hyperledger.fabric.client.Contract;
import org.hyperledger.fabric.client.Gateway;
import org.hyperledger.fabric.client.GatewayException;
import org.hyperledger.fabric.client.Network;
import org.hyperledger.fabric.client.SubmitException;
import org.hyperledger.fabric.client.Transaction;
import org.hyperledger.fabric.client.identity.Identities;
import org.hyperledger.fabric.client.identity.Signers;
import org.hyperledger.fabric.client.identity.X509Identity;
import org.hyperledger.fabric.protos.common.BlockchainInfo;
import org.hyperledger.fabric.protos.gateway.CommitStatusRequest;
import org.hyperledger.fabric.protos.gateway.SignedCommitStatusRequest;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;
import org.sealpost.hsm.SigningKey;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.PublicationRequest;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// What a channel takes from somebody who only sends: Fabric's own client as its documentation shows it, with a key in
/// a file, and a thread for each request that may be under way, which has it endorsed, sends it, waits until it is in a
/// block, and takes the next. Nothing is kept. What is published is signed before the clock runs; requests are not,
/// since what peers endorse is part of what the network does.
final class BareFabricClient implements DrainCompare.Drains {
    private static final long DEADLINE_SECONDS = 30;

    private final Origin origin = new Origin("bench/bare");
    private final SecureRandom random = new SecureRandom();
    private final DrainSite.Load load;
    private final SigningKey seal;
    private final ManagedChannel connection;
    private final Gateway gateway;
    private final Network network;
    private final Contract contract;
    private final Map<Step, LongAdder> spent = new EnumMap<>(Step.class);
    private List<byte[]> requests = List.of();
    private long number;

    private BareFabricClient(
            FabricChannel.Client client,
            DrainSite.Load load,
            SigningKey seal,
            ManagedChannel connection,
            Gateway gateway) {
        this.load = load;
        this.seal = seal;
        this.connection = connection;
        this.gateway = gateway;
        this.network = gateway.getNetwork(client.channel());
        this.contract = network.getContract(client.chaincode());
        for (var step : Step.values()) spent.put(step, new LongAdder());
    }

    private enum Step {
        ENDORSED("until peers have endorsed it"),
        TAKEN("until orderers have taken it"),
        WAITED("until it is in a block");

        private final String words;

        Step(String words) {
            this.words = words;
        }
    }

    static BareFabricClient connect(FabricChannel.Client client, DrainSite.Load load, SigningKey seal)
            throws IOException {
        var address = client.peer();
        var connection = NettyChannelBuilder.forAddress(address.host(), address.port())
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(client.authorities().toFile())
                        .build())
                .build();
        try (var certificate = Files.newBufferedReader(client.certificate());
                var key = Files.newBufferedReader(client.key())) {
            var gateway = Gateway.newInstance()
                    .identity(new X509Identity(client.msp(), Identities.readX509Certificate(certificate)))
                    .signer(Signers.newPrivateKeySigner(Identities.readPrivateKey(key)))
                    .connection(connection)
                    .evaluateOptions(BareFabricClient::bounded)
                    .endorseOptions(BareFabricClient::bounded)
                    .submitOptions(BareFabricClient::bounded)
                    .commitStatusOptions(BareFabricClient::bounded)
                    .connect();
            return new BareFabricClient(client, load, seal, connection, gateway);
        } catch (CertificateException | InvalidKeyException e) {
            throw new IOException("the client's key or certificate cannot be read", e);
        }
    }

    private static CallOptions bounded(CallOptions options) {
        return options.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    Origin origin() {
        return origin;
    }

    /// How many blocks the channel has.
    long height() throws IOException {
        try {
            byte[] answer = network.getContract("qscc").evaluateTransaction("GetChainInfo", network.getName());
            return BlockchainInfo.parseFrom(answer).getHeight();
        } catch (GatewayException e) {
            throw new IOException("the channel's length", e);
        }
    }

    @Override
    public void prepare(int count) throws IOException {
        var made = new ArrayList<byte[]>();
        while (made.size() < count) {
            var content = new byte[Hash.SIZE * load.records()];
            random.nextBytes(content);
            var publication = new Publication(
                    origin,
                    seal.spki(),
                    ++number,
                    Publication.Kind.COMMITMENTS,
                    number * (load.records() + 1),
                    load.records(),
                    content);
            byte[] signature = FirstHead.signature(seal, publication.digest().toBytes());
            made.add(PublicationRequest.of(publication.signed(signature)).toBytes());
        }
        requests = made;
    }

    @Override
    public void drain(int count) throws IOException, InterruptedException {
        spent.values().forEach(LongAdder::reset);
        var next = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(load.inFlight())) {
            var all = new ArrayList<Future<?>>();
            for (int i = 0; i < load.inFlight(); i++) {
                all.add(threads.submit(() -> {
                    for (int at = next.getAndIncrement(); at < count; at = next.getAndIncrement()) {
                        publish(requests.get(at));
                    }
                    return null;
                }));
            }
            for (var each : all) each.get();
        } catch (ExecutionException e) {
            throw new IOException("the channel does not take a publication", e.getCause());
        }
        long last = last();
        if (last != number) throw new IOException("publication " + last + " is the last one, not " + number);
    }

    private void publish(byte[] request) throws Exception {
        long begun = System.nanoTime();
        var endorsed =
                contract.newProposal("publish").addArguments(request).build().endorse();
        long endorsedAt = spent(Step.ENDORSED, begun);
        var sent = sent(endorsed);
        long takenAt = spent(Step.TAKEN, endorsedAt);
        var status = sent.getStatus();
        spent(Step.WAITED, takenAt);
        if (!status.isSuccessful()) throw new IOException("not valid: " + status.getCode());
    }

    /// Orderers that had it from others before call that a failure, and the peer does where most of them do: whether it
    /// comes into a block tells.
    private Commit sent(Transaction endorsed) throws Exception {
        try {
            return endorsed.submitAsync();
        } catch (SubmitException e) {
            var who = gateway.getIdentity();
            var creator = SerializedIdentity.newBuilder()
                    .setMspid(who.getMspId())
                    .setIdBytes(ByteString.copyFrom(who.getCredentials()));
            var asked = CommitStatusRequest.newBuilder()
                    .setChannelId(network.getName())
                    .setTransactionId(endorsed.getTransactionId())
                    .setIdentity(creator.build().toByteString());
            return gateway.newCommit(SignedCommitStatusRequest.newBuilder()
                    .setRequest(asked.build().toByteString())
                    .build()
                    .toByteArray());
        }
    }

    private long spent(Step step, long since) {
        long now = System.nanoTime();
        spent.get(step).add(now - since);
        return now;
    }

    private long last() throws IOException {
        try {
            byte[] answer = contract.evaluateTransaction(
                    "lastPublication", OriginId.of(seal.spki(), origin).toString());
            return Long.parseLong(new String(answer, StandardCharsets.US_ASCII));
        } catch (GatewayException e) {
            throw new IOException("the last publication of " + origin, e);
        }
    }

    /// Of each request, while others have theirs.
    @Override
    public Map<String, Long> spent() {
        var nanos = new LinkedHashMap<String, Long>();
        spent.forEach((step, sum) -> nanos.put(step.words, sum.sum()));
        return nanos;
    }

    @Override
    public void close() {
        gateway.close();
        connection.shutdownNow();
    }
}
