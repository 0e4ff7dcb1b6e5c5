package org.sealpost.ota.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.ota.ReleaseDescriptor;
import org.sealpost.ota.tuf.FolderRepository;
import org.sealpost.ota.tuf.Metadata;
import org.sealpost.ota.tuf.Role;
import org.sealpost.ota.tuf.Root;
import org.sealpost.ota.tuf.Signed;
import org.sealpost.ota.tuf.Target;
import org.sealpost.ota.tuf.Targets;
import org.sealpost.ota.tuf.Timestamp;

/// Copies what is signed to where boxes look: each file whole or not at all, and in an order in which a box that looks
/// meanwhile sees the old state or the new one. Repeating it copies what is missing.
///
/// First what nobody points to yet (bundles, descriptors, targets, snapshot), then the timestamp
/// that points to it. Roots come last: what the newest root says was signed by the keys of the one
/// before as well ([OnlineSigning]), while what lay here before was not signed by the newest
/// root's.
final class Publication {
    private static final long SPARE_BYTES = 1 << 20;

    private final RepositoryFolder from;
    private final RepositoryFolder to;
    private final Moment moment;
    private final Map<String, ReleaseDescriptor> bundles = new LinkedHashMap<>();
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final List<String> unsigned = new ArrayList<>();
    private final List<Metadata> metadata = new ArrayList<>();
    private long timestampVersion;

    /// Is told of each moment at which a power cut would leave another state; tests look at all of them.
    interface Moment {
        void passes() throws IOException;
    }

    /// @param copied how many files were missing
    /// @param unsigned releases that were added since the last sign, and are not published
    /// @param metadata what boxes see now
    record Done(int copied, long timestampVersion, List<String> unsigned, List<Metadata> metadata) {}

    private Publication(RepositoryFolder from, Path to, Moment moment) {
        this.from = from;
        this.to = new RepositoryFolder(to);
        this.moment = moment;
    }

    /// Nobody signs here or publishes there meanwhile.
    static Done publish(RepositoryFolder from, Path to, Moment moment) {
        var publication = new Publication(from, to, moment);
        publication.requirePlace();
        // What cannot be written, as an old stick, nobody changes either.
        try (var _ = Files.isWritable(from.folder()) ? from.lockFolder() : null) {
            publication.collect();
            Files.createDirectories(to);
            try (var _ = publication.to.lockFolder()) {
                publication.requireSuitable();
                return publication.copy();
            }
        } catch (IOException failed) {
            throw new Refusal(
                    "publishing to " + to + " stopped: " + NewFile.reason(failed)
                            + "; boxes see there what they saw before. Make it writable or make room, and publish again",
                    failed);
        }
    }

    // ---- what is to be there ----

    private void collect() {
        List<Signed<Root>> roots = from.roots();
        Signed<Timestamp> timestamp = from.timestamp()
                .orElseThrow(() -> new Refusal("nothing in " + from.folder() + " is signed yet; first: sign"));
        timestampVersion = timestamp.metadata().version();
        var snapshot = from.snapshot(timestamp.metadata());
        var targets = from.targets(snapshot.metadata());
        for (Signed<?> signed : List.of(targets, snapshot, timestamp)) {
            requireAccepted(roots.getLast().metadata(), signed);
            metadata.add(signed.metadata());
        }
        metadata.add(roots.getLast().metadata());
        collectReleases(targets.metadata());
        add(Role.TARGETS.file(targets.metadata().version()));
        add(Role.SNAPSHOT.file(snapshot.metadata().version()));
        add(Role.TIMESTAMP.file());
        for (Signed<Root> root : roots) {
            add(Role.ROOT.file(root.metadata().version()));
        }
    }

    private void collectReleases(Targets targets) {
        for (Target target : targets.targets().values()) {
            Path file = from.descriptor(target);
            if (!Files.exists(file)) {
                throw new Refusal(target.path() + " is signed, but was withdrawn since; first: sign");
            }
            byte[] content = RepositoryFolder.content(file);
            if (!target.hashes().match(content)) {
                throw new Refusal(file + " is not the file that was signed; bring back the one that was added");
            }
            ReleaseDescriptor release = RepositoryFolder.descriptor(file, content);
            bundles.put(release.bundle().path(), release);
            files.put(from.folder().relativize(file).toString(), content);
        }
        from.releases().keySet().stream()
                .filter(name -> !targets.targets().containsKey(name))
                .forEach(unsigned::add);
    }

