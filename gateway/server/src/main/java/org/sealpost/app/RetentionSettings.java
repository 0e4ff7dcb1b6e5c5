package org.sealpost.app;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.anchor.Anchored;
import org.sealpost.archive.ErasingPolicy;
import org.sealpost.archive.Finality;
import org.sealpost.archive.RetentionPolicy;

/// The `[retention]` table, and what profiles say of erasing.
///
/// @param erasing  which bodies are erased, and when
/// @param required names of the anchorages on which entries must be final before they go; empty: all that
///     convince others and take one history only
record RetentionSettings(RetentionPolicy policy, List<ErasingPolicy> erasing, Optional<List<String>> required) {
    /// With fewer the journal could not take what is written while the oldest is given up: the last segment,
    /// one that is closed, the next one's space, and the copy of the tail.
    private static final int LEAST_SEGMENTS = 4;

    /// @param ofProfiles what profiles say of erasing, by their names
    /// @return empty if nothing is ever given up or erased
    static Optional<RetentionSettings> read(ConfigTable table, Map<String, ErasingSettings> ofProfiles) {
        var policy = new RetentionPolicy(table.optionalDuration("drop-after"), table.optionalSizeBytes("max-size"));
        var erasing = ErasingSettings.policies(ErasingSettings.ofAll(table), ofProfiles);
        var required = table.optionalTexts("required");
        if (policy.isAsking() || !erasing.isEmpty()) {
            return Optional.of(new RetentionSettings(policy, erasing, required));
        }
        if (required.isPresent()) {
            throw new ConfigRefused(
                    "[retention] says neither drop-after nor max-size, and erase-after stands nowhere, so"
                            + " nothing would ever be given up or erased: give one of them, or leave retention.required out");
        }
        return Optional.empty();
    }

    /// What the rest of the configuration must allow.
    void check(Duration window, int segmentSizeBytes, List<String> anchorages) {
        policy.dropAfter().ifPresent(age -> checkWindow("retention.drop-after", age, window));
        for (var each : erasing) {
            checkWindow(each.key(), each.after(), window);
            policy.dropAfter().filter(age -> age.compareTo(each.after()) <= 0).ifPresent(age -> {
                throw new ConfigRefused(each.key() + " is " + each.after().toSeconds()
                        + "s, and whole segments go before:" + " retention.drop-after is " + age.toSeconds()
                        + "s; make it shorter, or leave it out");
            });
        }
        long least = (long) LEAST_SEGMENTS * segmentSizeBytes;
        if (policy.maxSizeBytes().orElse(least) < least) {
            throw new ConfigRefused(
                    "retention.max-size is " + policy.maxSizeBytes().getAsLong() + " bytes, expected at least "
                            + LEAST_SEGMENTS + " times journal.segment-size (" + least + ")");
        }
        for (var name : required.orElse(List.of())) {
            if (!anchorages.contains(name)) {
                throw new ConfigRefused("retention.required names \"" + name + "\", and there is no such anchorage: "
                        + (anchorages.isEmpty() ? "none is configured" : "there are " + String.join(", ", anchorages)));
            }
        }
    }

    private static void checkWindow(String key, Duration age, Duration window) {
        if (age.compareTo(window) < 0) {
            throw new ConfigRefused(key + " is " + age.toSeconds() + "s, shorter than intake.window ("
                    + window.toSeconds()
                    + "s), within which a repeat gets the first answer: make it as long at least");
        }
    }

    /// Whether the owner rests on an anchorage by its name.
    boolean names(String anchorage) {
        return required.filter(names -> names.contains(anchorage)).isPresent();
    }

    Finality finality(List<? extends Anchored> anchorages) {
        return new Finality(anchorages.stream().filter(this::requires).toList());
    }

    boolean requires(Anchored anchorage) {
        return required.map(names -> names.contains(anchorage.name())).orElseGet(anchorage::makesFinal);
    }
}
