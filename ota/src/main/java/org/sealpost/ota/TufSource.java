package org.sealpost.ota;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.sealpost.ota.tuf.Download;
import org.sealpost.ota.tuf.FolderRepository;
import org.sealpost.ota.tuf.HttpLimits;
import org.sealpost.ota.tuf.HttpsRepository;
import org.sealpost.ota.tuf.MetadataLimits;
import org.sealpost.ota.tuf.Refused;
import org.sealpost.ota.tuf.Repository;
import org.sealpost.ota.tuf.Target;
import org.sealpost.ota.tuf.Trusted;
import org.sealpost.ota.tuf.TrustedFolder;
import org.sealpost.ota.tuf.TufClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Releases in TUF repositories: a server's folder, or one on a stick. Not for several threads, but for
/// [#hasStick].
final class TufSource implements ReleaseSource {
    private static final Logger LOG = LoggerFactory.getLogger(TufSource.class);

    /// So many of the highest releases that this box could take as it is are looked at, lest one that fell back
    /// here, or is too large, hides the one below it. Those that it could not take do not count: they are no more
    /// than targets.json, with its bound, can name.
    private static final int ENOUGH = 16;

    private static final int MAX_CERTIFICATES_BYTES = 48 << 10;
    private static final Pattern NAME = Pattern.compile("([a-z0-9-]{1,64})-([0-9.]{5,32})\\.release\\.json");

    private final Installed installed;

    /// As far as they follow from the release that runs.
    private final Choice rules;

    private final byte[] imageRoot;
    private final Path trusted;
    private final Path certificates;
    private final Path stick;
    private final HttpLimits limits;
    private final Function<Path, Repository> folders;

    /// @param imageRoot the first root, of the image
    /// @param data      the agent's folder
    /// @param stick     where a stick's file system appears
    TufSource(Installed installed, byte[] imageRoot, Path data, Path stick, HttpLimits limits) {
        this(installed, imageRoot, data, stick, limits, FolderRepository::new);
    }

    /// @param folders how a stick is read; tests pull it out in the middle
    TufSource(
            Installed installed,
            byte[] imageRoot,
            Path data,
            Path stick,
            HttpLimits limits,
            Function<Path, Repository> folders) {
        this.installed = installed;
        this.rules = new Choice(installed, Memory.EMPTY, _ -> Optional.empty());
        this.imageRoot = imageRoot.clone();
        this.trusted = data.resolve("tuf");
        this.certificates = data.resolve("certificates");
        this.stick = stick;
        this.limits = limits;
        this.folders = folders;
    }

    @Override
    public boolean hasStick() {
        return Files.isDirectory(stickFolder().resolve("metadata"));
    }

    private Path stickFolder() {
        return FolderRepository.onStick(stick);
    }

    /// A release by the name of its file.
    private record Named(String board, Version version, Target target) {}

    @Override
    public Outcome check(Offer.From from, UpdateAct.SourceSet settings, Instant now) throws IOException {
        var outcome = look(from, settings, now);
        boolean refused = outcome instanceof Outcome.Refused
                || outcome instanceof Outcome.Verified verified
                        && verified.refused().isPresent();
        // Where the stick's file system was lies an empty folder then, in which each file is missing.
        if (refused && from == Offer.From.STICK && !hasStick()) throw noStick();
        return outcome;
    }

    private Outcome look(Offer.From from, UpdateAct.SourceSet settings, Instant now) throws IOException {
        try (var opened = open(from, settings)) {
            var client =
                    new TufClient(opened.repository, TrustedFolder.open(trusted), imageRoot, MetadataLimits.STANDARD);
            var refresh = client.refresh(now);
            // Above all that the memory is damaged, and guards less than it did.
            refresh.remarks().forEach(LOG::warn);
            return switch (refresh) {
                case Refused refused -> refused(refused, from);
                case Trusted metadata -> releases(client, metadata, from);
            };
        }
    }

    /// What one descriptor says, or why it says nothing.
    private sealed interface Described {
        record Release(ReleaseDescriptor release) implements Described {}

        record Not(UpdateAct.Refused why) implements Described {}
    }

    /// A descriptor that is refused hides no other: a format that only later releases know would else keep the
    /// release from this box that knows it.
    private Outcome releases(TufClient client, Trusted metadata, Offer.From from) throws IOException {
        var releases = new ArrayList<ReleaseDescriptor>();
        Optional<UpdateAct.Refused> highest = Optional.empty();
        int passed = 0;
        for (var named : worthLookingAt(metadata)) {
            if (passed == ENOUGH) break;
            switch (described(client, metadata, named, from)) {
                case Described.Release(var release) -> {
                    releases.add(release);
                    if (rules.refusal(new Offer(release, from)).isEmpty()) passed++;
                }
                case Described.Not(var why) -> {
                    LOG.warn("{}", why.sentence());
                    if (highest.isEmpty()) highest = Optional.of(why);
                }
            }
        }
        return new Outcome.Verified(releases, highest);
    }

    private Described described(TufClient client, Trusted metadata, Named named, Offer.From from) throws IOException {
        return switch (client.fetch(metadata, named.target, ReleaseDescriptor.MAX_BYTES)) {
            case Refused refused ->
                new Described.Not(
                        refused(refused.rule().name().toLowerCase(Locale.ROOT), refused.sentence(), named, from));
            case Download.Content(var bytes) -> {
                var file = named.target.path() + ": ";
                try {
                    var release = ReleaseDescriptor.parse(bytes);
                    if (!release.board().equals(named.board)) {
                        var why = "it is for board " + release.board() + ", and this box is a " + installed.board();
                        yield new Described.Not(
                                refused(Rule.BOARD, file + why + "; describe the bundle anew", named, from));
                    }
                    if (!release.version().equals(named.version)) {
                        var why = "it describes version " + release.version() + "; describe the bundle anew";
                        yield new Described.Not(refused(Rule.DESCRIPTOR, file + why, named, from));
                    }
                    yield new Described.Release(release);
                } catch (DescriptorRefused e) {
                    yield new Described.Not(refused(Rule.DESCRIPTOR, file + e.getMessage(), named, from));
                }
            }
        };
    }

