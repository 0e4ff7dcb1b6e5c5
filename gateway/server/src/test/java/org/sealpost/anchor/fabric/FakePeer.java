package org.sealpost.anchor.fabric;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.gateway.CommitStatusResponse;
import org.hyperledger.fabric.protos.gateway.EndorseRequest;
import org.hyperledger.fabric.protos.gateway.EndorseResponse;
import org.hyperledger.fabric.protos.gateway.ErrorDetail;
import org.hyperledger.fabric.protos.gateway.EvaluateRequest;
import org.hyperledger.fabric.protos.gateway.EvaluateResponse;
import org.hyperledger.fabric.protos.gateway.GatewayGrpc;
import org.hyperledger.fabric.protos.gateway.SignedCommitStatusRequest;
import org.hyperledger.fabric.protos.gateway.SubmitRequest;
import org.hyperledger.fabric.protos.gateway.SubmitResponse;
import org.hyperledger.fabric.protos.ledger.rwset.NsReadWriteSet;
import org.hyperledger.fabric.protos.peer.ChaincodeInvocationSpec;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.Proposal;
import org.hyperledger.fabric.protos.peer.Response;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.sealpost.hsm.TestCa;
import org.sealpost.record.CborWriter;

/// A gateway that says what a test has it say, for answers that no network gives at will.
final class FakePeer implements AutoCloseable {
    /// Of the chaincode's `find`: neither a root of that size nor a newest head.
    private static final byte[] NOTHING = new CborWriter().array(2).nil().nil().toBytes();

    private final Map<String, byte[]> answers = new ConcurrentHashMap<>();
    private final Map<String, byte[]> endorsements = new ConcurrentHashMap<>();
    private final Map<String, Gatewayed> simulations = new ConcurrentHashMap<>();
    private final Map<String, String> failures = new ConcurrentHashMap<>();
    private final Server server;
    private volatile List<String> refusals = List.of();
    private volatile Instant oldest = Instant.MIN;
    private volatile Optional<CommitStatusResponse> committed = Optional.empty();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile int unknownFields;

