package org.sealpost.anchor.fabric;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Has the fields of each answer counted before the library reads it ([CountedFields]). What is in it as bytes is
/// counted by whoever reads those; where that is the library, the answer has to be small.
final class CountedAnswers implements ClientInterceptor {
    /// Of what peers sign: a call, its answer, and a signature with a certificate for each organisation.
    static final int MAX_SIGNED_BYTES = 512 << 10;

    private static final String EVALUATE = "Evaluate";

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        // Blocks come as such an answer, and in it as bytes.
        int most = EVALUATE.equals(method.getBareMethodName()) ? Peers.MAX_ANSWER_BYTES : MAX_SIGNED_BYTES;
        var answers = new Counting<>(method.getResponseMarshaller(), most);
        return next.newCall(
                method.toBuilder(method.getRequestMarshaller(), answers).build(), options);
    }

    private record Counting<A>(MethodDescriptor.Marshaller<A> answers, int most)
            implements MethodDescriptor.Marshaller<A> {
        @Override
        public InputStream stream(A value) {
            return answers.stream(value);
        }

        @Override
        public A parse(InputStream stream) {
            try {
                var bytes = stream.readNBytes(most + 1);
                if (bytes.length > most) throw tooLarge("an answer of more than " + most + " bytes");
                if (answers instanceof MethodDescriptor.PrototypeMarshaller<A> known
                        && known.getMessagePrototype() instanceof Message prototype) {
                    CountedFields.require(prototype.getDescriptorForType(), bytes);
                }
                return answers.parse(new ByteArrayInputStream(bytes));
            } catch (InvalidProtocolBufferException e) {
                throw tooLarge(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                throw Status.UNAVAILABLE.withCause(e).asRuntimeException();
            }
        }

        private static RuntimeException tooLarge(String what) {
            return Status.RESOURCE_EXHAUSTED.withDescription(what).asRuntimeException();
        }
    }
}
