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

    static Message.Answer told(Throwable failed, Token token) {
        return switch (failed) {
            case TokenSetback it ->
                new Message.Setback(it.state(), it.words(), it.remedy(), it.reason(), it.returnCode());
            case KeyRefused it ->
                new Message.Refused(it.key(), it.attribute(), it.words(), it.reason(), it.returnCode());
            case QueueFull full -> new Message.Full();
            case PinRefused it -> new Message.PinKept(String.valueOf(it.getMessage()));
            case IllegalArgumentException it -> new Message.Wrong(String.valueOf(it.getMessage()));
            default -> passing(token.health().state(), failed.toString(), "See the log of the driver process.");
        };
    }

    static Message.Setback passing(TokenHealth.State state, String words, String remedy) {
        return new Message.Setback(state, words, remedy, TokenFailure.Reason.RETRYABLE, Optional.empty());
    }

    /// @throws ProtocolError if it tells of no failure
    static RuntimeException thrown(Message.Answer answer, RemoteToken token) throws ProtocolError {
        return switch (answer) {
            case Message.Setback it ->
                TokenSetback.told(token.name(), it.state(), it.words(), it.remedy(), it.reason(), it.code());
            case Message.Refused it -> KeyRefused.told(it.key(), it.attribute(), it.words(), it.reason(), it.code());
            case Message.Full full -> token.full();
            case Message.PinKept(String message) -> new PinRefused(message);
            case Message.Wrong(String sentence) -> new IllegalArgumentException(sentence);
            case Message.Welcome it -> throw unexpected(it);
            case Message.KeyIs it -> throw unexpected(it);
            case Message.Signature it -> throw unexpected(it);
            case Message.Unusable it -> throw unexpected(it);
            case Message.Pong it -> throw unexpected(it);
            case Message.Listed it -> throw unexpected(it);
            case Message.Done it -> throw unexpected(it);
            case Message.TokenIs it -> throw unexpected(it);
            case Message.Destroyed it -> throw unexpected(it);
            case Message.CertificatesAre it -> throw unexpected(it);
            case Message.Initialised it -> throw unexpected(it);
            case Message.AlreadyInitialised it -> throw unexpected(it);
            case Message.Health it -> throw unexpected(it);
        };
    }

    private static ProtocolError unexpected(Message.Answer answer) {
        return new ProtocolError("not what was asked for: " + answer);
    }
}
