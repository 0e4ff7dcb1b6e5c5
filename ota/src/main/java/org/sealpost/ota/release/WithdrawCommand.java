package org.sealpost.ota.release;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.sealpost.ota.ReleaseDescriptor;
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
        var out = spec.commandLine().getOut();
        for (ReleaseDescriptor release :
                new Withdraw(new RepositoryFolder(folder), Version.parse(version)).withdraw()) {
            out.println("Withdrew " + release.targetName() + ".");
            // The next release is as the newest that is left where nothing is said, which may be too low for these.
            out.println("Boxes that have it take nothing of a lower security epoch, and have its data: say --epoch "
                    + release.securityEpoch() + " --data-format " + release.dataFormat() + " --reads-from "
                    + release.readsFrom() + ", or more, when you add the next one.");
        }
        out.println("Next: sign.");
        return 0;
    }
}
