package org.sealpost.hsm.driver;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sealpost.hsm.ModuleFailed;
import org.sealpost.hsm.TokenCeremony;
import org.sealpost.hsm.TokenCeremony.EmptyToken;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenFailure.Reason;

/// Prepares an empty token in a driver process of its own, which is there for so long: the library's crash or
/// hang is a sentence here. As [TokenCeremony] for the rest.
public final class RemoteCeremony implements Connection.Reader, Connection.Tick {
    private static final long CALL = 1;
    private static final Duration ENDING = Duration.ofSeconds(3);
    private static final Duration EVERY = Duration.ofMillis(250);

    /// More than the ceremony itself takes before it gives up, in patiences.
    private static final int PATIENCES = 15;

    private final long end;
    private boolean late;
    private Message.@Nullable Answer answer;

    private RemoteCeremony(Duration patience) {
        this.end = System.nanoTime() + patience.toNanos();
    }

    /// As [TokenCeremony#initToken(TokenConfig, EmptyToken)].
    ///
    /// @throws ModuleFailed also if the library crashes, or does not come back
    public static String initToken(TokenConfig config, EmptyToken wanted) {
        return initToken(config, wanted, DriverOptions.DEFAULT);
    }

    /// As the other, with other options for the process.
    public static String initToken(TokenConfig config, EmptyToken wanted, DriverOptions options) {
        var ceremony = new RemoteCeremony(options.patience().multipliedBy(PATIENCES));
        String how;
        try (DriverProcess process = DriverProcess.start(config.label(), options, () -> false)) {
            try {
                ceremony.ask(Connection.of(process.channel()), config, wanted);
            } catch (ProtocolError nonsense) {
                throw nonsense;
            } catch (IOException gone) {
                // How the process ended says more.
            }
            how = ceremony.late ? "does not come back, and is killed" : process.end(ENDING);
        } catch (IOException cannot) {
            throw DriverProcess.unusable(cannot);
        }
        return switch (ceremony.answer) {
            case Message.Initialised(String serial) -> serial;
            case Message.AlreadyInitialised() -> throw new TokenCeremony.AlreadyInitialised(config.label());
            case Message.Unusable(String sentence) -> throw new IllegalArgumentException(sentence);
            case Message.Wrong wrong -> throw wrong.thrown();
            case null, default ->
                throw new ModuleFailed(
                        "the driver process " + how,
                        ceremony.late ? Reason.TIMEOUT : Reason.RETRYABLE,
                        Optional.empty());
        };
    }

    private void ask(Connection connection, TokenConfig config, EmptyToken wanted) throws IOException {
        try {
            connection.send(CALL, new Message.Initialise(Message.VERSION, config, wanted));
            connection.run(this, this, EVERY);
        } finally {
            connection.release();
        }
    }

    @Override
    public void received(Wire.Frame frame) throws IOException {
        if (frame.call() != CALL || !(frame.message() instanceof Message.Answer given)) {
            throw new ProtocolError("the driver says what it was not asked for: " + frame.message());
        }
        answer = given;
    }

    @Override
    public boolean tick() {
        late = answer == null && System.nanoTime() - end > 0;
        return answer == null && !late;
    }
}
