package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.sealpost.app.inspect.Explanation;
import org.sealpost.app.inspect.Inspection;
import org.sealpost.app.inspect.Rebuild;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Explains files, and compares a log with what was made from it. Only reads; a gateway may run meanwhile.
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = {
            "Tells what a file is that Sealpost wrote, whether it is whole, and what is in it; of a folder, all files.",
            "With --rebuild: hashes all entries of a log anew and compares each tile, seal and checkpoint.",
            "Shows no secret, and no payload unless --payload asks for it.",
            "Exits 0 if all is whole, 1 if something is not, 2 if it cannot be read or is none of ours."
        })
final class InspectCommand implements Callable<Integer> {
    private static final int WHOLE = 0;
    private static final int NOT_WHOLE = 1;
    private static final int CANNOT_READ = 2;

    @Parameters(arity = "0..1", paramLabel = "FILE|DIR", description = "what is to be explained")
    private Optional<Path> place = Optional.empty();

    @Option(names = "--payload", description = "shows what clients handed over, and who they are")
    private boolean payload;

    @Option(names = "--items", defaultValue = "20", description = "how many items of a file are shown (default: 20)")
    private int items = 20;

    @Option(names = "--rebuild", description = "compares the log of --config with all that was made from it")
    private boolean rebuild;

    @Option(names = "--config", description = "the configuration file, sealpost.toml; with --rebuild")
    private Optional<Path> config = Optional.empty();

    @Option(names = "--json", description = "answers with a line of JSON for each file")
    private boolean json;

    private final Set<Explanation.Standing> found = EnumSet.noneOf(Explanation.Standing.class);

    @Override
    public Integer call() {
        if (rebuild ? config.isEmpty() || place.isPresent() : config.isPresent() || place.isEmpty()) {
            System.err.println("sealpost: inspect takes a file or a folder, or --rebuild and --config FILE");
            return CANNOT_READ;
        }
        try {
            return rebuild ? rebuild(GatewayConfig.read(config.orElseThrow()).data()) : explain(place.orElseThrow());
        } catch (IOException e) {
            System.err.println("sealpost: cannot be read: " + Refusal.words(e));
            return CANNOT_READ;
        }
    }

    private int explain(Path asked) throws IOException {
        new Inspection(Math.clamp(items, 0, 1_000_000), payload).of(asked, this::tell);
        if (found.contains(Explanation.Standing.DAMAGED)) return NOT_WHOLE;
        // In a folder others may have put something, too.
        boolean stranger = found.contains(Explanation.Standing.UNKNOWN) && !Files.isDirectory(asked);
        return stranger || found.contains(Explanation.Standing.UNREADABLE) ? CANNOT_READ : WHOLE;
    }

    private void tell(Path file, Explanation explanation) {
        found.add(explanation.standing());
        if (json) {
            var line = HsmOutput.object()
                    .put("file", file.toString())
                    .put("kind", explanation.kind())
                    .put("standing", explanation.standing().name().toLowerCase(Locale.ROOT));
            var facts = line.putObject("facts");
            explanation.facts().forEach(facts::put);
            var held = line.putArray("items");
            explanation.items().forEach(held::add);
            System.out.println(line);
            return;
        }
        boolean damaged = explanation.standing() == Explanation.Standing.DAMAGED;
        System.out.println(file + ": " + explanation.kind() + (damaged ? " - DAMAGED" : ""));
        explanation.facts().forEach((name, value) -> System.out.println("  " + name + ": " + value));
        explanation.items().forEach(item -> System.out.println("  - " + item));
    }

    private int rebuild(Path data) throws IOException {
        var result = Rebuild.of(data);
        if (json) {
            var line = HsmOutput.object()
                    .put("entries", result.entries())
                    .put("tiles", result.tiles())
                    .put("seals", result.seals())
                    .put("checkpoints", result.checkpoints())
                    .put("agrees", result.agrees())
                    .put("differenceCount", result.differenceCount());
            var told = line.putArray("differences");
            result.differences().forEach(told::add);
            System.out.println(line);
        } else {
            result.differences().forEach(System.out::println);
            long more = result.differenceCount() - result.differences().size();
            if (more > 0) System.out.println("... and " + more + " more");
            System.out.println(result.entries() + " entries hashed, " + result.tiles() + " tiles, " + result.seals()
                    + " seals and " + result.checkpoints() + " checkpoints compared: "
                    + (result.agrees() ? "all agree" : result.differenceCount() + " differences"));
        }
        return result.agrees() ? WHOLE : NOT_WHOLE;
    }
}
