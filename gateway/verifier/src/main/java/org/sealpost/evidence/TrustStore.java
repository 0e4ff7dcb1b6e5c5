package org.sealpost.evidence;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

    /// Whether somebody in the store vouches for this key.
    ///
    /// @param at the time at which certificates are judged
    Trust judge(Origin origin, Hash genesis, P256Key key, List<byte[]> certificates, Instant at) {
        var refusals = new ArrayList<String>();
        for (var file : files) {
            if (!file.concerns(origin, genesis)) continue;
            if (file.keys().contains(key)) return new Trust.Key(file.name());
            for (var authority : file.authorities()) {
                switch (SealingCertificate.judge(certificates, authority, key, origin, at)) {
                    case SealingCertificate.Certified certified -> {
                        return new Trust.Certificate(
                                file.name(), certified.subject(), SealingCertificate.nameOf(authority), at);
                    }
                    case SealingCertificate.Refused refused ->
                        refusals.add(Printable.escape(file.name()) + ": " + refused.reason());
                }
            }
        }
        return new Trust.None(refusals);
    }

    /// Who vouches for a key.
    sealed interface Trust {
        record Key(String file) implements Trust {}

        record Certificate(String file, String subject, String authority, Instant at) implements Trust {}

        /// @param refusals why the certificates in the evidence did not do, for each CA that could have
        record None(List<String> refusals) implements Trust {}
    }
}
