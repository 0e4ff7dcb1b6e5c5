package org.sealpost.ota.release;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.sealpost.ota.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `withdraw`.
@Command(
        name = "withdraw",
        mixinStandardHelpOptions = true,
        description = "Takes a release out, so that it is offered no longer; boxes that have it keep it.")
final class WithdrawCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIR", description = "the repository")
    private Path folder = Path.of("");

    @Option(names = "--version", required = true, paramLabel = "VERSION", description = "MAJOR.MINOR.PATCH")
    private String version = "";

    @Override
    public Integer call() {
        var names = new Withdraw(new RepositoryFolder(folder), Version.parse(version)).withdraw();
        spec.commandLine().getOut().println("Withdrew " + String.join(", ", names) + ". Next: sign.");
        return 0;
    }
}
