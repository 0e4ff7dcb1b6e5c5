package org.sealpost.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The clients that may hand records over, and how they prove who they are. Immutable, for any thread.
///
/// A credentials file has one line for each secret: `name kind hash`, where the kind is `token` (HTTP, bearer)
/// or `password` (MQTT), and the hash is the SHA-256 of the secret in hex. Empty lines and lines that begin
/// with `#` are skipped. One with the hash of nothing is left out. A name may have several secrets, so that they can be
/// changed one after the other.
///
/// A fast hash is right here only because secrets are made by [#newSecret], with 256 random bits, and never
/// chosen by people: nobody can try them all, and a slow hash would let anybody keep the event loops busy.
public final class Clients {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,127}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final String HASH_OF_NOTHING =
            HexFormat.of().formatHex(SecretHash.of("").toBytes());
    private static final int MIN_SECRET_LENGTH = 22;

    /// The secret is presented as a bearer token, or as the password beside the client's name.
    public enum Kind {
        TOKEN,
        PASSWORD
    }

    private record Credential(String name, SecretHash hash) {}

    // By the first eight bytes of the hash. Finding the place takes a time that depends on the hash alone, of which
    // nobody can choose a part without trying secrets; the comparison itself takes the same time for all.
    private final Map<Long, List<Credential>> tokens = new HashMap<>();
    private final Map<Long, List<Credential>> passwords = new HashMap<>();

    private final List<String> leftOut = new ArrayList<>();

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

    /// Which lines let nobody in, and why, in words with the line's number and the remedy. An
    /// earlier release took them, and one of them is no reason to keep the others out.
    public List<String> leftOut() {
        return Collections.unmodifiableList(leftOut);
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
        if (!isName(parts[0])) {
            throw malformed(
                    number,
                    "a name is 1 to 128 letters, digits, '.', '_', '@', '-', and not the box's own, " + Act.BOX);
        }
        if (parts[0].equals(Claim.OWNER)) throw malformed(number, "only a claim makes the client " + Claim.OWNER);
        if (!HASH.matcher(parts[2]).matches()) throw malformed(number, "a hash is 64 hex digits in lower case");
        var byHash = switch (parts[1]) {
            case "token" -> tokens;
            case "password" -> passwords;
            default -> throw malformed(number, "a kind is 'token' or 'password'");
        };
        if (parts[2].equals(HASH_OF_NOTHING)) {
            leftOut.add("line " + number
                    + ": this is the hash of nothing, as of a variable that is not set, and lets nobody"
                    + " in: take that of the client's secret");
            return;
        }
        var hash = SecretHash.ofHash(HexFormat.of().parseHex(parts[2]));
        if (byHash == tokens && nameOf(hash).isPresent()) throw malformed(number, "the same token is given twice");
        add(byHash, new Credential(parts[0], hash));
    }

    private static void add(Map<Long, List<Credential>> byHash, Credential credential) {
        byHash.computeIfAbsent(credential.hash().start(), any -> new ArrayList<>(1))
                .add(credential);
    }

    private static IllegalArgumentException malformed(int number, String expected) {
        return new IllegalArgumentException("line " + number + ": " + expected);
    }

    /// These clients and the owner, whose secret is token and password.
    public Clients with(ControlState.Owner owner) {
        var clients = new Clients();
        for (var known : tokens.values()) known.forEach(credential -> add(clients.tokens, credential));
        for (var known : passwords.values()) known.forEach(credential -> add(clients.passwords, credential));
        var credential = new Credential(owner.client(), owner.token());
        add(clients.tokens, credential);
        add(clients.passwords, credential);
        return clients;
    }

    /// Nobody yet.
    public static Clients none() {
        return new Clients();
    }

    /// Whose token this is.
    public Optional<String> byToken(String token) {
        return nameOf(SecretHash.of(token));
    }

    private Optional<String> nameOf(SecretHash hash) {
        for (Credential credential : tokens.getOrDefault(hash.start(), List.of())) {
            if (credential.hash().matches(hash)) return Optional.of(credential.name());
        }
        return Optional.empty();
    }

    /// Whether this is a password of the client's.
    public boolean isPassword(String name, byte[] password) {
        var hash = SecretHash.of(password);
        boolean found = false;
        for (Credential credential : passwords.getOrDefault(hash.start(), List.of())) {
            found |= credential.hash().matches(hash) & credential.name().equals(name);
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
        if (!isName(name)) throw new IllegalArgumentException("not the name of a client: " + name);
        if (secret.length() < MIN_SECRET_LENGTH) {
            throw new IllegalArgumentException(
                    "a secret is made by machine and has at least " + MIN_SECRET_LENGTH + " characters");
        }
        String hash = HexFormat.of().formatHex(SecretHash.of(secret).toBytes());
        return name + " " + kind.name().toLowerCase(Locale.ROOT) + " " + hash;
    }

    /// The box's own entries bear its name; a client of that name could pass for it.
    static boolean isName(String name) {
        return NAME.matcher(name).matches() && !name.equals(Act.BOX);
    }
}
