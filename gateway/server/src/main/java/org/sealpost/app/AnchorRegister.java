package org.sealpost.app;

import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
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
            return AnchorLodge.lodge(settings, name, head, this::tell);
        });
    }

    private void tell(OpenedAnchorage opened) {
        if (!opened.allowed().isEmpty()) out.progress("sealpost: " + opened.allowed());
    }
}
