package org.sealpost.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The clients that may hand records over, and how they prove who they are. Immutable, for any thread.
///
/// A credentials file has one line for each secret: `name kind hash`, where the kind is `token` (HTTP, bearer) or
/// `password` (MQTT), and the hash is the SHA-256 of the secret in hex. Empty lines and lines that begin with `#`
/// are skipped. A name may have several secrets, so that they can be changed one after the other.
///
/// A fast hash is right here only because secrets are made by [#newSecret], with 256 random bits, and never
/// chosen by people: nobody can try them all, and a slow hash would let anybody keep the event loops busy.
public final class Clients {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,127}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final int MIN_SECRET_LENGTH = 22;

    /// The secret is presented as a bearer token, or as the password beside the client's name.
    public enum Kind {
        TOKEN,
        PASSWORD
    }

    private record Credential(String name, byte[] hash) {}

    // By the first eight bytes of the hash. Finding the place takes a time that depends on the hash alone, of which
    // nobody can choose a part without trying secrets; the comparison itself takes the same time for all.
    private final Map<Long, List<Credential>> tokens = new HashMap<>();
    private final Map<Long, List<Credential>> passwords = new HashMap<>();

    private Clients() {}

    /// Reads a credentials file.
    ///
    /// @throws IOException if it cannot be read
    /// @throws IllegalArgumentException if a line is not as it should be; names the line's number, not what it
    ///     says
    public static Clients read(Path file) throws IOException {
        try {
            return parse(Files.readAllLines(file, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("credentials file " + file + ", " + e.getMessage(), e);
        }
    }

    /// As [#read], from the lines themselves.
    public static Clients parse(List<String> lines) {
        var clients = new Clients();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) clients.add(line, i + 1);
        }
        return clients;
    }

    private void add(String line, int number) {
        String[] parts = line.split("\\s+");
        if (parts.length != 3) throw malformed(number, "expected: name, kind, hash");
        if (!NAME.matcher(parts[0]).matches()) {
            throw malformed(number, "a name is 1 to 128 letters, digits, '.', '_', '@', '-'");
        }
        if (!HASH.matcher(parts[2]).matches()) throw malformed(number, "a hash is 64 hex digits in lower case");
        var byHash = switch (parts[1]) {
            case "token" -> tokens;
            case "password" -> passwords;
            default -> throw malformed(number, "a kind is 'token' or 'password'");
        };
        byte[] hash = HexFormat.of().parseHex(parts[2]);
        var sameStart = byHash.computeIfAbsent(start(hash), any -> new ArrayList<>(1));
        for (Credential other : sameStart) {
            if (byHash == tokens && MessageDigest.isEqual(other.hash(), hash)) {
                throw malformed(number, "the same token is given twice");
            }
        }
        sameStart.add(new Credential(parts[0], hash));
    }

    private static IllegalArgumentException malformed(int number, String expected) {
        return new IllegalArgumentException("line " + number + ": " + expected);
    }

    /// Whose token this is.
    public Optional<String> byToken(String token) {
        byte[] hash = sha256(token.getBytes(StandardCharsets.UTF_8));
        for (Credential credential : tokens.getOrDefault(start(hash), List.of())) {
            if (MessageDigest.isEqual(credential.hash(), hash)) return Optional.of(credential.name());
        }
        return Optional.empty();
    }

    /// Whether this is a password of the client's.
    public boolean isPassword(String name, byte[] password) {
        byte[] hash = sha256(password);
        boolean found = false;
        for (Credential credential : passwords.getOrDefault(start(hash), List.of())) {
            found |= MessageDigest.isEqual(credential.hash(), hash)
                    & credential.name().equals(name);
        }
        return found;
    }

    /// A new secret of 256 random bits, in letters that need no quoting anywhere.
    public static String newSecret(SecureRandom random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// The line of a credentials file for a secret.
    ///
    /// @throws IllegalArgumentException if the name is none, or the secret is so short that a person may have
    ///     chosen it
    public static String line(String name, Kind kind, String secret) {
        if (!NAME.matcher(name).matches()) throw new IllegalArgumentException("not the name of a client: " + name);
        if (secret.length() < MIN_SECRET_LENGTH) {
            throw new IllegalArgumentException(
                    "a secret is made by machine and has at least " + MIN_SECRET_LENGTH + " characters");
        }
        String hash = HexFormat.of().formatHex(sha256(secret.getBytes(StandardCharsets.UTF_8)));
        return name + " " + kind.name().toLowerCase(Locale.ROOT) + " " + hash;
    }

    private static long start(byte[] hash) {
        return ByteBuffer.wrap(hash).getLong();
    }

    private static byte[] sha256(byte[] secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
