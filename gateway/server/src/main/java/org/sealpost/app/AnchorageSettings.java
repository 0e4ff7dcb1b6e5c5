package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.sealpost.anchor.HeadPolicy;

/// An `[anchorage.NAME]` table: what is lodged there, and how it is reached. The tables `[ledger.local]` and
/// `[ledger.evm]` of earlier releases are read as the anchorages `local` and `evm`.
sealed interface AnchorageSettings permits LocalSettings, EvmSettings, FabricSettings, AuthoritySettings {
    /// A key of `[anchorage]` itself, and so no name.
    String THIN = "thin";

    Pattern NAME = Pattern.compile("[a-z0-9-]{1,20}");

    /// The keys of each kind, beside [#OF_ALL]. Apart, since the first of a kind that is made initialises this
    /// interface before the kind's own keys are there.
    final class OfKinds {
        private static final Map<String, List<String>> KEYS = Map.of(
                LocalSettings.KIND, LocalSettings.KEYS,
                EvmSettings.KIND, EvmSettings.KEYS,
                FabricSettings.KIND, FabricSettings.KEYS,
                AuthoritySettings.KIND, AuthoritySettings.KEYS);

        private OfKinds() {}
    }

    int MAX_CERTIFICATES_BYTES = 256 << 10;

    List<String> OF_ALL = List.of("kind", "max-age", "max-entries", "min-pause", "between-heads");

    /// 1 to 20 characters a–z, 0–9, `-`: of its journals and folders, of parts of the health, and for commands.
    String name();

    /// When a head is due there.
    HeadPolicy policy();

    /// How many small journals of its own it writes to.
    int journals();

    /// Whether it keeps one history of this log, elsewhere than on this box: what stands here came back with a copy,
    /// and an authority takes any history.
    default boolean keepsHistoryElsewhere() {
        return switch (this) {
            case EvmSettings _, FabricSettings _ -> true;
            case LocalSettings _, AuthoritySettings _ -> false;
        };
    }

    /// How publications come there; empty where none do.
    default Optional<PublishingSettings> publishing() {
        return Optional.empty();
    }

    /// All that the file has.
    ///
    /// @param ledger     the `[ledger]` table
    /// @param anchorages the `[anchorage]` table
    /// @param published  what is published to which of them
    static List<AnchorageSettings> read(
            ConfigTable ledger, ConfigTable anchorages, List<PublishedProfileSettings> published) {
        var all = new ArrayList<AnchorageSettings>();
        ledger.optionalTable("local").ifPresent(table -> all.add(LocalSettings.ofLedger(table)));
        ledger.optionalTable("evm").ifPresent(table -> all.add(EvmSettings.ofLedger(table)));
        for (var name : anchorages.keys()) {
            if (name.equals(THIN)) continue;
            if (!NAME.matcher(name).matches()) {
                throw new ConfigRefused("anchorage.\"" + name + "\" is no name of an anchorage: 1 to 20 characters a-z,"
                        + " 0-9, '-' are");
            }
            if (all.stream().anyMatch(each -> each.name().equals(name))) {
                throw new ConfigRefused("anchorage." + name + " has the name of [ledger." + name
                        + "], which is the same in the words of earlier releases: leave one of them out");
            }
            boolean isPublishedTo =
                    published.stream().anyMatch(profile -> profile.to().contains(name));
            all.add(read(anchorages.table(name), name, isPublishedTo));
        }
        refuseTwins(all);
        return List.copyOf(all);
    }

    private static AnchorageSettings read(ConfigTable table, String name, boolean isPublishedTo) {
        String full = "anchorage." + name;
        var kind = table.text("kind");
        if (!OfKinds.KEYS.containsKey(kind)) {
            throw new ConfigRefused(full + ".kind is \"" + kind + "\", expected "
                    + String.join(
                            " or ",
                            OfKinds.KEYS.keySet().stream()
                                    .sorted()
                                    .map(each -> "\"" + each + "\"")
                                    .toList()));
        }
        refuseOtherKinds(table, full, kind);
        var settings = switch (kind) {
            case LocalSettings.KIND -> LocalSettings.read(table, name, full);
            case EvmSettings.KIND -> EvmSettings.read(table, name, full);
            case FabricSettings.KIND -> FabricSettings.read(table, name, full, isPublishedTo);
            default -> AuthoritySettings.read(table, name, full);
        };
        table.done();
        return settings;
    }