    private void add(String file) {
        files.put("metadata/" + file, read(from.metadata(file)));
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw new Refusal(file + " cannot be read: " + NewFile.reason(unreadable), unreadable);
        }
    }

    private static void requireAccepted(Root root, Signed<? extends Metadata> signed) {
        Role role = signed.metadata().role();
        if (!root.accepts(role, signed)) {
            throw new Refusal("the " + role.word() + " metadata is not signed as root version " + root.version()
                    + " wants it; first: sign");
        }
    }

    // ---- where it goes ----

    private void requirePlace() {
        Path folder = to.folder().toAbsolutePath();
        if (!Files.isDirectory(folder) && !Files.isDirectory(folder.getParent())) {
            throw new Refusal("there is no folder " + folder.getParent() + "; make it, or mount the stick there");
        }
        if (isWithinRepository(folder)) {
            throw new Refusal(folder + " lies in the repository itself; name a folder outside of it");
        }
        Path looked = FolderRepository.onStick(folder);
        if (!looked.equals(folder)) {
            throw new Refusal(
                    "a box looks on this stick at " + looked + " and nowhere else; name that folder, or take it away");
        }
    }

    private void requireSuitable() {
        Path folder = to.folder().toAbsolutePath();
        to.firstRootVersion().ifPresent(version -> {
            String first = "metadata/" + Role.ROOT.file(version);
            if (!Arrays.equals(read(to.folder().resolve(first)), files.get(first))) {
                throw new Refusal(folder + " holds another repository, with another first root; name another folder");
            }
        });
        requireNoFork();
        to.timestamp().ifPresent(there -> {
            long version = there.metadata().version();
            if (version > timestampVersion) {
                throw new Refusal(folder + " holds a newer state (timestamp " + version + ") than " + from.folder()
                        + " (timestamp " + timestampVersion
                        + "), and boxes that saw it refuse an older one; publish from"
                        + " the repository that is ahead");
            }
        });
    }

    /// A repository that comes from a backup and was signed again gives versions a second time, and boxes that saw the
    /// first ones take no others.
    private void requireNoFork() {
        long next = from.newestRoot().metadata().version() + 1;
        boolean isFork = Files.exists(to.metadata(Role.ROOT.file(next)));
        for (var file : files.entrySet()) {
            Path there = to.folder().resolve(file.getKey());
            boolean isRoot = file.getKey().endsWith(Role.ROOT.file());
            boolean isTimestamp = there.endsWith(Role.TIMESTAMP.file())
                    && to.timestamp().map(found -> found.metadata().version()).equals(Optional.of(timestampVersion));
            if ((isRoot || isTimestamp) && Files.exists(there)) {
                isFork |= !Arrays.equals(read(there), file.getValue());
            }
        }
        if (isFork) {
            throw new Refusal(to.folder().toAbsolutePath() + " holds another root or timestamp under the same version,"
                    + " or a newer root: " + from.folder() + " is no longer what was published, perhaps from a backup;"
                    + " publish from the repository that is ahead, or begin again with a copy of what was published");
        }
    }

    private boolean isWithinRepository(Path folder) {
        try {
            Path there = Files.exists(folder) ? folder : folder.getParent();
            return there.toRealPath().startsWith(from.folder().toRealPath());
        } catch (IOException unreadable) {
            throw new Refusal(folder + " cannot be read: " + NewFile.reason(unreadable), unreadable);
        }
    }

    private Done copy() throws IOException {
        for (String part : List.of("metadata", "targets", "bundles")) {
            Files.createDirectories(to.folder().resolve(part));
            deleteUnfinished(to.folder().resolve(part));
        }
        var missingBundles = missingBundles();
        var missingFiles = new LinkedHashMap<>(files);
        missingFiles.entrySet().removeIf(file -> isThere(file.getKey(), file.getValue()));
        requireRoom(missingBundles, missingFiles);
        for (ReleaseDescriptor release : missingBundles) {
            copyBundle(release);
        }
        for (var file : missingFiles.entrySet()) {
            Path there = to.folder().resolve(file.getKey());
            NewFile.aside(there, file.getValue());
            moment.passes();
            NewFile.rename(NewFile.unfinished(there), there);
            moment.passes();
        }
        return new Done(missingBundles.size() + missingFiles.size(), timestampVersion, unsigned, metadata);
    }

    /// What a run left that was killed: room that the next one needs. Nobody else is at work here.
    private static void deleteUnfinished(Path part) throws IOException {
        try (var unfinished = Files.newDirectoryStream(part, "*" + NewFile.UNFINISHED)) {
            for (Path file : unfinished) {
                Files.delete(file);
            }
        }
    }

    private List<ReleaseDescriptor> missingBundles() throws IOException {
        var missing = new ArrayList<ReleaseDescriptor>();
        for (ReleaseDescriptor release : bundles.values()) {
            Path there = to.bundle(release);
            boolean isWhole =
                    Files.exists(there) && Files.size(there) == release.bundle().length();
            if (isWhole) {
                try (var progress = Progress.of("checking " + release.targetName(), Files.size(there))) {
                    isWhole = Copy.hash(there, progress).equals(release.bundle());
                }
            }
            if (!isWhole) {
                missing.add(release);
            }
        }
        return missing;
    }

    private boolean isThere(String file, byte[] content) {
        try {
            Path there = to.folder().resolve(file);
            return Files.exists(there)
                    && Files.size(there) == content.length
                    && Arrays.equals(Files.readAllBytes(there), content);
        } catch (IOException unreadable) {
            return false;
        }
    }

    private void requireRoom(List<ReleaseDescriptor> missingBundles, Map<String, byte[]> missingFiles)
            throws IOException {
        long needed = missingBundles.stream()
                        .mapToLong(release -> release.bundle().length())
                        .sum()
                + missingFiles.values().stream()
                        .mapToLong(content -> content.length)
                        .sum()
                + SPARE_BYTES;
        long room = Files.getFileStore(to.folder()).getUsableSpace();
        if (!(missingBundles.isEmpty() && missingFiles.isEmpty()) && needed > room) {
            throw new Refusal(to.folder() + " has room for " + room / 1_000_000 + " MB, and " + (needed / 1_000_000 + 1)
                    + " MB are missing there; make room (old bundles in "
                    + to.folder().resolve("bundles")
                    + ", for instance) or take a larger stick");
        }
    }

    private void copyBundle(ReleaseDescriptor release) throws IOException {
        Path there = to.bundle(release);
        Path unfinished = NewFile.unfinished(there);
        try (var progress =
                Progress.of("copying " + release.targetName(), release.bundle().length())) {
            if (!Copy.copy(from.bundle(release), unfinished, progress).equals(release.bundle())) {
                throw new Refusal(
                        from.bundle(release) + " is not what its name says; bring back the bundle that was" + " added");
            }
            moment.passes();
            NewFile.rename(unfinished, there);
            moment.passes();
        } catch (IOException | Refusal failed) {
            Commit.deleteQuietly(unfinished);
            throw failed;
        }
    }
}
