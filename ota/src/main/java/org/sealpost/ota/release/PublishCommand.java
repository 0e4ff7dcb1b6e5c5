package org.sealpost.ota.release;

import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `publish`.
@Command(
        name = "publish",
        mixinStandardHelpOptions = true,
        description = "Copies what is signed to a folder or a stick, in an order that boxes can bear.")
final class PublishCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIR", description = "the repository")
    private Path folder = Path.of("");

    @Parameters(paramLabel = "TO", description = "the folder that a server serves, or where the stick is mounted")
    private Path to = Path.of("");

    @Override
    public Integer call() {
        var done = Publication.publish(new RepositoryFolder(folder), to, () -> {});
        var out = spec.commandLine().getOut();
        out.println(
                done.copied() == 0
                        ? to + " has all of it already: timestamp version " + done.timestampVersion() + "."
                        : "Published timestamp version " + done.timestampVersion() + " to " + to + ": " + done.copied()
                                + " files.");
        done.unsigned().forEach(name -> out.println("Not published, since it was added after the last sign: " + name));
        Inspection.warnings(done.metadata(), Instant.now()).forEach(warning -> out.println("warning: " + warning));
        return 0;
    }
}
