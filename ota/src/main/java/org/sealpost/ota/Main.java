package org.sealpost.ota;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.logging.Level;
import org.sealpost.ota.rauc.RaucInstaller;
import org.sealpost.ota.rauc.SystemBus;
import org.sealpost.ota.rauc.SystemdUnits;
import org.sealpost.ota.tuf.HttpLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The update agent as a process: `--config FILE`.
///
/// Ends with 78 where it cannot run as it is set up, with 70 where its acts cannot be written; systemd starts
/// it anew.
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final int CONFIG = 78;
    private static final int SOFTWARE = 70;
    private static final int MAX_ROOT_BYTES = 64 << 10;
    private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";

    /// It says at each connection that it connects. Kept here, since a logger that nobody holds forgets its level.
    private static final java.util.logging.Logger BUS_LOG = java.util.logging.Logger.getLogger("org.freedesktop.dbus");

    private Main() {}

    public static void main(String[] args) {
        if (System.getProperty(LOG_FORMAT) == null) {
            System.setProperty(LOG_FORMAT, "%1$tFT%1$tT.%1$tL %4$s %3$s %5$s%6$s%n");
        }
        BUS_LOG.setLevel(Level.WARNING);
        if (args.length != 2 || !args[0].equals("--config")) {
            System.err.println("usage: --config FILE");
            System.exit(CONFIG);
        }
        try {
            run(AgentConfig.read(Path.of(args[1])));
        } catch (ConfigRefused e) {
            LOG.error("{}", e.getMessage());
            System.exit(CONFIG);
        } catch (Exception e) {
            LOG.error("the update agent ends: {}", e.toString(), e);
            System.exit(SOFTWARE);
        }
        // Only a stop from outside ends it well, and that does not come here.
        System.exit(SOFTWARE);
    }

    private static void run(AgentConfig config) throws IOException, InterruptedException {
        LOG.info("settings: {}", config);
        var installed = Installed.read(config.osRelease());
        var bus = new SystemBus(config.bus());
        var units = new SystemdUnits(bus);
        var staged = Files.createDirectories(config.data().resolve("staged"));
        var space = new DataSpace(config.data(), config.maxUsedPercent());
        var staging = new Staging(staged, space);
        var run = new RunFolder(config.run(), config.confirmed());
        var source =
                new TufSource(installed, imageRoot(config.root()), config.data(), config.stick(), HttpLimits.STANDARD);
        var clock = BoxClock.open(
                InstantSource.system(),
                BoxClock.ofKernel(),
                installed.builtAt(),
                config.data().resolve("proven-time"));
        Optional<ActsFile> acts = Optional.empty();
        Optional<String> damage = Optional.empty();
        try {
            acts = Optional.of(ActsFile.open(config.data().resolve("acts")));
        } catch (ActsDamaged e) {
            LOG.error("nothing is installed: {}", e.getMessage());
            damage = Optional.of("the agent's memory is damaged, so nothing is installed (" + e.getMessage()
                    + "); keep a copy of its folder, and set the box up anew");
        }
        var memory = acts.map(ActsFile::found).orElse(Memory.EMPTY);
        var box = box(config, installed, run, memory, damage, staging, space);
        LOG.info("release {} in slot {}, {}", installed.version(), box.booted(), box.proven() ? "good" : "on trial");
        var parts = new Agent.Parts(
                acts,
                staging,
                source,
                new RaucInstaller(bus),
                new GatewayDoor(config.gateway(), units, config.gatewayUnit()),
                units,
                run,
                clock,
                System::nanoTime);
        var agent = new Agent(config, parts, box, ThreadLocalRandom.current());
        if (acts.isPresent()) source.forgetOthers(acts.get().found().source());
        try (var _ = OrderSocket.open(run.socket(), agent)) {
            agent.run();
        }
    }

    private static UpdateCore.Box box(
            AgentConfig config,
            Installed installed,
            RunFolder run,
            Memory memory,
            Optional<String> damage,
            Staging staging,
            DataSpace space)
            throws IOException {
        var commandLine = Files.readString(config.commandLine());
        var booted = Slot.named("rauc.slot", commandLine)
                .orElseThrow(() -> new ConfigRefused(config.commandLine()
                        + " names no slot (rauc.slot=A or B); the agent runs on a box that booted one of our images"));
        var good = Slot.named("sealpost.good", commandLine);
        return new UpdateCore.Box(
                booted,
                good.equals(Optional.of(booted)) || run.isConfirmed(),
                installed,
                run.wasGivenUp(memory.hasGivenUp(booted)),
                run.firstRan(System.nanoTime()),
                run.hasPassed(),
                run.hasAskedForReboot(),
                damage,
                bundle -> space.missingFor(staging.missing(bundle.length())));
    }

    private static byte[] imageRoot(Path file) {
        try {
            if (Files.size(file) > MAX_ROOT_BYTES) throw new ConfigRefused("root: " + file + " has more than 64 KiB");
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ConfigRefused("root: " + file + " cannot be read: " + e.getMessage());
        }
    }
}
