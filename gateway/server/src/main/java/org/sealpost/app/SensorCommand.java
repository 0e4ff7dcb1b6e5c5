package org.sealpost.app;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.sealpost.sensor.SensorSettings;
import org.sealpost.sensor.Sensors;
import org.sealpost.sensor.SettingsRefused;
import org.sealpost.sensor.kinds.Adapters;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sealpost sensor`: what a technician asks before and after the gateway knows of a sensor.
@Command(
        name = "sensor",
        description = "Lists the sensors of a running gateway, finds devices on this machine, tries one.",
        subcommands = {SensorCommand.ListVerb.class, SensorCommand.Discover.class, SensorCommand.Test.class})
final class SensorCommand implements Callable<Integer> {
    /// There is no reading, and the sentence says why.
    static final int NO_READING = 1;

    private static final int USAGE = 2;

    @Override
    public Integer call() {
        System.err.println("sealpost: sensor list, sensor discover, or sensor test NAME --file FILE");
        return USAGE;
    }

    @Command(
            name = "list",
            description = "Shows how each sensor of a gateway is. The environment says which gateway: SEALPOST_URL,"
                    + " and SEALPOST_TOKEN, the token of any client.")
    static final class ListVerb implements Callable<Integer> {
        @Mixin
        private TlsTrust trust = new TlsTrust();

        @Override
        public Integer call() throws Exception {
            new SensorTable(
                            AskedGateway.variable(AskedGateway.URL),
                            AskedGateway.variable(AskedGateway.TOKEN),
                            trust.ca())
                    .print(System.out);
            return 0;
        }
    }

    @Command(
            name = "discover",
            description = "Shows what there is on this machine that could be a sensor, each as a piece of TOML.")
    static final class Discover implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            var found = Sensors.discover(Adapters.all());
            if (found.isEmpty()) System.out.println("Nothing was found: plug the device in, and look again.");
            for (var one : found) {
                System.out.println("# " + one.title() + " (" + one.kind() + ")");
                one.description().lines().forEach(line -> System.out.println("# " + line));
                System.out.println(one.toml().stripTrailing());
                System.out.println();
            }
            return 0;
        }
    }

    @Command(
            name = "test",
            description = "Opens a sensor of a settings file and shows its first reading, or says why there is none."
                    + " Records nothing.")
    static final class Test implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "the sensor's name in the file")
        private String name = "";

        @Option(names = "--file", required = true, description = "a settings document, as docs/sensors.md has it")
        private Path file = Path.of("");

        @Override
        public Integer call() throws Exception {
            return test(name, file, System.out);
        }
    }

    static int test(String name, Path file, PrintStream out) throws InterruptedException {
        SensorSettings settings;
        try {
            settings = SensorSettings.parse(SensorsFile.read(file));
        } catch (SettingsRefused e) {
            throw new StartRefused(file + ": " + e.sentence());
        } catch (IOException e) {
            throw new StartRefused(
                    file + " cannot be read: " + e.getClass().getSimpleName(), "give a text file in UTF-8");
        }
        var trial = Sensors.test(Adapters.all(), settings, name, SensorParts.TRIAL);
        out.println(trial.words());
        return trial.works() ? 0 : NO_READING;
    }
}
