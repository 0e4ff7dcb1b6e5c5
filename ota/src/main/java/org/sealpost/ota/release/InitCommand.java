package org.sealpost.ota.release;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sealpost.ota.ReleaseDescriptor;
import org.sealpost.ota.tuf.Role;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `init`.
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description =
                "Makes a repository: root keys as encrypted files, the other keys in the token, and the first root.")
final class InitCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIR", description = "the repository to make: a new or an empty folder")
    private Path folder = Path.of("");

    @Option(names = "--board", required = true, description = "a board it serves, as sealpost-amd64; may be repeated")
    private List<String> boards = new ArrayList<>();

    @Option(names = "--root-keys", paramLabel = "COUNT", defaultValue = "3", description = "root keys; by default 3")
    private int rootKeys;

    @Option(
            names = "--threshold",
            paramLabel = "COUNT",
            defaultValue = "2",
            description = "how many of them must sign a root; by default 2")
    private int threshold;

    @Option(
            names = "--root-version",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "the first root's version; by default 1, and higher than any root of a repository that is"
                    + " lost and of which boxes know")
    private int rootVersion;

    @Option(
            names = "--root-folder",
            paramLabel = "FOLDER",
            description = "where the root keys' folders are made; by default DIR-root-keys")
    private @Nullable Path rootFolder;

    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "a file with the passphrase of all root keys, or repeated for one each; by default typed")
    private List<Path> passphraseFiles = new ArrayList<>();

    @Mixin
    private TokenOptions token = new TokenOptions();

    @Mixin
    private ExpiryOptions expiry = new ExpiryOptions();

    @Override
    public Integer call() {
        boards.forEach(ReleaseDescriptor::requireBoard);
        Path roots = Optional.ofNullable(rootFolder).orElseGet(() -> defaultRootFolder(folder));
        var init = new Init(folder, boards, rootVersion, rootKeys, threshold, roots, passphraseFiles);
        var made = init.make(token.config(Optional.empty()), expiry.expiries());
        var out = spec.commandLine().getOut();
        out.println("Made " + folder + " for " + String.join(", ", boards) + ".");
        out.println("Root keys, " + threshold + " of which sign a root; each for another stick and another person:");
        made.rootFiles().forEach(file -> out.println("  " + file));
        out.println("In the token:");
        made.places().online().forEach(key -> out.println("  " + key.name()));
        out.println("The image needs " + folder.resolve("metadata").resolve(Role.ROOT.file(rootVersion))
                + " as its first root.");
        return 0;
    }

    static Path defaultRootFolder(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        return absolute.resolveSibling(absolute.getFileName() + "-root-keys");
    }
}
