package org.sealpost.ota.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.sealpost.ota.ReleaseDescriptor;
import org.sealpost.ota.Version;
import org.sealpost.ota.tuf.Role;
import org.sealpost.ota.tuf.Targets;

/// Takes a bundle into a repository and describes it. What nobody said is as in the newest release of the board.
record Add(RepositoryFolder repository, Path bundle, Version version, Facts facts, Check check) {

    /// What the caller says of the release.
    record Facts(
            Optional<String> board,
            Optional<Integer> epoch,
            Optional<Integer> dataFormat,
            Optional<Integer> readsFrom,
            String notes) {}

    /// How the bundle is compared with what it says of itself.
    sealed interface Check {
        /// Its signature, too.
        record With(Path keyring) implements Check {}

        /// Board and version only.
        record WithoutKeyring() implements Check {}

        /// The caller wants it as it is.
        record None() implements Check {}
    }

    /// @param remarks what the caller should know besides
    record Done(ReleaseDescriptor release, String remarks) {}

    Done add() {
        try (var _ = repository.lock()) {
            String board = board();
            requireUnused(ReleaseDescriptor.targetName(board, version));
            Optional<ReleaseDescriptor> newest = newest(board);
            if (!Files.isRegularFile(bundle)) {
                throw new Refusal("there is no bundle " + bundle);
            }
            // What is wrong with the words is said before a large file is copied.
            describe(board, newest, new ReleaseDescriptor.Bundle(1, "0".repeat(64)));
            Path copy = repository.folder().resolve("bundles").resolve("new" + NewFile.UNFINISHED);
            try {
                String remarks;
                ReleaseDescriptor release;
                try (var progress = Progress.of("copying " + bundle.getFileName(), Files.size(bundle))) {
                    release = describe(board, newest, Copy.copy(bundle, copy, progress));
                }
                // Of the copy: nobody can exchange that between the check and its use.
                remarks = checked(copy, board) + remarks(release, newest);
                NewFile.rename(copy, repository.bundle(release));
                byte[] json = release.toJson();
                NewFile.write(
                        repository.folder().resolve("targets").resolve(Copy.sha256(json) + "." + release.targetName()),
                        json);
                return new Done(release, remarks);
            } finally {
                Commit.deleteQuietly(copy);
            }
        } catch (IOException failed) {
            throw new Refusal(bundle + " was not added: " + NewFile.reason(failed), failed);
        } catch (IllegalArgumentException nonsense) {
            throw new Refusal(bundle + " was not added: " + nonsense.getMessage(), nonsense);
        }
    }

    private String board() {
        var boards = KeyPlaces.read(repository.folder()).boards();
        String board = facts.board().orElse(boards.getFirst());
        if (facts.board().isEmpty() && boards.size() > 1) {
            throw new Refusal("this repository is for the boards " + boards + "; say which with --board");
        }
        if (!boards.contains(board)) {
            throw new Refusal("this repository is for " + boards + ", not for \"" + board + "\"; name one of those");
        }
        return board;
    }

    private void requireUnused(String name) {
        boolean used = repository.releases().containsKey(name);
        try (var signed = Files.newDirectoryStream(repository.metadata(""), "*." + Role.TARGETS.file())) {
            for (Path file : signed) {
                used |= RepositoryFolder.read(Targets.class, file)
                        .metadata()
                        .target(name)
                        .isPresent();
            }
        } catch (IOException unreadable) {
            throw new Refusal(repository.folder() + " cannot be read: " + NewFile.reason(unreadable), unreadable);
        }
        if (used) {
            throw new Refusal(
                    "version " + version + " was used already, and boxes tell releases apart by their version;"
                            + " build the bundle with a higher one");
        }
    }

    private Optional<ReleaseDescriptor> newest(String board) {
        return repository.releases().values().stream()
                .filter(release -> release.board().equals(board))
                .max((a, b) -> a.version().compareTo(b.version()));
    }

    private ReleaseDescriptor describe(
            String board, Optional<ReleaseDescriptor> newest, ReleaseDescriptor.Bundle content) {
        return new ReleaseDescriptor(
                board,
                version,
                facts.epoch()
                        .or(() -> newest.map(ReleaseDescriptor::securityEpoch))
                        .orElse(0),
                facts.dataFormat()
                        .or(() -> newest.map(ReleaseDescriptor::dataFormat))
                        .orElse(1),
                facts.readsFrom()
                        .or(() -> newest.map(ReleaseDescriptor::readsFrom))
                        .orElse(1),
                content,
                facts.notes());
    }

    private String checked(Path copy, String board) {
        if (check instanceof Check.None) {
            return "The bundle was not checked, as you wanted.\n";
        }
        if (!BundleWord.canBeAsked()) {
            return "The bundle was not checked: there is no rauc on this machine, which tells what a bundle is.\n";
        }
        Optional<Path> keyring = check instanceof Check.With with ? Optional.of(with.keyring()) : Optional.empty();
        BundleWord.ask(copy, bundle, keyring).requireIs(bundle, board, version);
        return keyring.isPresent()
                ? "The bundle's signature, board and version were checked.\n"
                : "The bundle's board and version were checked; its signature was not: give --keyring for that.\n";
    }

    private static String remarks(ReleaseDescriptor release, Optional<ReleaseDescriptor> newest) {
        String remarks = "";
        if (newest.isPresent() && newest.get().version().compareTo(release.version()) > 0) {
            remarks += "No box that may take " + newest.get().version() + " will take it.\n";
        }
        if (newest.isPresent() && newest.get().securityEpoch() > release.securityEpoch()) {
            remarks += "Boxes that have had " + newest.get().version() + " refuse it: its security epoch is lower.\n";
        }
        return remarks;
    }
}
