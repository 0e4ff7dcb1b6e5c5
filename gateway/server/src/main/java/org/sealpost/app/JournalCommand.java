package org.sealpost.app;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Examination;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.seal.SealLog;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `sealpost journal`: what a technician does when the gateway refuses to open a damaged journal (docs/operations.md).
@Command(
        name = "journal",
        description = "Says what is damaged in the journals of a gateway that does not run, and saves what is left.",
        subcommands = {JournalCommand.Examine.class, JournalCommand.SalvageVerb.class})
final class JournalCommand implements Callable<Integer> {
    private static final int WHOLE = 0;
    private static final int DAMAGED = 1;

    /// Files that cannot be read, or that a gateway has.
    static final int UNREADABLE = 2;

    private static final int MOST_LINES = 1000;
    private static final String SEALS = "seals";

    @Override
    public Integer call() {
        System.err.println("sealpost: journal examine --config FILE, or journal salvage --config FILE --to FOLDER");
        return UNREADABLE;
    }

    @Command(
            name = "examine",
            description =
                    "Reads the journals and lists every damage. Exit code 0: whole, 1: damaged, 2: cannot be read.")
    static final class Examine implements Callable<Integer> {
        @Option(names = "--config", required = true, description = "the configuration file, sealpost.toml")
        private Path config = Path.of("");

        @Option(names = "--journal", description = "only this one: entries, seals, control, ...")
        private Optional<String> kind = Optional.empty();

        @Option(names = HsmOutput.JSON, description = "answers with one line of JSON")
        private boolean json;

        @Override
        public Integer call() {
            return guarded(() -> examine(GatewayConfig.read(config).data(), kind, json, System.out));
        }
    }

    @Command(
            name = "salvage",
            description = "Makes a new entries journal of what can be read of a damaged one, and never writes to that."
                    + " Exit code 0: done, 1: refused, 2: cannot be read or written.")
    static final class SalvageVerb implements Callable<Integer> {
        @Option(names = "--config", required = true, description = "the configuration file, sealpost.toml")
        private Path config = Path.of("");

        @Option(
                names = "--to",
                required = true,
                paramLabel = "FOLDER",
                description = "where the new journal is made; with --apply in the data directory")
        private Path to = Path.of("");

        @Option(names = "--as-is", description = "also where the log cannot go on: to read what is left")
        private boolean asIs;

        @Option(names = "--apply", description = "puts it in the place of the damaged one, which stays beside it")
        private boolean apply;

        @Override
        public Integer call() {
            return guarded(() -> {
                var settings = GatewayConfig.read(config);
                var clock = KernelClock.open(settings.discipline());
                return new LogSalvage(settings, to, clock, System.out).run(asIs, apply);
            });
        }
    }

    private interface Verb {
        int run() throws Exception;
    }

    private static int guarded(Verb verb) {
        try {
            return verb.run();
        } catch (IOException e) {
            System.err.println("sealpost: " + sentence(e));
            return UNREADABLE;
        } catch (JournalDamaged e) {
            System.err.println("sealpost: " + e.getMessage()
                    + "; without the seals nobody can tell what must be there: bring the data directory back as it was,"
                    + " or begin an origin that goes on from it, by sealpost origin succeed --reason damaged");
            return UNREADABLE;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String sentence(IOException e) {
        return String.valueOf(e.getMessage()).contains(DirectoryDisk.IN_USE)
                ? e.getMessage() + ": a gateway runs there; stop it first"
                : Refusal.words(e);
    }

    static int examine(Path data, Optional<String> kind, boolean json, PrintStream out) throws IOException {
        var journals = new JsonMapper().createArrayNode();
        boolean whole = true;
        for (var name : kind.map(List::of).orElseGet(() -> kinds(data))) {
            var folder = data.resolve(name);
            if (!Files.isDirectory(folder)) throw new IOException(data + " holds no journal '" + name + "'");
            var disk = DirectoryDisk.toRead(folder);
            try (var _ = disk.lock()) {
                long floor = name.equals(SalvageSwap.ENTRIES) ? sealedSize(data) : 0;
                var found = Examination.of(disk, name, floor);
                whole &= found.isWhole();
                if (json) describe(name, found, journals);
                else print(found, out);
            }
        }
        if (json) out.println(journals);
        return whole ? WHOLE : DAMAGED;
    }

    private static List<String> kinds(Path data) {
        try (Stream<Path> folders = Files.list(data)) {
            var names = new ArrayList<String>();
            for (var folder : folders.sorted().toList()) {
                var name = String.valueOf(folder.getFileName());
                // What was put aside and what is being made are no journals of the gateway.
                if (name.matches("[a-z0-9-]+") && Files.isDirectory(folder) && holdsSegments(folder)) names.add(name);
            }
            if (names.isEmpty()) throw new IOException("it holds no journal");
            return names;
        } catch (IOException e) {
            throw new StartRefused("the data directory " + data + " cannot be examined: " + Refusal.words(e));
        }
    }

    private static boolean holdsSegments(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".segment"));
        }
    }

    /// Entries below it must be there. The seals are opened for it, as every start does.
    private static long sealedSize(Path data) {
        if (!Files.isDirectory(data.resolve(SEALS))) return 0;
        try (var seals = seals(data)) {
            return seals.sealedSize();
        } catch (IOException | BrokenPromise e) {
            LoggerFactory.getLogger(JournalCommand.class)
                    .warn(
                            "how many entries must be there is not known, since the seals cannot be opened: {}",
                            e.getMessage());
            return 0;
        }
    }

    static SealLog seals(Path data) throws IOException {
        return LogParts.seals(data);
    }

    static void print(Examination found, PrintStream out) {
        var lines = found.explanation();
        lines.stream().limit(MOST_LINES).forEach(out::println);
        if (lines.size() > MOST_LINES) out.println("and " + (lines.size() - MOST_LINES) + " more");
    }

    private static void describe(String name, Examination found, ArrayNode journals) {
        var node = journals.addObject()
                .put("journal", name)
                .put("firstIndex", found.firstIndex())
                .put("nextIndex", found.nextIndex())
                .put("whole", found.isWhole());
        var damages = node.putArray("damages");
        for (var damage : found.damages().stream().limit(MOST_LINES).toList()) {
            damages.addObject()
                    .put("segment", damage.segment())
                    .put("offset", damage.offset())
                    .put("first", damage.firstIndex())
                    .put("last", damage.lastIndex())
                    .put("gone", damage.gone().word())
                    .put("problem", damage.problem());
        }
        node.put("more", Math.max(0, found.damages().size() - MOST_LINES));
    }
}
