package org.sealpost.ota.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.sealpost.ota.DescriptorRefused;
import org.sealpost.ota.ReleaseDescriptor;
import org.sealpost.ota.tuf.Download;
import org.sealpost.ota.tuf.Metadata;
import org.sealpost.ota.tuf.MetadataLimits;
import org.sealpost.ota.tuf.Refused;
import org.sealpost.ota.tuf.Repository;
import org.sealpost.ota.tuf.Role;
import org.sealpost.ota.tuf.Target;
import org.sealpost.ota.tuf.Trusted;
import org.sealpost.ota.tuf.TufClient;

/// What a box would see that knows nothing but its first root.
final class Inspection {
    /// Time enough to find people and their sticks.
    static final Duration SOON = Duration.ofDays(14);

    private final Repository repository;
    private final TufClient client;
    private final Instant at;

    Inspection(Repository repository, byte[] firstRoot, Instant at) {
        this.repository = repository;
        this.client = new TufClient(repository, new NoMemory(), firstRoot, MetadataLimits.STANDARD);
        this.at = at;
    }

    /// @param newest the highest release of each board, which is the one that a box takes
    record Seen(Trusted trusted, Map<String, ReleaseDescriptor> newest, int releases) {

        List<Metadata> files() {
            return List.of(trusted.root(), trusted.targets(), trusted.snapshot(), trusted.timestamp());
        }
    }

    /// Sentences about what must be renewed soon.
    static List<String> warnings(List<? extends Metadata> files, Instant now) {
        var warnings = new ArrayList<String>();
        for (Metadata file : files) {
            if (file.expires().isBefore(now.plus(SOON))) {
                warnings.add("The " + file.role().word() + " expires on " + file.expires() + ", within " + SOON.toDays()
                        + " days; before that: sign" + (file.role() == Role.ROOT ? " --root" : "") + ", and publish.");
            }
        }
        return warnings;
    }

    Seen look() throws IOException {
        return switch (client.refresh(at)) {
            case Refused refused -> throw refused(refused);
            case Trusted trusted -> look(trusted);
        };
    }

    private Seen look(Trusted trusted) throws IOException {
        var newest = new TreeMap<String, ReleaseDescriptor>();
        for (Target target : trusted.targets().targets().values()) {
            ReleaseDescriptor release = descriptor(trusted, target);
            newest.merge(release.board(), release, (a, b) -> a.version().compareTo(b.version()) > 0 ? a : b);
        }
        return new Seen(trusted, newest, trusted.targets().targets().size());
    }

    private ReleaseDescriptor descriptor(Trusted trusted, Target target) throws IOException {
        try {
            return switch (client.fetch(trusted, target, ReleaseDescriptor.MAX_BYTES)) {
                case Refused refused -> throw refused(refused);
                case Download.Content(byte[] bytes) -> {
                    ReleaseDescriptor release = ReleaseDescriptor.parse(bytes);
                    if (!release.targetName().equals(target.path())) {
                        throw new Refusal(target.path() + " describes " + release.targetName()
                                + "; add that release anew under a higher version");
                    }
                    yield release;
                }
            };
        } catch (DescriptorRefused refused) {
            throw new Refusal(target.path() + ": " + refused.getMessage(), refused);
        }
    }

    /// Fetches the bundle of a release into a file that is deleted again, and compares it.
    void requireBundle(ReleaseDescriptor release) throws IOException {
        ReleaseDescriptor.Bundle bundle = release.bundle();
        Path file = Files.createTempFile("sealpost-release", ".raucb");
        try (var progress = Progress.of("fetching " + release.targetName(), bundle.length())) {
            repository.fetchInto(bundle.path(), file, bundle.length(), progress::at);
            requireIs(release, Copy.hash(file, Progress.of("checking " + release.targetName(), bundle.length())));
        } catch (Repository.TooMuch | Repository.TooLittle | Repository.NotThere other) {
            throw new Refusal("the bundle of " + release.targetName() + " is not the one that is described: "
                    + other.getMessage() + "; publish again");
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /// As [#requireBundle], where it lies.
    static void requireBundle(Path folder, ReleaseDescriptor release) throws IOException {
        Path file = folder.resolve(release.bundle().path());
        if (!Files.isRegularFile(file)) {
            throw new Refusal("the bundle of " + release.targetName() + " is not there: " + file + "; publish again");
        }
        try (var progress = Progress.of("checking " + release.targetName(), Files.size(file))) {
            requireIs(release, Copy.hash(file, progress));
        }
    }

    private static void requireIs(ReleaseDescriptor release, ReleaseDescriptor.Bundle found) {
        if (!found.equals(release.bundle())) {
            throw new Refusal("the bundle of " + release.targetName() + " is another: " + found.length()
                    + " bytes with SHA-256 " + found.sha256() + " instead of "
                    + release.bundle().length() + " with " + release.bundle().sha256() + "; publish again");
        }
    }

    private static Refusal refused(Refused refused) {
        return new Refusal("a box refuses this: " + refused.sentence());
    }
}
