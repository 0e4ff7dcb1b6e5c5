package org.sealpost.hsm.driver;

import java.util.Optional;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.PinRefused;
import org.sealpost.hsm.QueueFull;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenFailure;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.TokenSetback;

/// What a token throws, as a message and back.
final class Failures {
    private Failures() {}

    static Message.Failure told(Throwable failed, Token token) {
        return switch (failed) {
            case TokenSetback it ->
                new Message.Setback(it.state(), it.words(), it.remedy(), it.reason(), it.returnCode());
            case KeyRefused it ->
                new Message.Refused(it.key(), it.attribute(), it.words(), it.reason(), it.returnCode());
            case QueueFull full -> new Message.Full();
            case PinRefused it -> new Message.PinKept(String.valueOf(it.getMessage()), it.returnCode());
            case IllegalArgumentException it -> new Message.Wrong(String.valueOf(it.getMessage()));
            default -> passing(token.health().state(), failed.toString(), "See the log of the driver process.");
        };
    }

    static Message.Setback passing(TokenHealth.State state, String words, String remedy) {
        return new Message.Setback(state, words, remedy, TokenFailure.Reason.RETRYABLE, Optional.empty());
    }

    static RuntimeException thrown(Message.Failure failure, RemoteToken token) {
        return switch (failure) {
            case Message.Setback it ->
                TokenSetback.told(token.name(), it.state(), it.words(), it.remedy(), it.reason(), it.code());
            case Message.Refused it -> KeyRefused.told(it.key(), it.attribute(), it.words(), it.reason(), it.code());
            case Message.Full full ->
                token.full("its driver process has as many calls, or bytes of their inputs, as it takes");
            case Message.PinKept it -> new PinRefused(it.message(), it.code());
            case Message.Wrong it -> new IllegalArgumentException(it.sentence());
        };
    }

    static ProtocolError unexpected(Message.Answer answer) {
        return new ProtocolError("not what was asked for: " + answer);
    }
}
