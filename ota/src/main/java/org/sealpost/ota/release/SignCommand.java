package org.sealpost.ota.release;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sealpost.ota.tuf.Role;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `sign`.
@Command(
        name = "sign",
        mixinStandardHelpOptions = true,
        description = "Signs new targets, snapshot and timestamp in the token; with root keys, a new root before that.")
final class SignCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIR", description = "the repository")
    private Path folder = Path.of("");

    @Mixin
    private TokenOptions token = new TokenOptions();

    @Mixin
    private ExpiryOptions expiry = new ExpiryOptions();

    @Option(
            names = "--root",
            arity = "1..*",
            paramLabel = "KEY",
            description = "makes a new root, signed with these root keys (files, or their folders)")
    private List<Path> holders = new ArrayList<>();

    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "the passphrase of all root keys, or repeated for each: first the --root ones, then new ones")
    private List<Path> passphraseFiles = new ArrayList<>();

    @Option(names = "--new-root-keys", paramLabel = "COUNT", defaultValue = "0", description = "root keys to make")
    private int newRootKeys;

    @Option(
            names = "--root-folder",
            paramLabel = "FOLDER",
            description = "where new root keys' folders are made; by default DIR-root-keys")
    private @Nullable Path rootFolder;

    @Option(
            names = "--drop-root-key",
            paramLabel = "NAME",
            description = "a root key that no longer counts, root-3 for instance; may be repeated")
    private List<String> dropped = new ArrayList<>();

    @Option(names = "--threshold", paramLabel = "COUNT", description = "how many root keys must sign from now on")
    private @Nullable Integer threshold;

    @Option(
            names = "--new-key",
            paramLabel = "ROLE",
            description = "gives targets, snapshot or timestamp a new key in the token; may be repeated")
    private List<String> newKeys = new ArrayList<>();

    @Override
    public Integer call() {
        var repository = new RepositoryFolder(folder);
        var places = KeyPlaces.read(folder);
        var known = places.online().isEmpty()
                ? Optional.<String>empty()
                : Optional.of(places.online().getLast().token());
        var done = new Sign(repository, expiry.expiries(), rootChange()).sign(token.config(known));
        var out = spec.commandLine().getOut();
        if (rootChange().isPresent()) {
            var root = done.root().metadata();
            out.println("Root version " + root.version() + ", until " + root.expires() + ".");
            done.rootFiles().forEach(file -> out.println("  a new root key for another stick and person: " + file));
        }
        var online = done.online();
        out.println("Signed " + online.targets().metadata().targets().size() + " releases: targets version "
                + online.targets().metadata().version() + " until "
                + online.targets().metadata().expires() + ", snapshot version "
                + online.snapshot().metadata().version() + " until "
                + online.snapshot().metadata().expires() + ", timestamp version "
                + online.timestamp().metadata().version() + " until "
                + online.timestamp().metadata().expires() + ".");
        out.println("Next: publish.");
        return 0;
    }

    private Optional<Sign.RootChange> rootChange() {
        if (holders.isEmpty()) {
            if (newRootKeys != 0 || !dropped.isEmpty() || threshold != null || !newKeys.isEmpty()) {
                throw new Refusal("only a new root can change keys and thresholds; name the root keys that sign it with"
                        + " --root");
            }
            return Optional.empty();
        }
        return Optional.of(new Sign.RootChange(
                holders,
                passphraseFiles,
                newRootKeys,
                Optional.ofNullable(rootFolder).orElseGet(() -> InitCommand.defaultRootFolder(folder)),
                dropped,
                Optional.ofNullable(threshold),
                newKeys.stream().map(SignCommand::role).toList()));
    }

    private static Role role(String name) {
        return Init.ONLINE.stream()
                .filter(role -> role.word().equals(name))
                .findFirst()
                .orElseThrow(() -> new Refusal("--new-key " + name + " must be targets, snapshot or timestamp"));
    }
}
