package org.sealpost.ota.release;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sealpost.ota.ReleaseDescriptor;
import org.sealpost.ota.tuf.FolderRepository;
import org.sealpost.ota.tuf.HttpLimits;
import org.sealpost.ota.tuf.HttpsRepository;
import org.sealpost.ota.tuf.Metadata;
import org.sealpost.ota.tuf.Root;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `verify`.
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Looks at a folder, a stick or a server as a box does, and says what it would see.")
final class VerifyCommand implements Callable<Integer> {
    private static final int MAX_AUTHORITIES = 1 << 20;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIR-OR-URL", description = "a folder, or the https address of one")
    private String place = "";

    @Option(names = "--root", required = true, paramLabel = "FILE", description = "the first root, as the image has it")
    private Path root = Path.of("");

    @Option(names = "--ca", paramLabel = "FILE", description = "the CA of the server's certificate in PEM")
    private @Nullable Path ca;

    @Option(names = "--at", paramLabel = "TIME", description = "judges expiry as of this time; by default now")
    private @Nullable String at;

    @Option(names = "--no-bundles", description = "does not fetch the newest bundles, which may take long")
    private boolean noBundles;

    @Override
    public Integer call() {
        try {
            byte[] firstRoot = firstRoot();
            if (place.startsWith("https:")) {
                var authorities = Optional.ofNullable(ca).map(VerifyCommand::pem);
                try (var server = HttpsRepository.at(URI.create(place), authorities, HttpLimits.STANDARD)) {
                    var inspection = new Inspection(server, firstRoot, moment());
                    say(inspection.look(), inspection::requireBundle);
                }
            } else if (place.contains("://")) {
                throw new Refusal(place + " is neither a folder nor an https address; boxes look at nothing else");
            } else {
                Path folder = FolderRepository.onStick(Path.of(place));
                var inspection = new Inspection(new FolderRepository(folder), firstRoot, moment());
                say(inspection.look(), release -> Inspection.requireBundle(folder, release));
            }
            return 0;
        } catch (IOException failed) {
            throw new Refusal(place + " cannot be verified: " + NewFile.reason(failed), failed);
        }
    }

    /// What is too large to be a root is read no further, and refused as a box would.
    private byte[] firstRoot() {
        try (var in = Files.newInputStream(root)) {
            return in.readNBytes(Limits.of(Root.class) + 1);
        } catch (IOException unreadable) {
            throw new Refusal("the root " + root + " cannot be read: " + NewFile.reason(unreadable), unreadable);
        }
    }

    private interface BundleCheck {
        void require(ReleaseDescriptor release) throws IOException;
    }

    private void say(Inspection.Seen seen, BundleCheck bundles) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        for (Metadata file : seen.files()) {
            out.println(file.role().word() + " version " + file.version() + ", until " + file.expires());
        }
        seen.trusted().remarks().forEach(out::println);
        if (seen.newest().isEmpty()) {
            out.println("no release");
        }
        for (ReleaseDescriptor release : seen.newest().values()) {
            if (!noBundles) {
                bundles.require(release);
            }
            out.println(release.board() + ": release " + release.version() + ", epoch " + release.securityEpoch()
                    + ", data format " + release.dataFormat() + ", reads from " + release.readsFrom() + ", bundle of "
                    + release.bundle().length() + " bytes" + (noBundles ? ", not fetched" : ", whole"));
        }
        Inspection.warnings(seen.files(), moment()).forEach(warning -> out.println("warning: " + warning));
    }

    private Instant moment() {
        try {
            String time = at;
            return time == null ? Instant.now() : Instant.parse(time);
        } catch (DateTimeException noTime) {
            throw new Refusal("--at " + at + " must be a time like 2027-01-31T00:00:00Z", noTime);
        }
    }

    private static String pem(Path file) {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_AUTHORITIES), StandardCharsets.US_ASCII);
        } catch (IOException unreadable) {
            throw new Refusal("the CA file " + file + " cannot be read: " + NewFile.reason(unreadable), unreadable);
        }
    }
}
