package org.sealpost.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.sealpost.hsm.ModuleFailed;
import org.sealpost.hsm.TokenAct;
import org.sealpost.hsm.TokenCeremony;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description = "Initialises an empty token under a label, with a random user PIN that it writes to the PIN file."
                + " Never touches a token that has a user PIN. After an interruption: run it again.")
final class HsmInit implements Callable<Integer> {
    @Mixin
    private HsmTarget target = new HsmTarget();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Option(
            names = "--so-pin-file",
            description = "the security officer's PIN: the one that the vendor set, or one to be set. Without it a"
                    + " random one is set and kept nowhere")
    private Optional<Path> officer = Optional.empty();

    @Option(
            names = "--slot",
            description = "the slot of the empty token, as hsm list shows it; needed where more than one is empty and"
                    + " --serial does not tell which")
    private Optional<Long> slot = Optional.empty();

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            var token = target.tokenWithPinFile("a file that is made, and give it to the service as its credential");
            if (Files.exists(token.pinFile()))
                throw new HsmRefusal(
                        token.pinFile() + " is there already, so the token is taken to be initialised; to make another,"
                                + " name another file",
                        HsmCommand.REFUSED);
            var noted = HsmTarget.noted(target.notes());
            var empty = new TokenCeremony.EmptyToken(
                    officer, slot.map(OptionalLong::of).orElseGet(OptionalLong::empty));
            try {
                TokenSetup.ceremony(token, target.driver(), empty);
            } catch (TokenCeremony.AlreadyInitialised there) {
                throw new HsmRefusal(there.getMessage() + "; put its PIN into " + token.pinFile(), HsmCommand.REFUSED);
            } catch (ModuleFailed cannot) {
                throw cannot.saidAs("the token cannot be initialised: " + cannot.getMessage());
            } catch (IllegalStateException cannot) {
                throw new HsmRefusal("the token cannot be initialised: " + cannot.getMessage(), HsmCommand.REFUSED);
            }
            noted.told(new TokenAct.Initialised(token.label(), NotedActs.somebodyHere()));
            return HsmOutput.Answer.done(
                    HsmOutput.object()
                            .put("label", token.label())
                            .put("pin-file", token.pinFile().toString()),
                    "token \"" + token.label() + "\" initialised, its PIN is in " + token.pinFile());
        });
    }
}
