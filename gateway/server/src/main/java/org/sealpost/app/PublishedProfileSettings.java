package org.sealpost.app;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.sealpost.anchor.PublicationRelay;
import org.sealpost.lodging.Publication;

/// `publish`, `publish-to` and `publish-within`, as each `[profile.NAME]` may have them: what of its records goes to
/// which ledgers.
///
/// @param profile whose records
/// @param what    of them
/// @param to      names of anchorages, at least one
/// @param within  how long a run of records that could grow waits for more
record PublishedProfileSettings(String profile, What what, List<String> to, Duration within) {
    private static final Duration WITHIN = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    /// What is published of a record.
    enum What {
        /// The commitment of its leaf, which is salted.
        COMMITMENTS(Publication.Kind.COMMITMENTS),
        /// Its payload, for the recipients that the anchorage has.
        PAYLOAD(Publication.Kind.ENCRYPTED_PAYLOADS),
        /// Its payload, for everybody and for ever.
        PAYLOAD_IN_CLEAR(Publication.Kind.PAYLOADS);

        final Publication.Kind kind;

        What(Publication.Kind kind) {
            this.kind = kind;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        private static Optional<What> of(String word) {
            for (var what : values()) if (what.word().equals(word)) return Optional.of(what);
            return Optional.empty();
        }
    }

    /// @return empty if nothing of its records is published
    static Optional<PublishedProfileSettings> read(ConfigTable table, String name) {
        var full = "profile." + name;
        var publish = table.optionalText("publish");
        var to = table.optionalTexts("publish-to");
        var within = table.optionalDuration("publish-within");
        if (publish.isEmpty()) {
            if (to.isEmpty() && within.isEmpty()) return Optional.empty();
            throw new ConfigRefused(full + (to.isPresent() ? ".publish-to" : ".publish-within") + " is there, and "
                    + full + ".publish is not, so nothing of it is published: add publish = \"commitments\", or leave"
                    + " it out");
        }
        var what = What.of(publish.get())
                .orElseThrow(() -> new ConfigRefused(full + ".publish is \"" + publish.get()
                        + "\", expected \"commitments\", \"payload\", for the recipients that the anchorage has, or"
                        + " \"payload-in-clear\", which everybody can read for ever"));
        if (to.isEmpty() || to.get().isEmpty()) {
            throw new ConfigRefused(full + ".publish-to is missing: it names the anchorages, such as [\"evm\"]");
        }
        if (new HashSet<>(to.get()).size() < to.get().size()) {
            throw new ConfigRefused(full + ".publish-to names an anchorage twice");
        }
        if (within.isPresent() && within.get().compareTo(LONGEST) > 0) {
            throw new ConfigRefused(full + ".publish-within is more than a day");
        }
        return Optional.of(new PublishedProfileSettings(name, what, to.get(), within.orElse(WITHIN)));
    }

    /// Whether every anchorage that is named can do it, and every one that could is named.
    static void check(List<PublishedProfileSettings> profiles, List<AnchorageSettings> anchorages) {
        for (var profile : profiles) {
            for (var name : profile.to) profile.check(name, anchorages);
        }
        for (var anchorage : anchorages) {
            long count = profiles.stream()
                    .filter(profile -> profile.to.contains(anchorage.name()))
                    .count();
            if (count > PublicationRelay.MAX_PROFILES) {
                throw new ConfigRefused(count + " profiles are published to anchorage " + anchorage.name() + ", and "
                        + PublicationRelay.MAX_PROFILES + " may be");
            }
            if (anchorage instanceof FabricSettings fabric
                    && fabric.collection().isPresent()
                    && profiles.stream()
                            .noneMatch(profile -> profile.what == What.PAYLOAD && profile.to.contains(fabric.name()))) {
                throw new ConfigRefused("anchorage." + fabric.name() + "." + FabricSettings.COLLECTION
                        + " is there, and no profile's payloads for recipients are published there, which alone go into"
                        + " it: add publish = \"payload\" to a [profile.NAME], or leave it out");
            }
            if (anchorage.publishing().isPresent() && count == 0) {
                throw new ConfigRefused(
                        "anchorage " + anchorage.name() + " has an account for publications, and no profile is"
                                + " published there: add publish and publish-to to a [profile.NAME], or leave it out");
            }
        }
    }

    private void check(String name, List<AnchorageSettings> anchorages) {
        var full = "profile." + profile + ".publish-to";
        var anchorage = anchorages.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ConfigRefused(full + " names \"" + name + "\", and there is no such anchorage"));
        var publishing = anchorage
                .publishing()
                .orElseThrow(() -> new ConfigRefused(
                        switch (anchorage) {
                            case LocalSettings _, AuthoritySettings _ ->
                                full + " names \"" + name
                                        + "\", which takes no publications: an anchorage of kind \"evm\" or \"fabric\""
                                        + " does";
                            case EvmSettings _ ->
                                full + " names \"" + name
                                        + "\", and that has no publish-account-key, nor publish-account-key-file: publications"
                                        + " need an account of their own, so that they and heads never wait for each"
                                        + " other";
                            case FabricSettings _ ->
                                throw new IllegalStateException("a profile names it, so it has them");
                        }));
        if (what == What.PAYLOAD && publishing.recipients().isEmpty()) {
            throw new ConfigRefused("profile." + profile + ".publish is \"payload\", and anchorage " + name
                    + " has no recipients-file that says who may read it: name one, or say \"payload-in-clear\", which"
                    + " everybody can read for ever");
        }
    }
}
