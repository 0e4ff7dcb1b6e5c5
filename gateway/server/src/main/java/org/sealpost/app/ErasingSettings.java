package org.sealpost.app;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.sealpost.archive.ErasingPolicy;
import org.sealpost.archive.erasure.ErasureForm;

/// `erase-after` and `erase-form`, as `[retention]` and each `[profile.NAME]` may have them.
///
/// @param key   of the age, by its full name
/// @param after empty: never
record ErasingSettings(String key, Optional<Duration> after, ErasureForm form) {
    private static final String AFTER = "erase-after";
    private static final String FORM = "erase-form";
    private static final String NEVER = "never";

    /// What holds for all profiles that do not say otherwise.
    static Optional<ErasingSettings> ofAll(ConfigTable retention) {
        return read(retention, "retention", retention.optionalDuration(AFTER));
    }

    /// @return empty if the profile says nothing of it
    static Optional<ErasingSettings> ofProfile(ConfigTable profile, String name) {
        var table = "profile." + name;
        if (profile.optionalText(AFTER).filter(NEVER::equals).isEmpty()) {
            return read(profile, table, profile.optionalDuration(AFTER));
        }
        if (profile.optionalText(FORM).isPresent()) {
            throw new ConfigRefused(table + "." + FORM + " is there, and " + table + "." + AFTER
                    + " is \"never\", so nothing of it is erased: leave one of them out");
        }
        return Optional.of(new ErasingSettings(table + "." + AFTER, Optional.empty(), ErasureForm.BODY));
    }

    private static Optional<ErasingSettings> read(ConfigTable table, String name, Optional<Duration> after) {
        var form = table.optionalText(FORM);
        if (after.isEmpty()) {
            if (form.isEmpty()) return Optional.empty();
            throw new ConfigRefused(name + "." + FORM + " says how, and " + name + "." + AFTER
                    + " does not say when: give that, too, or leave both out");
        }
        return Optional.of(new ErasingSettings(
                name + "." + AFTER, after, form.map(word -> form(name, word)).orElse(ErasureForm.BODY)));
    }

    private static ErasureForm form(String table, String word) {
        return ErasureForm.of(word)
                .orElseThrow(() -> new ConfigRefused(table + "." + FORM + " is \"" + word + "\", expected \""
                        + ErasureForm.BODY.word() + "\", after which who holds a copy can prove it, or \""
                        + ErasureForm.BODY_AND_SALTS.word() + "\""));
    }

    /// @param ofAll      empty: only what profiles say
    /// @param byProfile what profiles say themselves, by their names
    static List<ErasingPolicy> policies(Optional<ErasingSettings> ofAll, Map<String, ErasingSettings> byProfile) {
        var own = byProfile.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(entry -> entry.getValue().policy(new ErasingPolicy.Only(entry.getKey())).stream());
        var rest = ofAll.flatMap(settings -> settings.policy(new ErasingPolicy.AllBut(byProfile.keySet())));
        return Stream.concat(own, rest.stream()).toList();
    }

    private Optional<ErasingPolicy> policy(ErasingPolicy.Whose whose) {
        return after.map(age -> new ErasingPolicy(key, age, form, whose));
    }
}
