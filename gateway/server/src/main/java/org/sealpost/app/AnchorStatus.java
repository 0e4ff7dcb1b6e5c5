package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows how lodging stands on one anchorage or on all, and how far one entry of the log has come"
                + " there. Changes nothing; a gateway may run meanwhile, and is asked what is wrong just now.")
final class AnchorStatus implements Callable<Integer> {
    @Option(names = "--config", required = true, description = "the configuration file, sealpost.toml")
    private Path config = Path.of("");

    @Option(names = "--index", paramLabel = "N", description = "an entry of the log")
    private Optional<Long> index = Optional.empty();

    @Mixin
    private TlsTrust trust = new TlsTrust();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "the anchorage; without it: all")
    private Optional<String> name = Optional.empty();

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            if (index.filter(asked -> asked < 0).isPresent()) throw HsmTarget.usage("--index is from 0");
            return answer(GatewayConfig.read(config), name, index, trust.ca());
        });
    }

    static HsmOutput.Answer answer(GatewayConfig config, Optional<String> name, Optional<Long> index, Optional<Path> ca)
            throws IOException, InterruptedException {
        name.ifPresent(asked -> OpenedAnchorage.require(config, asked));
        var live = AnchorStanding.Live.of(config, ca);
        var json = HsmOutput.object().put("asked", live.troubles().isPresent());
        var all = json.putArray("anchorages");
        var lines = new ArrayList<String>();
        for (var one : AnchorStanding.all(config, index, live)) {
            if (name.isPresent() && !name.get().equals(one.name())) continue;
            all.add(one.json());
            lines.addAll(one.lines());
        }
        if (all.isEmpty()) lines.add("The configuration has no anchorage: [anchorage.NAME] adds one.");
        live.sealing().ifPresent(found -> AnchorStanding.troubled(json.putObject("sealing"), found));
        AnchorStanding.sealing(live).ifPresent(lines::add);
        if (live.troubles().isEmpty()) {
            lines.add("No running gateway was asked what is wrong just now: " + live.why());
        }
        return new HsmOutput.Answer(json, lines, HsmCommand.DONE);
    }
}
