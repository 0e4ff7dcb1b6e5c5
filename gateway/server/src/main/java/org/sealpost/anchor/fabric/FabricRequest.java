package org.sealpost.anchor.fabric;

import com.google.protobuf.InvalidProtocolBufferException;
import java.security.cert.CertificateException;
import java.util.Optional;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.hyperledger.fabric.protos.gateway.PreparedTransaction;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// A request as the relay keeps it (docs/formats.md §23): the signed envelope, and the signed question what
/// became of it.
///
/// @param status a `SignedCommitStatusRequest`
record FabricRequest(Envelope transaction, byte[] status) {
    private static final int MAX_BYTES = 65_536;

    /// @throws IllegalArgumentException if it is none
    static FabricRequest read(byte[] bytes) {
        try {
            var in = new CborReader(bytes).arrayOf(2);
            var request = new FabricRequest(Envelope.parseFrom(in.bytes(MAX_BYTES)), in.bytes(MAX_BYTES));
            in.end();
            return request;
        } catch (CborMalformed | InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a request of an anchorage on Fabric: " + e.getMessage(), e);
        }
    }

    byte[] toBytes() {
        return new CborWriter()
                .array(2)
                .bytes(transaction.toByteArray())
                .bytes(status)
                .toBytes();
    }

    /// The transaction's, 64 lower-case hex digits.
    String id() {
        try {
            return ChannelHeader.parseFrom(payload().getHeader().getChannelHeader())
                    .getTxId();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("the request's envelope has no header", e);
        }
    }

    Hash hash() {
        return Hash.ofHex(id());
    }

    PreparedTransaction prepared() {
        return PreparedTransaction.newBuilder()
                .setTransactionId(id())
                .setEnvelope(transaction)
                .build();
    }

    /// Who made it. Empty if it does not tell: a peer may have had it made so, for a release that did not look.
    Optional<Member> creator() {
        try {
            var header = SignatureHeader.parseFrom(payload().getHeader().getSignatureHeader());
            return Optional.of(Member.of(SerializedIdentity.parseFrom(header.getCreator())));
        } catch (InvalidProtocolBufferException | CertificateException e) {
            return Optional.empty();
        }
    }

    private Payload payload() throws InvalidProtocolBufferException {
        return Payload.parseFrom(transaction.getPayload());
    }
}