    /// Such a key is no slip of the pen, so the nearest one of this kind would be no help.
    private static void refuseOtherKinds(ConfigTable table, String full, String kind) {
        for (var key : table.keys()) {
            if (OF_ALL.contains(key)
                    || OfKinds.KEYS.getOrDefault(kind, List.of()).contains(key)) continue;
            var theirs = OfKinds.KEYS.entrySet().stream()
                    .filter(other -> other.getValue().contains(key))
                    .map(other -> "\"" + other.getKey() + "\"")
                    .sorted()
                    .toList();
            if (theirs.isEmpty()) continue;
            throw new ConfigRefused(full + "." + key + " is for kind " + String.join(" and ", theirs)
                    + ", and this anchorage is of kind \"" + kind + "\": leave it out");
        }
    }

    /// What two of them may not share.
    private static void refuseTwins(Collection<AnchorageSettings> all) {
        var accounts = new HashMap<AccountKey, String>();
        var pins = new HashMap<Path, String>();
        Optional<String> local = Optional.empty();
        for (var each : all) {
            switch (each) {
                case LocalSettings settings -> {
                    if (local.isPresent()) {
                        throw new ConfigRefused("anchorages " + local.get() + " and " + settings.name()
                                + " are both of kind \"local\", and a box has one ledger of its own: leave one out");
                    }
                    local = Optional.of(settings.name());
                }
                case EvmSettings settings -> {
                    for (var key : settings.accountKeys()) {
                        var other = accounts.putIfAbsent(key, settings.name());
                        if (other != null) {
                            throw new ConfigRefused("anchorages " + other + " and " + settings.name()
                                    + " both have the " + key
                                    + ": each ledger has an account of its own, so name another key");
                        }
                    }
                    for (var pin : settings.pins()) {
                        var other = pins.putIfAbsent(pin.toAbsolutePath().normalize(), settings.name());
                        if (other != null) {
                            throw new ConfigRefused("anchorages " + other + " and " + settings.name()
                                    + " both keep the address of a contract in " + pin
                                    + ": each ledger has a contract of its own, so name another file");
                        }
                    }
                }
                // Two channels may know this box by one key: nothing is counted for an identity.
                case FabricSettings _, AuthoritySettings _ -> {}
            }
        }
    }

    /// When a head is due, in the words of this release, or by `between-heads` in those of earlier ones.
    static HeadPolicy policy(ConfigTable table, String full) {
        var before = table.has("between-heads") ? table.optionalDuration("between-heads") : Optional.<Duration>empty();
        if (before.isPresent()) {
            for (var key : List.of("max-age", "max-entries", "min-pause")) {
                if (!table.has(key)) continue;
                throw new ConfigRefused(full + "." + key + " is there, and " + full
                        + ".between-heads is, too, which is max-age in the words of earlier releases: leave it out");
            }
            return refusing(full, () -> HeadPolicy.each(before.get()));
        }
        int entries = table.integer("max-entries", 0, 1, Integer.MAX_VALUE);
        return refusing(
                full,
                () -> new HeadPolicy(
                        table.duration("max-age", HeadPolicy.DEFAULT.maxAge()),
                        entries == 0 ? HeadPolicy.NO_BOUND : entries,
                        table.duration("min-pause", HeadPolicy.DEFAULT.minPause())));
    }

    private static HeadPolicy refusing(String full, Supplier<HeadPolicy> make) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            throw new ConfigRefused(full + "." + e.getMessage());
        }
    }

    /// The file that this key names.
    static List<X509Certificate> certificates(Path file, String key) {
        try {
            if (Files.size(file) > MAX_CERTIFICATES_BYTES)
                throw new ConfigRefused(file + " is too large for certificates");
            return HsmWords.certificates(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new ConfigRefused(key + " cannot be read: " + Refusal.words(e));
        }
    }
}
