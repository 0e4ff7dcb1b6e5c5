package org.sealpost.evidence;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// All that a user trusts: the trust files of a folder. Empty at first, so nothing is trusted by itself.
public record TrustStore(List<TrustFile> files) {
    public static final TrustStore EMPTY = new TrustStore(List.of());
    private static final int MAX_FILES = 10_000;

    public TrustStore {
        files = List.copyOf(files);
    }

    /// Reads each `*.trust` in a folder, in the order of their names.
    ///
    /// @throws TrustUnusable if one of them cannot be used: a verdict does not rest on half of a store
    public static TrustStore load(Path folder) throws IOException, TrustUnusable {
        var paths = new ArrayList<Path>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.trust")) {
            for (var path : found) {
                if (!Files.isRegularFile(path)) throw new TrustUnusable("trust file " + path + " is no regular file");
                paths.add(path);
                if (paths.size() > MAX_FILES) throw new TrustUnusable("more than 10000 trust files in " + folder);
            }
        }
        paths.sort(null);
        var files = new ArrayList<TrustFile>();
        for (var path : paths) {
            try (var in = Files.newInputStream(path)) {
                files.add(TrustFile.parse(
                        String.valueOf(path.getFileName()), in.readNBytes(TrustFile.MAX_SIZE_BYTES + 1)));
            }
        }
        return new TrustStore(files);
    }

    boolean knows(AnchorIdentity.Evm chain) {
        return files.stream().anyMatch(file -> file.chains().contains(chain));
    }

    /// The hashes of the transactions that made a contract, by the files that name this very one: each once, and empty
    /// where none says.
    public List<Hash> creations(AnchorIdentity.Evm chain) {
        return files.stream()
                .flatMap(file -> Optional.ofNullable(file.creations().get(chain)).stream())
                .distinct()
                .toList();
    }

    /// Whose seals on blocks of a chain count: each set, once, of the files that name this very contract on it.
    public List<EvmValidators> validators(AnchorIdentity.Evm chain) {
        return files.stream()
                .filter(file -> file.chains().contains(chain))
                .flatMap(file -> file.validators().stream())
                .filter(set -> set.chainId() == chain.chainId())
                .distinct()
                .toList();
    }

    /// Whose word counts about a channel: what files say that name this very channel and chaincode, each once.
    public List<FabricTrust> channels(AnchorIdentity.Fabric channel) {
        return files.stream()
                .flatMap(file -> file.channels().stream())
                .filter(trust -> trust.channel().equals(channel))
                .distinct()
                .toList();
    }

    /// The CAs of time-stamping authorities, whatever log their files speak of: when something was there is no matter
    /// of a log.
    public List<X509Certificate> stampingAuthorities() {
        return files.stream()
                .flatMap(file -> file.stamping().stream())
                .distinct()
                .toList();
    }

    /// Whether somebody in the store vouches for a key of a log, by its name or by the log's own hand-overs:
    /// without certificates but those in a break.
    ///
    /// @param tenure which key of the history, from 0
    public boolean vouchesFor(Origin origin, KeyHistory keys, int tenure) {
        return !(judge(origin, keys, tenure, List.of(), Instant.EPOCH) instanceof Trust.None);
    }

    /// Whether somebody in the store vouches for a key of a log (docs/formats.md §9).
    ///
    /// @param tenure       which key of the history, from 0
    /// @param certificates of the evidence file
    /// @param at           the time at which those are judged
    Trust judge(Origin origin, KeyHistory keys, int tenure, List<byte[]> certificates, Instant at) {
        var refusals = new ArrayList<String>();
        for (var file : files) {
            if (!file.concerns(origin, keys.genesisHash())) continue;
            var key = keys.tenures().get(tenure).key();
            if (file.keys().contains(key)) return new Trust.Key(file.name());
            var certified = certified(file, certificates, key, origin, at, refusals);
            if (certified.isPresent()) return certified.get();
            var inherited = inherited(file, origin, keys, tenure, refusals);
            if (inherited.isPresent()) return inherited.get();
        }
        return new Trust.None(refusals);
    }

    /// The CAs that certify a key of a log, of the files that speak of this log.
    ///
    /// @param tenure       which key of the history, from 0
    /// @param certificates of the evidence file
    /// @param at           the time at which those are judged
    List<X509Certificate> certifying(
            Origin origin, KeyHistory keys, int tenure, List<byte[]> certificates, Instant at) {
        var key = keys.tenures().get(tenure).key();
        return files.stream()
                .filter(file -> file.concerns(origin, keys.genesisHash()))
                .flatMap(file -> file.authorities().stream())
                .filter(authority -> SealingCertificate.judge(certificates, authority, key, origin, at)
                        instanceof SealingCertificate.Certified)
                .toList();
    }

    /// Trust that came to a key with the log: over hand-overs with both signatures, back to a key that the file
    /// names, or to a break that a CA of the file has covered. None ever goes from a key to an earlier one.
    private static Optional<Trust> inherited(
            TrustFile file, Origin origin, KeyHistory keys, int tenure, List<String> refusals) {
        for (int i = tenure; i > 0; i--) {
            var handOver = keys.tenures().get(i).by().orElseThrow().handOver();
            if (handOver.isBreak()) {
                var key = keys.tenures().get(i).key();
                var at = handOver.clock().time();
                return certified(file, handOver.certificates(), key, origin, at, refusals)
                        .map(Trust.Inherited::new);
            }
            if (file.keys().contains(keys.tenures().get(i - 1).key())) {
                return Optional.of(new Trust.Inherited(new Trust.Key(file.name())));
            }
        }
        return Optional.empty();
    }

    private static Optional<Trust> certified(
            TrustFile file, List<byte[]> certificates, P256Key key, Origin origin, Instant at, List<String> refusals) {
        for (var authority : file.authorities()) {
            switch (SealingCertificate.judge(certificates, authority, key, origin, at)) {
                case SealingCertificate.Certified found -> {
                    return Optional.of(new Trust.Certificate(
                            file.name(), found.subject(), SealingCertificate.nameOf(authority), at));
                }
                case SealingCertificate.Refused refused ->
                    refusals.add(Printable.escape(file.name()) + ": " + refused.reason());
            }
        }
        return Optional.empty();
    }

    /// Who vouches for a key.
    sealed interface Trust {
        record Key(String file) implements Trust {}

        record Certificate(String file, String subject, String authority, Instant at) implements Trust {}

        /// @param from who vouches for the key, or for the break, that the hand-overs lead from
        record Inherited(Trust from) implements Trust {}

        /// @param refusals why the certificates in the evidence did not do, for each CA that could have
        record None(List<String> refusals) implements Trust {}
    }
}
