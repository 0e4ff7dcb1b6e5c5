package org.sealpost.hsm.driver;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sealpost.hsm.ListedModule;
import org.sealpost.hsm.ListedToken;
import org.sealpost.hsm.ModuleFailed;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenDoctor;
import org.sealpost.hsm.TokenFailure;

/// Looks at a module from a driver process, so that the crash of its library is a sentence here, too.
public final class DriverTokens implements TokenDoctor.Way {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int MAX_TOKENS = 256;
    private static final Duration ENDING = Duration.ofSeconds(3);

    private final DriverOptions options;

    public DriverTokens(DriverOptions options) {
        this.options = options;
    }

    /// As `Tokens.look`, by a process that ends with it.
    ///
    /// @throws IllegalArgumentException if the module cannot be loaded or is no PKCS#11 library
    /// @throws ModuleFailed if it cannot be initialised, does not answer, shows its slots to nobody, or crashes
    @Override
    public ListedModule look(Path module, Optional<String> reserved, Optional<String> profile) {
        try (var process = DriverProcess.start(module.toString(), options, () -> false)) {
            Connection connection = Connection.of(process.channel());
            var listing = new Listing(connection);
            try {
                connection.send(1, new Message.Tokens(Message.VERSION, module, reserved, profile));
                connection.run(listing, () -> false, PATIENCE);
            } catch (IOException gone) {
                // How the process ended says more.
            } finally {
                connection.release();
            }
            return listing.found(module, process);
        } catch (IOException broken) {
            throw DriverProcess.unusable(broken);
        }
    }

    @Override
    public Token open(TokenConfig config) {
        return RemoteToken.open(config, options);
    }

    /// What has come, on the one thread that waits for it.
    private static final class Listing implements Connection.Reader {
        private final Connection connection;
        private final List<ListedModule.Held> tokens = new ArrayList<>();
        private Message.@Nullable ModuleIs shown;
        private @Nullable ListedToken told;
        private Message.@Nullable Answer end;

        Listing(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void received(Wire.Frame frame) throws IOException {
            switch (frame.message()) {
                case Message.ModuleIs module -> shown = module;
                case Message.TokenIs(ListedToken token) -> told = token;
                case Message.MechanismsAre(List<Long> mechanisms) -> held(mechanisms);
                case Message.Answer answer -> {
                    end = answer;
                    connection.close();
                }
                case Message.Order order -> throw new ProtocolError("the driver gives an order: " + order);
            }
        }

        private void held(List<Long> mechanisms) throws ProtocolError {
            ListedToken token = told;
            if (token == null || tokens.size() == MAX_TOKENS) {
                throw new ProtocolError("mechanisms of no token, or of more than " + MAX_TOKENS);
            }
            tokens.add(new ListedModule.Held(token, mechanisms));
            told = null;
        }

        ListedModule found(Path module, DriverProcess process) {
            Message.ModuleIs itself = shown;
            return switch (end) {
                case Message.Done done
                when itself != null ->
                    new ListedModule(itself.manufacturer(), itself.profile(), itself.numbers(), tokens);
                case Message.Unusable(String sentence) -> throw new IllegalArgumentException(sentence);
                case Message.Wrong wrong -> throw wrong.thrown();
                case null, default ->
                    throw new ModuleFailed(
                            module + " does not show its tokens: the driver process " + process.end(ENDING),
                            TokenFailure.Reason.RETRYABLE,
                            Optional.empty());
            };
        }
    }
}
