package org.sealpost.hsm;

import java.io.IOException;
import java.io.StringReader;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.sealpost.hsm.KeyKind.Family;
import org.sealpost.hsm.Mechanism.Input;
import org.sealpost.hsm.Mechanism.Output;

/// Reads a [Profile] from the text of a properties file. Strict: what is not known is refused, in one sentence.
final class ProfileFile {
    static final int MAX_CHARS = 65_536;

    private static final Pattern NUMBER = Pattern.compile("0x[0-9A-Fa-f]{1,8}");
    private static final List<String> NUMBERS = List.of("key-type", "generation", "signature");

    /// PKCS#11 2.40, 3.0 for Ed25519, 3.2 for ML-DSA; no SM2, which the standard does not know.
    private static final Map<Family, Mechanism> STANDARD = Map.of(
            Family.ECDSA, new Mechanism(0x03, 0x1040, 0x1041, Output.RAW, Input.AS_IT_IS),
            Family.ED25519, new Mechanism(0x40, 0x1055, 0x1057, Output.RAW, Input.AS_IT_IS),
            Family.RSA_PKCS1, new Mechanism(0x00, 0x0000, 0x0001, Output.RAW, Input.DIGEST_INFO),
            Family.RSA_PSS, new Mechanism(0x00, 0x0000, 0x000D, Output.RAW, Input.AS_IT_IS),
            Family.ML_DSA, new Mechanism(0x4A, 0x001C, 0x001D, Output.RAW, Input.AS_IT_IS));

    private final String where;
    private final Map<String, String> properties;
    private final Set<String> known = new HashSet<>();

    private ProfileFile(String where, Map<String, String> properties) {
        this.where = where;
        this.properties = properties;
    }

    /// @param where names the file in messages
    /// @throws IllegalArgumentException if it is no profile; one sentence says why
    static Profile read(String where, String text) {
        var file = new ProfileFile(where, properties(where, text));
        Profile profile = file.profile();
        file.refuseUnknown();
        return profile;
    }

    private Profile profile() {
        Map<Family, Mechanism> mechanisms = new EnumMap<>(Family.class);
        for (Family family : Family.values()) {
            mechanism(family).ifPresent(mechanism -> mechanisms.put(family, mechanism));
        }
        return new Profile(
                required("name"),
                choice("status", Map.of("tested", Profile.Status.TESTED, "documentation", Profile.Status.DOCUMENTATION))
                        .orElseThrow(() -> missing("status")),
                several("manufacturer"),
                mechanisms,
                kinds("makes-no"),
                new Profile.KeyForm(
                        choice(
                                        "ec.point",
                                        Map.of(
                                                "octet-string", Profile.Point.OCTET_STRING,
                                                "plain", Profile.Point.PLAIN,
                                                "either", Profile.Point.EITHER))
                                .orElse(Profile.Point.EITHER),
                        parameters(KeyKind.SM2),
                        parameters(KeyKind.ED25519)),
                new Profile.Initialisation(
                        choice("initialize.locking", Map.of("os", Profile.Locking.OS, "none", Profile.Locking.NONE))
                                .orElse(Profile.Locking.OS),
                        value("initialize.reserved"),
                        choice("officer-pin", Map.of("given", true, "random", false))
                                .orElse(false)),
                new Profile.Answers(
                        flag("loses-its-device", false),
                        flag("store-needs-its-chip", false),
                        flag("unlocks-by-itself", false),
                        flag("blames-the-pin", false),
                        flag("told-pin-is-set", true),
                        flag("mixes-up-handles", false)));
    }

    private Optional<Mechanism> mechanism(Family family) {
        String kind = name(family);
        Optional<Mechanism> standard = Optional.ofNullable(STANDARD.get(family));
        Output output = choice(kind + ".output", Map.of("raw", Output.RAW, "der", Output.DER))
                .orElse(Output.RAW);
        if (output == Output.DER && family != Family.ECDSA && family != Family.SM2) {
            throw refused(kind + ".output", "only ecdsa and sm2 have a DER form; leave it out");
        }
        Input input = input(family, kind);
        long[] numbers = new long[NUMBERS.size()];
        int none = 0;
        for (int i = 0; i < numbers.length; i++) {
            String key = kind + "." + NUMBERS.get(i);
            Optional<String> given = value(key);
            if (given.isEmpty() ? standard.isEmpty() : given.get().equals("none")) {
                none++;
            } else {
                Mechanism usual = standard.orElse(null);
                long defaulted =
                        usual == null ? 0 : new long[] {usual.keyType(), usual.generation(), usual.signature()}[i];
                numbers[i] = given.map(number -> number(key, number)).orElse(defaulted);
            }
        }
        if (none == 0) {
            return Optional.of(new Mechanism(numbers[0], numbers[1], numbers[2], output, input));
        }
        boolean all = none == numbers.length;
        if (!all && (standard.isEmpty() || !value(kind + ".signature").equals(Optional.of("none")))) {
            throw refused(
                    kind + ".signature",
                    "key-type, generation and signature of " + kind
                            + " are needed together; write signature = none where the token has none");
        }
        return Optional.empty();
    }

