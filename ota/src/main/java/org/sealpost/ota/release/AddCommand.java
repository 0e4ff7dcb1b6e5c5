package org.sealpost.ota.release;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sealpost.ota.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `add`.
@Command(
        name = "add",
        mixinStandardHelpOptions = true,
        description = "Takes a bundle in and describes it. What is not said is as in the board's newest release.")
final class AddCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIR", description = "the repository")
    private Path folder = Path.of("");

    @Parameters(paramLabel = "BUNDLE", description = "the RAUC bundle")
    private Path bundle = Path.of("");

    @Option(names = "--version", required = true, paramLabel = "VERSION", description = "MAJOR.MINOR.PATCH")
    private String version = "";

    @Option(names = "--board", description = "its board, where the repository serves several")
    private @Nullable String board;

    @Option(names = "--epoch", paramLabel = "N", description = "security epoch; 0 for the first release")
    private @Nullable Integer epoch;

    @Option(names = "--data-format", paramLabel = "N", description = "data format it writes; 1 for the first release")
    private @Nullable Integer dataFormat;

    @Option(
            names = "--reads-from",
            paramLabel = "N",
            description = "lowest data format it reads; 1 for the first release")
    private @Nullable Integer readsFrom;

    @Option(names = "--notes", paramLabel = "TEXT", defaultValue = "", description = "one line for the owner's page")
    private String notes = "";

    @Option(
            names = "--keyring",
            paramLabel = "FILE",
            description = "the CA of the bundle's signer in PEM, with which rauc checks its signature")
    private @Nullable Path keyring;

    @Option(
            names = "--unchecked",
            description = "does not ask rauc what the bundle says of itself; for tests of what a box refuses")
    private boolean unchecked;

    @Override
    public Integer call() {
        var facts = new Add.Facts(
                Optional.ofNullable(board),
                Optional.ofNullable(epoch),
                Optional.ofNullable(dataFormat),
                Optional.ofNullable(readsFrom),
                notes);
        var done = new Add(new RepositoryFolder(folder), bundle, Version.parse(version), facts, check()).add();
        var out = spec.commandLine().getOut();
        var release = done.release();
        out.println("Added " + release.targetName() + ": epoch " + release.securityEpoch() + ", data format "
                + release.dataFormat() + ", reads from " + release.readsFrom() + ", bundle of "
                + release.bundle().length() + " bytes, SHA-256 "
                + release.bundle().sha256() + ".");
        out.print(done.remarks());
        out.println("Next: sign.");
        return 0;
    }

    private Add.Check check() {
        if (unchecked) {
            return new Add.Check.None();
        }
        Path ring = keyring;
        return ring == null ? new Add.Check.WithoutKeyring() : new Add.Check.With(ring);
    }
}
