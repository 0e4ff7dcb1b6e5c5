package org.sealpost.anchor.fabric;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/// Reads messages of protocol buffers that a peer has sent: a field of three bytes takes some sixty once it is read, so
/// an answer that may be sent would take more memory than a box has. They are counted first, and too many are refused.
final class CountedFields {
    /// Of a message with all that is in it: more transactions than any block of [Peers#MAX_ANSWER_BYTES] has.
    static final int MOST = 16_384;

    private static final int DEEPEST = 64;

    private int count;

    private CountedFields() {}

    /// @throws InvalidProtocolBufferException also if it has more fields than are read
    static <M extends Message> M read(M prototype, byte[] bytes) throws InvalidProtocolBufferException {
        require(prototype.getDescriptorForType(), CodedInputStream.newInstance(bytes));
        return parsed(prototype, CodedInputStream.newInstance(bytes));
    }

    /// @throws InvalidProtocolBufferException also if it has more fields than are read
    static <M extends Message> M read(M prototype, ByteString bytes) throws InvalidProtocolBufferException {
        require(prototype.getDescriptorForType(), bytes.newCodedInput());
        return parsed(prototype, bytes.newCodedInput());
    }

    /// @throws InvalidProtocolBufferException if it has more fields than are read, or is no message
    static void require(Descriptor type, byte[] bytes) throws InvalidProtocolBufferException {
        require(type, CodedInputStream.newInstance(bytes));
    }

    private static void require(Descriptor type, CodedInputStream in) throws InvalidProtocolBufferException {
        try {
            new CountedFields().count(type, in, 0);
        } catch (InvalidProtocolBufferException e) {
            throw e;
        } catch (IOException e) {
            throw new InvalidProtocolBufferException(e);
        }
    }

    private void count(Descriptor type, CodedInputStream in, int depth) throws IOException {
        if (depth > DEEPEST) throw new InvalidProtocolBufferException("a message in more than " + DEEPEST + " others");
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (++count > MOST) throw new InvalidProtocolBufferException("a message of more than " + MOST + " fields");
            switch (WireFormat.getTagWireType(tag)) {
                case WireFormat.WIRETYPE_VARINT -> in.readRawVarint64();
                case WireFormat.WIRETYPE_FIXED64 -> in.readRawLittleEndian64();
                case WireFormat.WIRETYPE_FIXED32 -> in.readRawLittleEndian32();
                case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
                    int length = in.readRawVarint32();
                    var field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
                    if (field == null || field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                        in.skipRawBytes(length);
                    } else {
                        int limit = in.pushLimit(length);
                        count(field.getMessageType(), in, depth + 1);
                        in.popLimit(limit);
                    }
                }
                default -> throw new InvalidProtocolBufferException("a message of another kind of fields");
            }
        }
    }

    @SuppressWarnings("unchecked") // a message's parser gives messages of its type
    private static <M extends Message> M parsed(M prototype, CodedInputStream in)
            throws InvalidProtocolBufferException {
        return (M) prototype.getParserForType().parseFrom(in);
    }
}
