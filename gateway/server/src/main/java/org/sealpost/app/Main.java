package org.sealpost.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.sealpost.evidence.command.VerifyCommand;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The command line.
@Command(
        name = "sealpost",
        description = "An edge gateway for provable records.",
        mixinStandardHelpOptions = true,
        version = Version.TEXT,
        subcommands = {
            CommandLine.HelpCommand.class,
            Main.Run.class,
            Main.BoxVerb.class,
            Main.DemoVerb.class,
            HsmCommand.class,
            SensorCommand.class,
            InspectCommand.class,
            JournalCommand.class,
            EraseCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            AnchorCommand.class,
            OriginCommand.class,
            PublicationCommand.class,
            Main.TokenInit.class,
            Main.Verify.class
        })
public final class Main {
    /// The gateway cannot go on, and recovery at the next start takes it from there (sysexits' EX_SOFTWARE).
    static final int BROKEN_PROMISE = 70;

    /// Whose verbs say in JSON, too, that they were not understood.
    private static final Set<String> ANSWERING_IN_JSON =
            Set.of(HsmCommand.NAME, AnchorCommand.NAME, OriginCommand.NAME);

    private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";

    private Main() {}

    public static void main(String[] args) {
        if (System.getProperty(LOG_FORMAT) == null)
            System.setProperty(LOG_FORMAT, "%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s %5$s%6$s%n");
        System.exit(run(args));
    }

    /// @return the exit code
    static int run(String... args) {
        // "verify" has a command line of its own, the same as in the small jar.
        if (args.length > 0 && args[0].equals("verify")) {
            return VerifyCommand.run(Arrays.copyOfRange(args, 1, args.length), System.out, System.err);
        }
        var line = new CommandLine(new Main());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        var usual = line.getParameterExceptionHandler();
        line.setExecutionExceptionHandler((e, _, _) -> {
            var refusal = Refusal.of(e);
            if (refusal.isEmpty()) throw e;
            System.err.println("sealpost: " + refusal.get().sentence());
            return refusal.get().exitCode();
        });
        line.setParameterExceptionHandler((e, words) -> {
            boolean json = Stream.of(words).anyMatch(HsmOutput.JSON::equals);
            if (!json || !ANSWERING_IN_JSON.contains(words[0])) return usual.handleParseException(e, words);
            var verb = e.getCommandLine().getCommandSpec().qualifiedName();
            return HsmOutput.tell(HsmTrouble.usage(String.valueOf(e.getMessage()), verb + " --help explains it"), true);
        });
        return line.execute(args);
    }

    /// Reads a configuration, and says once in the log what is in force.
    private static GatewayConfig inForce(Path config) {
        var table = ConfigTable.read(config);
        var settings = GatewayConfig.read(table);
        LoggerFactory.getLogger(Main.class).info("{} in force: {}", config, table.effective());
        return settings;
    }

    @Command(name = "run", description = "Runs the gateway until it is told to stop (SIGTERM, SIGINT).")
    static final class Run implements Callable<Integer> {
        @Option(names = "--config", required = true, description = "the configuration file, sealpost.toml")
        private Path config = Path.of("");

        @Override
        public Integer call() throws Exception {
            var settings = inForce(config);
            // Nobody would see its code, and so nobody could claim it.
            if (settings.box().isPresent())
                throw new ConfigRefused("[box] is there; start it with: box, or leave it out");
            var gateway = inWords(() -> Gateway.start(settings));
            System.out.println("sealpost: ready, " + gateway.summary());
            Shutdown.await(gateway::close);
            return 0;
        }
    }

    /// What is in the way of a start, in words: any file may be, or the disk below it.
    static <T> T inWords(Callable<T> start) throws Exception {
        try {
            return start.call();
        } catch (IOException | UncheckedIOException e) {
            if (Refusal.of(e).isPresent()) throw e;
            LoggerFactory.getLogger(Main.class).error("where it came to that", e);
            var refused = Refusal.ofBox(e).orElseThrow();
            throw new StartRefused(refused.cause(), refused.remedy());
        }
    }

    @Command(
            name = "box",
            description = "Runs a box of its own: makes what is missing at its first start, is claimed by its owner.")
    static final class BoxVerb implements Callable<Integer> {
        @Option(names = "--config", required = true, description = "the configuration file, sealpost.toml")
        private Path config = Path.of("");

        @Override
        public Integer call() throws Exception {
            var box = Box.start(inForce(config));
            System.out.println("sealpost: " + box.summary());
            ServiceManager.ready();
            Shutdown.await(box);
            return 0;
        }
    }

    @Command(name = "demo", description = "Runs everything on this machine, on loopback only.")
    static final class DemoVerb implements Callable<Integer> {
        @Option(names = "--softhsm", required = true, description = "SoftHSM's PKCS#11 library")
        private Path softhsm = Path.of("");

        @Option(names = "--anvil", description = "an EVM node for development; without it only the local ledger")
        private Optional<Path> anvil = Optional.empty();

        @Override
        public Integer call() throws Exception {
            return Demo.run(softhsm, anvil);
        }
    }

    @Command(
            name = "token",
            description = "init: initialises an empty token and makes the keys that the configuration names.")
    static final class TokenInit implements Callable<Integer> {
        @CommandLine.Parameters(description = "init", arity = "1")
        private String act = "";

        @Option(names = "--config", required = true, description = "the configuration file, sealpost.toml")
        private Path config = Path.of("");

        @Override
        public Integer call() throws Exception {
            if (!act.equals("init")) throw new StartRefused("token " + act + ": the only act is init");
            for (var line : TokenSetup.initialise(GatewayConfig.read(config), NotedActs.somebodyHere()))
                System.out.println(line);
            return 0;
        }
    }

    @Command(name = "verify", description = "Checks an evidence file: FILE [--trust DIR] [--node URL].")
    static final class Verify implements Runnable {
        @Override
        public void run() {
            throw new IllegalStateException("main takes this verb before picocli sees it");
        }
    }
}