    /// Those for this box that are higher than what runs; where none is for this box, one that tells for which
    /// they are.
    private List<Named> worthLookingAt(Trusted metadata) {
        var all = metadata.targets().targets().values().stream()
                .flatMap(target -> named(target).stream())
                .sorted(Comparator.comparing(Named::version).reversed())
                .toList();
        var own = all.stream()
                .filter(named -> named.board.equals(installed.board()))
                .toList();
        if (own.isEmpty()) return all.stream().limit(1).toList();
        return own.stream()
                .filter(named -> named.version.compareTo(installed.version()) > 0)
                .toList();
    }

    private static Optional<Named> named(Target target) {
        var parts = NAME.matcher(target.path());
        if (!parts.matches()) return Optional.empty();
        try {
            return Optional.of(new Named(parts.group(1), Version.parse(parts.group(2)), target));
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    private static Outcome refused(Refused refused, Offer.From from) {
        return new Outcome.Refused(new UpdateAct.Refused(
                refused.rule().name().toLowerCase(Locale.ROOT),
                refused.sentence(),
                from,
                Optional.of(refused.file()),
                Optional.empty()));
    }

    private static UpdateAct.Refused refused(String rule, String sentence, Named named, Offer.From from) {
        return new UpdateAct.Refused(
                rule, sentence, from, Optional.of(named.target.path()), Optional.of(named.version));
    }

    @Override
    public void fetch(Offer offer, UpdateAct.SourceSet settings, Path part, Staging.Transfer.Progress progress)
            throws IOException, BundleRefused {
        var bundle = offer.release().bundle();
        try (var opened = open(offer.from(), settings)) {
            opened.repository.fetchInto(bundle.path(), part, bundle.length(), progress::at);
        } catch (Repository.TooMuch longer) {
            throw refusedBundle(bundle, part, "longer");
        } catch (Repository.TooLittle shorter) {
            throw refusedBundle(bundle, part, "shorter");
        }
    }

    private static BundleRefused refusedBundle(ReleaseDescriptor.Bundle bundle, Path part, String is)
            throws IOException {
        Files.deleteIfExists(part);
        return new BundleRefused(bundle.path() + ": " + is + " than the " + bundle.length()
                + " bytes that are described; it was deleted, publish it again");
    }

    /// A repository, and what its end is.
    private record Opened(Repository repository, Optional<HttpsRepository> server) implements AutoCloseable {
        @Override
        public void close() {
            server.ifPresent(HttpsRepository::close);
        }
    }

    private Opened open(Offer.From from, UpdateAct.SourceSet settings) throws IOException {
        if (from == Offer.From.STICK) {
            if (!hasStick()) throw noStick();
            return new Opened(folders.apply(stickFolder()), Optional.empty());
        }
        var url = settings.url()
                .orElseThrow(() -> new Repository.Unreachable("no address of a server is set any more; set it again"));
        try {
            var authorities = settings.ca().isPresent()
                    ? Optional.of(certificates(settings.ca().get()))
                    : Optional.<String>empty();
            var server = HttpsRepository.at(URI.create(url), authorities, limits);
            return new Opened(server, Optional.of(server));
        } catch (IllegalArgumentException e) {
            throw new Repository.Unreachable(
                    "the source's address or certificates are none any more: " + e.getMessage() + "; set them again");
        }
    }

    private static Repository.Unreachable noStick() {
        return new Repository.Unreachable("the stick is not there; plug it in again");
    }

    private String certificates(String sha256) throws IOException {
        try {
            var bytes = Files.readAllBytes(file(sha256));
            if (sha256(bytes).equals(sha256)) return new String(bytes, StandardCharsets.UTF_8);
        } catch (NoSuchFileException gone) {
            // Said below.
        }
        throw new Repository.Unreachable("the certificates of the source's server are gone; set the source again");
    }

    @Override
    public UpdateAct.SourceSet keep(Order.Source order) throws IOException {
        if (order.url().isEmpty())
            return new UpdateAct.SourceSet(Optional.empty(), Optional.empty(), order.automatic());
        var url = order.url().get();
        if (url.length() > 1_000) throw new IllegalArgumentException("the address is longer than 1000 characters");
        // Tries whether it could be used.
        try (var _ = HttpsRepository.at(URI.create(url), order.ca(), limits)) {
            if (order.ca().isEmpty()) return new UpdateAct.SourceSet(order.url(), Optional.empty(), order.automatic());
        }
        var pem = order.ca().get().getBytes(StandardCharsets.UTF_8);
        if (pem.length > MAX_CERTIFICATES_BYTES) {
            throw new IllegalArgumentException("the certificates have more than 48 KiB; give only the server's CA");
        }
        var sha256 = sha256(pem);
        Files.createDirectories(certificates);
        DurableFile.replace(file(sha256), pem);
        return new UpdateAct.SourceSet(order.url(), Optional.of(sha256), order.automatic());
    }

    /// Deletes certificates of sources that were set before.
    void forgetOthers(UpdateAct.SourceSet settings) throws IOException {
        if (!Files.isDirectory(certificates)) return;
        try (var files = Files.newDirectoryStream(certificates)) {
            for (var file : files) {
                if (!settings.ca().map(this::file).equals(Optional.of(file))) Files.delete(file);
            }
        }
    }

    private Path file(String sha256) {
        return certificates.resolve(sha256 + ".pem");
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
