package org.sealpost.ota.release;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.sealpost.ota.DescriptorRefused;
import org.sealpost.ota.ReleaseDescriptor;
import org.sealpost.ota.tuf.Malformed;
import org.sealpost.ota.tuf.Metadata;
import org.sealpost.ota.tuf.Role;
import org.sealpost.ota.tuf.Root;
import org.sealpost.ota.tuf.Signed;
import org.sealpost.ota.tuf.Snapshot;
import org.sealpost.ota.tuf.Target;
import org.sealpost.ota.tuf.Targets;
import org.sealpost.ota.tuf.Timestamp;

/// A repository's folder: where its files lie, and what they say now.
record RepositoryFolder(Path folder) {
    private static final int MAX_ROOTS = 1024;
    private static final int MAX_RELEASES = 1000;
    private static final Pattern ROOT_FILE = Pattern.compile("([1-9][0-9]{0,9})\\.root\\.json");

    Path metadata(String file) {
        return folder.resolve("metadata").resolve(file);
    }

    Path descriptor(Target target) {
        return folder.resolve("targets").resolve(target.hashes().first().orElseThrow() + "." + target.path());
    }

    Path bundle(ReleaseDescriptor release) {
        return folder.resolve(release.bundle().path());
    }

    /// Keeps other runs of this tool out of the repository until it is closed.
    FileChannel lock() {
        KeyPlaces.read(folder);
        return lockFolder();
    }

    /// As [#lock], for a folder without `keys.json`: what was published.
    FileChannel lockFolder() {
        try {
            var channel =
                    FileChannel.open(folder.resolve(".lock"), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            if (channel.tryLock() == null) {
                channel.close();
                throw new Refusal("another sealpost-release is at work in " + folder + "; wait until it has ended");
            }
            return channel;
        } catch (OverlappingFileLockException same) {
            throw new Refusal("this process is at work in " + folder + " already", same);
        } catch (IOException failed) {
            throw new Refusal(folder + " cannot be written: " + NewFile.reason(failed), failed);
        }
    }

    /// All roots from the first on, in their order.
    List<Signed<Root>> roots() {
        long first = firstRootVersion()
                .orElseThrow(() -> new Refusal(
                        folder + " is no repository: it holds no metadata/N.root.json; make one with: init"));
        var roots = new ArrayList<Signed<Root>>();
        for (long version = first; version < first + MAX_ROOTS; version++) {
            Path file = metadata(Role.ROOT.file(version));
            if (!Files.exists(file)) {
                break;
            }
            roots.add(read(Root.class, file));
        }
        return roots;
    }

    /// The lowest version of a root that is there; empty without any. A repository that took another's place
    /// begins with a higher one than 1.
    OptionalLong firstRootVersion() {
        if (!Files.isDirectory(metadata(""))) {
            return OptionalLong.empty();
        }
        try (var files = Files.newDirectoryStream(metadata(""), "*." + Role.ROOT.file())) {
            OptionalLong lowest = OptionalLong.empty();
            for (Path file : files) {
                var name = ROOT_FILE.matcher(file.getFileName().toString());
                if (name.matches()) {
                    long version = Long.parseLong(name.group(1));
                    lowest = OptionalLong.of(Math.min(version, lowest.orElse(version)));
                }
            }
            return lowest;
        } catch (IOException unreadable) {
            throw new Refusal(folder + " cannot be read: " + NewFile.reason(unreadable), unreadable);
        }
    }

    Signed<Root> newestRoot() {
        return roots().getLast();
    }

    /// What was signed last; empty before the first time.
    Optional<Signed<Timestamp>> timestamp() {
        Path file = metadata(Role.TIMESTAMP.file());
        return Files.exists(file) ? Optional.of(read(Timestamp.class, file)) : Optional.empty();
    }

    Signed<Snapshot> snapshot(Timestamp timestamp) {
        return read(
                Snapshot.class, metadata(Role.SNAPSHOT.file(timestamp.snapshot().version())));
    }

    Signed<Targets> targets(Snapshot snapshot) {
        return read(Targets.class, metadata(Role.TARGETS.file(snapshot.targets().version())));
    }

    /// The targets that were signed last; empty before the first time.
    Optional<Targets> signedTargets() {
        return timestamp()
                .map(signed -> targets(snapshot(signed.metadata()).metadata()).metadata());
    }

    /// All releases that were added and not withdrawn, signed or not, by the name of their target.
    TreeMap<String, ReleaseDescriptor> releases() {
        var releases = new TreeMap<String, ReleaseDescriptor>();
        try (var files = Files.newDirectoryStream(folder.resolve("targets"), "*.release.json")) {
            for (Path file : files) {
                byte[] content = content(file);
                ReleaseDescriptor release = descriptor(file, content);
                String expected = Copy.sha256(content) + "." + release.targetName();
                boolean isAsAdded = Arrays.equals(content, release.toJson());
                if (!isAsAdded || !file.getFileName().toString().equals(expected)) {
                    throw new Refusal(file + " is not the file that its name says; take it away or bring back the"
                            + " one that was added");
                }
                releases.put(release.targetName(), release);
                if (releases.size() > MAX_RELEASES) {
                    throw new Refusal("there are more than " + MAX_RELEASES + " releases; withdraw old ones");
                }
            }
            return releases;
        } catch (IOException unreadable) {
            throw new Refusal(folder + " cannot be read: " + NewFile.reason(unreadable), unreadable);
        }
    }

    /// What a descriptor's file holds; of a file that is too long for one, more than it may.
    static byte[] content(Path file) {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(ReleaseDescriptor.MAX_BYTES + 1);
        } catch (IOException unreadable) {
            throw new Refusal(file + " cannot be read: " + NewFile.reason(unreadable), unreadable);
        }
    }

    static ReleaseDescriptor descriptor(Path file, byte[] content) {
        try {
            return ReleaseDescriptor.parse(content);
        } catch (DescriptorRefused damaged) {
            throw new Refusal(file + ": " + damaged.getMessage(), damaged);
        }
    }

    static <M extends Metadata> Signed<M> read(Class<M> kind, Path file) {
        try (var in = Files.newInputStream(file)) {
            return Signed.parse(kind, in.readNBytes(Limits.of(kind) + 1));
        } catch (Malformed damaged) {
            throw new Refusal(file + " " + damaged.getMessage() + "; take a copy that is whole", damaged);
        } catch (IOException unreadable) {
            throw new Refusal(file + " cannot be read: " + NewFile.reason(unreadable), unreadable);
        }
    }
}
