package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.HeadFile;
import org.sealpost.anchor.HeadRefused;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "register-origin",
        mixinStandardHelpOptions = true,
        description = {
            "Lodges the newest head of this log on an anchorage now, whether a gateway runs or not: the first one there"
                    + " is what makes the log known to it. The gateway finds it there and goes on behind it. First it"
                    + " says, on the standard error, what the anchorage's administrators must have allowed.",
            "Exits as anchor lodge does."
        })
final class AnchorRegister implements Callable<Integer> {
    @Option(names = "--config", required = true, description = "the configuration file, sealpost.toml")
    private Path config = Path.of("");

    @Mixin
    private TlsTrust trust = new TlsTrust();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Parameters(paramLabel = "NAME", description = "the anchorage")
    private String name = "";

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            var settings = GatewayConfig.read(config);
            OpenedAnchorage.require(settings, name);
            var head = ExportedHead.of(settings, OptionalLong.empty(), trust.ca());
            return AnchorLodge.told(name, head, AnchorLodge.lodge(settings, name, head, opened -> {
                tell(opened);
                requireNewest(settings, opened, head);
            }));
        });
    }

    /// Who cannot be asked is told of by the lodging.
    private void requireNewest(GatewayConfig settings, OpenedAnchorage opened, HeadFile file)
            throws HeadRefused, IOException, InterruptedException {
        try {
            var older = OlderCopy.found(settings, trust.ca(), opened.anchorage(), file.checked());
            if (older.isPresent())
                throw new HsmRefusal(name + ": " + older.get() + "; " + OlderCopy.REMEDY, HsmCommand.REFUSED);
        } catch (AnchorageSetback away) {
            out.progress("sealpost: what " + name + " holds is not known: " + away.getMessage());
        }
    }

    private void tell(OpenedAnchorage opened) {
        if (!opened.allowed().isEmpty()) out.progress("sealpost: " + opened.allowed());
    }
}
