package org.sealpost.app;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the anchorages of a configuration: who they are, what is final there, what waits, and what"
                + " is wrong. Changes nothing; a gateway may run meanwhile, and is asked what is wrong just now.")
final class AnchorList implements Callable<Integer> {
    @Option(names = "--config", required = true, description = "the configuration file, sealpost.toml")
    private Path config = Path.of("");

    @Mixin
    private TlsTrust trust = new TlsTrust();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Override
    public Integer call() throws Exception {
        return out.run(
                () -> AnchorStatus.answer(GatewayConfig.read(config), Optional.empty(), Optional.empty(), trust.ca()));
    }
}