    private Input input(Family family, String kind) {
        return switch (family) {
            case RSA_PKCS1 ->
                choice(kind + ".input", Map.of("digest-info", Input.DIGEST_INFO))
                        .orElse(Input.DIGEST_INFO);
            case SM2 ->
                choice(kind + ".input", Map.of("message", Input.AS_IT_IS, "e", Input.E, "z-message", Input.Z_MESSAGE))
                        .orElse(Input.E);
            case ECDSA, ED25519, RSA_PSS, ML_DSA -> Input.AS_IT_IS;
        };
    }

    private static String name(Family family) {
        return family.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private Set<KeyKind> kinds(String key) {
        Set<KeyKind> kinds = EnumSet.noneOf(KeyKind.class);
        for (String name : several(key)) {
            kinds.add(Arrays.stream(KeyKind.values())
                    .filter(kind -> kind.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> refused(
                            key, "\"" + name + "\" is no kind of key; there are " + List.of(KeyKind.values()))));
        }
        return kinds;
    }

    private List<String> several(String key) {
        return value(key).stream()
                .flatMap(all -> Arrays.stream(all.split("\\|")))
                .map(String::strip)
                .filter(one -> !one.isEmpty())
                .toList();
    }

    private byte[] parameters(KeyKind kind) {
        String key = name(kind.family()) + ".public-key-parameters";
        return value(key)
                .map(hex -> {
                    try {
                        return HexFormat.of().parseHex(hex);
                    } catch (IllegalArgumentException notHex) {
                        throw refused(
                                key, "\"" + hex + "\" is not hexadecimal; write the DER as in 06082a811ccf5501822d");
                    }
                })
                .orElseGet(kind::parameters);
    }

    private long number(String key, String text) {
        if (!NUMBER.matcher(text).matches()) {
            throw refused(key, "\"" + text + "\" is no number; write 0x and up to eight hexadecimal digits, or none");
        }
        return Long.decode(text);
    }

    private boolean flag(String key, boolean otherwise) {
        return choice(key, Map.of("true", true, "false", false)).orElse(otherwise);
    }

    private <T> Optional<T> choice(String key, Map<String, T> choices) {
        Function<String, T> chosen = text -> {
            T value = choices.get(text);
            if (value == null) {
                List<String> names = choices.keySet().stream().sorted().toList();
                throw refused(key, "\"" + text + "\" is not one of " + String.join(", ", names));
            }
            return value;
        };
        return value(key).map(chosen);
    }

    private String required(String key) {
        return value(key).filter(text -> !text.isBlank()).orElseThrow(() -> missing(key));
    }

    private IllegalArgumentException missing(String key) {
        return refused(key, "is missing; every profile has name and status");
    }

    private Optional<String> value(String key) {
        known.add(key);
        return Optional.ofNullable(properties.get(key)).map(String::strip);
    }

    private void refuseUnknown() {
        for (String key : properties.keySet()) {
            if (!known.contains(key)) {
                throw refused(key, "is no property of a profile; the nearest that is one: " + nearest(key));
            }
        }
    }

    private String nearest(String wrong) {
        return known.stream()
                .min(java.util.Comparator.<String>comparingInt(key -> distance(key, wrong))
                        .thenComparing(key -> key))
                .orElseThrow();
    }

    /// Levenshtein's.
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    private IllegalArgumentException refused(String key, String why) {
        return refusal(where, key + ": " + why);
    }

    private static IllegalArgumentException refusal(String where, String why) {
        return new IllegalArgumentException("profile " + where + ": " + why);
    }

    private static Map<String, String> properties(String where, String text) {
        if (text.length() > MAX_CHARS) {
            throw refusal(where, "has more than " + MAX_CHARS + " characters");
        }
        Map<String, String> found = new java.util.TreeMap<>();
        var parser = new Properties() {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Object put(Object key, Object value) {
                if (found.put((String) key, (String) value) != null) {
                    throw refusal(where, key + ": stands there twice; leave one");
                }
                return value;
            }
        };
        try {
            parser.load(new StringReader(text));
        } catch (IOException inMemory) {
            throw new IllegalStateException(inMemory);
        } catch (IllegalArgumentException malformed) {
            String why = String.valueOf(malformed.getMessage());
            throw why.startsWith("profile ") ? malformed : refusal(where, why);
        }
        return found;
    }
}
