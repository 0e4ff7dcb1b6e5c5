package org.sealpost.app;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "change-pin",
        mixinStandardHelpOptions = true,
        description = "Changes the user PIN, in the token and in the PIN file. After an interruption the next login"
                + " settles which PIN is in force.")
final class HsmChangePin implements Callable<Integer> {
    @Mixin
    private HsmTarget target = new HsmTarget();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Option(names = "--new-pin-file", required = true, description = "a file that holds the new PIN and nothing else")
    private Path fresh = Path.of("");

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            var settings = target.tokenWithPinFile(
                    "a file that holds the PIN, and give it to the service as its credential afterwards");
            try (var token = target.openToAct()) {
                token.changePin(fresh);
                return HsmOutput.Answer.done(
                        HsmOutput.object()
                                .put("label", settings.label())
                                .put("pin-file", settings.pinFile().toString()),
                        "the PIN is changed, and " + settings.pinFile() + " holds the new one; delete " + fresh);
            }
        });
    }
}