    private FakePeer(TestCa ca, String listensAt, Instant from) throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair pair = generator.generateKeyPair();
        var der = ca.issueForLocalhost(pair.getPublic().getEncoded(), from, from.plusSeconds(86_400));
        var tls = GrpcSslContexts.configure(
                io.netty.handler.ssl.SslContextBuilder.forServer(pair.getPrivate(), certificate(der)));
        server = NettyServerBuilder.forAddress(new InetSocketAddress(listensAt, 0))
                .sslContext(tls.build())
                .addService(new Gateway())
                .build()
                .start();
    }

    static FakePeer start(TestCa ca) throws Exception {
        return new FakePeer(ca, "127.0.0.1", Instant.now().minusSeconds(60));
    }

    /// Its certificate is good for a day.
    static FakePeer startCertifiedFrom(Instant from, TestCa ca) throws Exception {
        return new FakePeer(ca, "127.0.0.1", from);
    }

    /// Its certificate names localhost all the same.
    static FakePeer startAt(String listensAt, TestCa ca) throws Exception {
        return new FakePeer(ca, listensAt, Instant.now().minusSeconds(60));
    }

    static X509Certificate certificate(byte[] der) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    FabricConfig.Peer address() {
        return new FabricConfig.Peer("localhost", server.getPort());
    }

    /// Of this function, of whichever chaincode.
    void answer(String function, byte[] answer) {
        answers.put(function, answer);
    }

    /// The same where this is the call's last word.
    void answer(String function, long last, byte[] answer) {
        answers.put(function + " " + last, answer);
    }

    /// What is signed of this function, where that is not its answer.
    void endorse(String function, byte[] payload) {
        endorsements.put(function, payload);
    }

    /// What it makes of a call that it is asked to have endorsed.
    interface Gatewayed {
        ByteString payload(SignedProposal call) throws com.google.protobuf.InvalidProtocolBufferException;
    }

    /// This function is endorsed as it is asked for, with these effects.
    void simulate(String function, NsReadWriteSet.Builder effects) {
        var built = effects.build();
        simulate(function, call -> new Endorsing(call, built).payload());
    }

    void simulate(String function, Gatewayed payload) {
        simulations.put(function, payload);
    }

    /// The chaincode fails, and says this, until it has an answer.
    void fail(String function, String words) {
        answers.remove(function);
        endorsements.remove(function);
        simulations.remove(function);
        failures.put(function, words);
    }

    /// From now on each of its answers has so many fields of three bytes that nobody knows.
    void pad(int fields) {
        unknownFields = fields;
    }

    /// From now on it says that it cannot, whatever it is asked.
    void fail() {
        answers.clear();
    }

    /// From now on no request is taken, and this is what each of the orderers says; none: what was handed
    /// over was.
    void refuse(String... details) {
        refusals = List.of(details);
    }

    /// From now on each transaction is in this block.
    void commit(long block, TxValidationCode code) {
        committed = Optional.of(CommitStatusResponse.newBuilder()
                .setBlockNumber(block)
                .setResult(code)
                .build());
    }

    /// From now on it answers nothing that says it was made before.
    void refuseMadeBefore(Instant time) {
        oldest = time;
    }

    /// How often it was asked anything.
    int asked() {
        return asked.get();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Gateway extends GatewayGrpc.GatewayImplBase {
        @Override
        public void evaluate(EvaluateRequest request, StreamObserver<EvaluateResponse> out) {
            asked.incrementAndGet();
            try {
                var answer = answer(request.getProposedTransaction(), Map.of());
                out.onNext(EvaluateResponse.newBuilder()
                        .setResult(Response.newBuilder().setStatus(200).setPayload(ByteString.copyFrom(answer)))
                        .setUnknownFields(unknown())
                        .build());
                out.onCompleted();
            } catch (StatusRuntimeException | com.google.protobuf.InvalidProtocolBufferException e) {
                out.onError(e);
            }
        }

        private UnknownFieldSet unknown() {
            var field = UnknownFieldSet.Field.newBuilder();
            for (int i = 0; i < unknownFields; i++) field.addLengthDelimited(ByteString.copyFromUtf8("x"));
            return UnknownFieldSet.newBuilder().addField(15, field.build()).build();
        }

        /// What is to be signed is the answer, but where it is simulated.
        @Override
        public void endorse(EndorseRequest request, StreamObserver<EndorseResponse> out) {
            asked.incrementAndGet();
            try {
                var call = request.getProposedTransaction();
                var simulated = simulations.get(words(call).getFirst().toStringUtf8());
                var payload =
                        simulated == null ? ByteString.copyFrom(answer(call, endorsements)) : simulated.payload(call);
                out.onNext(EndorseResponse.newBuilder()
                        .setPreparedTransaction(Envelope.newBuilder().setPayload(payload))
                        .build());
                out.onCompleted();
            } catch (StatusRuntimeException | com.google.protobuf.InvalidProtocolBufferException e) {
                out.onError(e);
            }
        }

        /// What a relay asks first of all: it holds no larger head than one that it says to hold whichever
        /// size is asked for, unless a test says so of this very size.
        private boolean isLargest(String function, List<ByteString> words) {
            return function.equals("find")
                    && words.getLast().toStringUtf8().equals(Long.toString(Long.MAX_VALUE))
                    && answers.keySet().stream().anyMatch(known -> known.startsWith(function));
        }

        /// @param first has what goes before the usual answers
        private byte[] answer(SignedProposal signed, Map<String, byte[]> first)
                throws com.google.protobuf.InvalidProtocolBufferException {
            var proposal = Proposal.parseFrom(signed.getProposalBytes());
            requireInTime(Header.parseFrom(proposal.getHeader()));
            var words = words(signed);
            var function = words.getFirst().toStringUtf8();
            if (first.containsKey(function)) return first.get(function);
            var exact = answers.get(function + " " + words.getLast().toStringUtf8());
            if (exact == null && isLargest(function, words)) return newestOf(answers.getOrDefault(function, NOTHING));
            var answer = exact == null ? answers.get(function) : exact;
            if (answer == null) {
                var failed = failures.getOrDefault(function, "no peers available for " + function);
                throw failure(Code.UNKNOWN, List.of(failed));
            }
            return answer;
        }

        private static List<ByteString> words(SignedProposal signed)
                throws com.google.protobuf.InvalidProtocolBufferException {
            var proposal = Proposal.parseFrom(signed.getProposalBytes());
            var call = ChaincodeInvocationSpec.parseFrom(
                    ChaincodeProposalPayload.parseFrom(proposal.getPayload()).getInput());
            return call.getChaincodeSpec().getInput().getArgsList();
        }

        /// @param found two items, of the size and of the newest
        private static byte[] newestOf(byte[] found) {
            int half = (found.length - 1) / 2;
            boolean isHeld = half > 1 && Arrays.equals(found, 1, 1 + half, found, 1 + half, found.length);
            if (!isHeld) return NOTHING;
            var newest = Arrays.copyOfRange(found, half - 1, found.length);
            newest[0] = NOTHING[0];
            newest[1] = NOTHING[1];
            return newest;
        }

        private void requireInTime(Header header) throws com.google.protobuf.InvalidProtocolBufferException {
            var time = ChannelHeader.parseFrom(header.getChannelHeader()).getTimestamp();
            var made = Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
            if (!made.isBefore(oldest)) return;
            throw failure(
                    Code.UNAVAILABLE,
                    List.of("request unauthorized due to incorrect timestamp " + made + ", peer time " + oldest
                            + ", peer.authentication.timewindow 15m0s"));
        }

        /// As long as no transaction is in a block the deadline of whoever asks passes at once.
        @Override
        public void commitStatus(SignedCommitStatusRequest request, StreamObserver<CommitStatusResponse> out) {
            asked.incrementAndGet();
            if (committed.isEmpty()) {
                out.onError(io.grpc.Status.DEADLINE_EXCEEDED.asRuntimeException());
                return;
            }
            out.onNext(committed.get());
            out.onCompleted();
        }

        @Override
        public void submit(SubmitRequest request, StreamObserver<SubmitResponse> out) {
            asked.incrementAndGet();
            if (!refusals.isEmpty()) {
                out.onError(failure(Code.UNAVAILABLE, refusals));
                return;
            }
            out.onNext(SubmitResponse.getDefaultInstance());
            out.onCompleted();
        }
    }

    private static StatusRuntimeException failure(Code code, List<String> details) {
        var packed = new ArrayList<Any>();
        for (var detail : details) {
            packed.add(Any.pack(ErrorDetail.newBuilder()
                    .setAddress("orderer.example:7050")
                    .setMspId("OrdererMSP")
                    .setMessage(detail)
                    .build()));
        }
        return StatusProto.toStatusRuntimeException(Status.newBuilder()
                .setCode(code.getNumber())
                .setMessage("no orderers could successfully process transaction")
                .addAllDetails(packed)
                .build());
    }
}
