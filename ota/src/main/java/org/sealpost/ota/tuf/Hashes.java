package org.sealpost.ota.tuf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Digests of one file, by the algorithm's name: `sha256`, `sha512`. Others are ignored; a file must match
/// every one that we know, and with none that we know nothing matches.
public record Hashes(Map<String, String> hexByAlgorithm) {
    private static final Map<String, String> KNOWN = Map.of("sha256", "SHA-256", "sha512", "SHA-512");

    public Hashes {
        hexByAlgorithm = Map.copyOf(hexByAlgorithm);
    }

    /// What a writer states of a file.
    public static Hashes sha256(byte[] content) {
        return new Hashes(
                Map.of("sha256", HexFormat.of().formatHex(digest("SHA-256").digest(content))));
    }

    /// The hash that names a file in a repository with consistent snapshots.
    public Optional<String> first() {
        return new TreeMap<>(hexByAlgorithm)
                .entrySet().stream()
                        .filter(hash -> KNOWN.containsKey(hash.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst();
    }

    public boolean match(byte[] content) {
        return known().stream().allMatch(known -> known.is(known.digest.digest(content))) && first().isPresent();
    }

    /// Reads the whole file.
    public boolean match(Path file) throws IOException {
        var known = known();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] some = new byte[64 << 10];
            for (int read = in.read(some); read >= 0; read = in.read(some)) {
                for (var each : known) each.digest.update(some, 0, read);
            }
        }
        return known.stream().allMatch(each -> each.is(each.digest.digest())) && first().isPresent();
    }

    private record Known(MessageDigest digest, String expected) {
        boolean is(byte[] found) {
            return HexFormat.of().formatHex(found).equalsIgnoreCase(expected);
        }
    }

    private ArrayList<Known> known() {
        var all = new ArrayList<Known>();
        hexByAlgorithm.forEach((name, hex) -> {
            var algorithm = KNOWN.get(name);
            if (algorithm != null) all.add(new Known(digest(algorithm), hex));
        });
        return all;
    }

    static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
