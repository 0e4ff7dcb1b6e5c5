package org.sealpost.app;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.evidence.Evidence;
import org.sealpost.profile.Profile;
import org.sealpost.profile.Profiles;
import org.sealpost.record.ClockReading;
import org.sealpost.seal.SealerConfig;

/// All that `sealpost.toml` says. Paths in it are relative to the file's own directory.
///
/// @param data        the data directory
/// @param originWords the owner's words for the origin's name; used once, when the box is commissioned
/// @param earlier     the data directories of the origins that it goes on from, the oldest first
/// @param clientsFile credentials of the clients; may be left out where the box is claimed by an owner
/// @param discipline  by what the system's clock is set right, as the file says; else
///     [ClockReading.Source#SYSTEM]
/// @param anchorages  where heads are lodged
/// @param thinsAnchors whether old entries of the relays' journals are given up
/// @param segmentSizeBytes of the entries journal
/// @param update      how the update agent is reached, where there is one
/// @param profiles    kinds of records that clients may name, beside `default`
/// @param published   what of their records goes to which ledgers
/// @param anchoredAtOnce names of the profiles whose records wait for no head that is due later
/// @param sensorsFile the settings of sensors, where no owner gives them
/// @param retention   what is given up of the entries journal or erased, and when
/// @param est         where the sealing key's certificate is asked for and renewed, where that is done by
///     itself
/// @param eraseWithin how long an order to erase waits for the segment that is written to
/// @param box         what makes it a box of its own, with a console and an owner who claims it
record GatewayConfig(
        Path data,
        String originWords,
        List<Path> earlier,
        Listen http,
        Listen mqtt,
        Optional<Path> clientsFile,
        ClockReading.Source discipline,
        TokenSettings token,
        IntakeConfig intake,
        SealerConfig sealer,
        int segmentSizeBytes,
        List<AnchorageSettings> anchorages,
        boolean thinsAnchors,
        Optional<RetentionSettings> retention,
        Optional<Update> update,
        List<Profile> profiles,
        List<PublishedProfileSettings> published,
        Set<String> anchoredAtOnce,
        Optional<Path> sensorsFile,
        Optional<EstSettings> est,
        Duration eraseWithin,
        Optional<Box> box) {
    private static final int MAX_EARLIER = 16;

    /// An address to listen on; port 0 takes any that is free.
    ///
    /// @param tls whether only TLS is spoken there
    record Listen(String host, int port, boolean tls) {
        static Listen read(ConfigTable table, int port) {
            var listen = new Listen(
                    table.optionalText("host").orElse("127.0.0.1"),
                    table.integer("port", port, 0, 65_535),
                    table.flag("tls"));
            table.done();
            return listen;
        }
    }

    /// The `[update]` table.
    ///
    /// @param agent the socket at which the update agent takes orders
    /// @param acts  the file in which it keeps what it did
    record Update(Path agent, Path acts) {
        static Update read(ConfigTable table) {
            var update = new Update(table.path("agent"), table.path("acts"));
            table.done();
            return update;
        }
    }

    /// The `[box]` table.
    ///
    /// @param console the text file that the console shows
    /// @param release the system's os-release file: its image and when it was built
    record Box(Path console, Optional<Path> release) {
        static Box read(ConfigTable table) {
            var box =
                    new Box(table.path("console"), table.optionalText("release").map(table::resolve));
            table.done();
            return box;
        }
    }

    /// What the keys are called that this gateway signs with.
    ///
    /// @param sealKey the sealing key in force: the configured one, or the one that the log was handed over to
    List<String> keys(String sealKey) {
        var keys = new ArrayList<>(List.of(sealKey));
        token.checkpointKey().ifPresent(keys::add);
        keys.addAll(allAccountKeys());
        keys.addAll(identityKeys());
        return List.copyOf(keys);
    }

    /// What the keys of the accounts are called that pay for heads, as far as they are in the token: one for each
    /// ledger that has such an account.
    List<String> accountKeys() {
        return labels(chains().stream().map(EvmSettings::accountKey));
    }

    /// The same with those of the accounts that pay for publications.
    List<String> allAccountKeys() {
        return labels(chains().stream().flatMap(chain -> chain.accountKeys().stream()));
    }

    private static List<String> labels(Stream<AccountKey> keys) {
        return keys.filter(AccountKey.InToken.class::isInstance)
                .map(key -> ((AccountKey.InToken) key).label())
                .toList();
    }

    /// The keys of accounts that are in files, those that pay for publications among them.
    List<AccountKey.InFile> accountFiles() {
        return chains().stream().flatMap(chain -> chain.accountFiles().stream()).toList();
    }

    /// What the keys are called by which organisations' members are known, each once.
    List<String> identityKeys() {
        return of(FabricSettings.class).stream()
                .map(FabricSettings::identityKey)
                .distinct()
                .toList();
    }

    /// The anchorages that are EVM chains.
    List<EvmSettings> chains() {
        return of(EvmSettings.class);
    }

    /// The anchorages that are time-stamping authorities.
    List<AuthoritySettings> authorities() {
        return of(AuthoritySettings.class);
    }

    private <T extends AnchorageSettings> List<T> of(Class<T> kind) {
        return anchorages.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /// The names of the anchorages.
    List<String> anchorageNames() {
        return anchorages.stream().map(AnchorageSettings::name).toList();
    }

    static GatewayConfig read(Path file) {
        return read(ConfigTable.read(file));
    }

    static GatewayConfig read(ConfigTable top) {
        return read(top, System.getenv());
    }

    /// @param environment of this process; says where systemd's credentials lie
    static GatewayConfig read(ConfigTable top, Map<String, String> environment) {
        var origin = top.table("origin");
        var clients = top.table("clients");
        var journal = top.table("journal");
        var ledger = top.table("ledger");
        var anchorage = top.table("anchorage");
        var sealing = top.table("seal");
        var sensors = top.table("sensors");
        var retention = top.table("retention");
        var box = top.optionalTable("box").map(Box::read);
        var erasing = new HashMap<String, ErasingSettings>();
        var published = new ArrayList<PublishedProfileSettings>();
        var atOnce = new HashSet<String>();
        var profiles = profiles(top.table("profile"), erasing, published, atOnce);
        var config = new GatewayConfig(
                top.path("data"),
                origin.optionalText("words").orElse("sealpost"),
                earlier(origin, top.path("data")),
                Listen.read(top.table("http"), 8080),
                Listen.read(top.table("mqtt"), 1883),
                clientsFile(clients, box),
                discipline(top.table("clock")),
                TokenSettings.read(top.table("token"), top.path("data"), environment),
                intake(top.table("intake")),
                TokenSettings.refusing(() -> new SealerConfig(
                        sealing.duration("checkpoint-interval", SealerConfig.DEFAULT.checkpointInterval()),
                        sealing.duration("min-interval", SealerConfig.DEFAULT.minInterval()),
                        sealing.duration("signature-deadline", SealerConfig.DEFAULT.signatureDeadline()),
                        SealerConfig.DEFAULT.maxLeavesPerSeal(),
                        sealing.flag("thin", SealerConfig.DEFAULT.thin()))),
                journal.sizeBytes("segment-size", 64 << 20),
                AnchorageSettings.read(ledger, anchorage, published),
                // Not by itself: the release before does not start on what is thinned.
                anchorage.flag(AnchorageSettings.THIN, false),
                RetentionSettings.read(retention, erasing),
                top.optionalTable("update").map(Update::read),
                profiles,
                List.copyOf(published),
                Set.copyOf(atOnce),
                sensorsFile(sensors, box),
                top.optionalTable("est").map(EstSettings::read),
                retention.duration("erase-within", Duration.ofHours(24)),
                box);
        if (box.isPresent() && config.token.isInsecure())
            throw new ConfigRefused("token.driver is \"" + TokenSettings.INSECURE
                    + "\", and [box] is there, too: a box of its own signs with an HSM; name its library in"
                    + " token.module, or leave [box] out");
        if (config.identityKeys().contains(config.token.sealKey()))
            throw new ConfigRefused("token.seal-key is the identity-key of an anchorage, too: what seals signs nothing"
                    + " that others ask for; name another identity-key");
        int anchorages = config.anchorages().size();
        if (anchorages > Evidence.MAX_HEADS)
            throw new ConfigRefused("there are " + anchorages + " anchorages, and evidence" + " takes heads on "
                    + Evidence.MAX_HEADS + " at most: leave some out");
        PublishedProfileSettings.check(published, config.anchorages());
        config.retention.ifPresent(
                settings -> settings.check(config.intake.window(), config.segmentSizeBytes, config.anchorageNames()));
        for (var table : new ConfigTable[] {origin, clients, journal, ledger, sealing, sensors, retention, top})
            table.done();
        return config;
    }

    private static List<Path> earlier(ConfigTable origin, Path data) {
        var texts = origin.optionalTexts("earlier").orElse(List.of());
        if (texts.size() > MAX_EARLIER) {
            throw new ConfigRefused("origin.earlier has " + texts.size() + " directories, allowed are " + MAX_EARLIER
                    + ": leave out the oldest");
        }
        var folders = new ArrayList<Path>();
        for (var text : texts) {
            var folder = origin.path("earlier", text);
            var same = folder.toAbsolutePath().normalize();
            if (same.equals(data.toAbsolutePath().normalize())) {
                throw new ConfigRefused("origin.earlier names " + text
                        + ", which is data, too: name directories of origins that ended");
            }
            if (folders.stream()
                    .anyMatch(other -> other.toAbsolutePath().normalize().equals(same))) {
                throw new ConfigRefused("origin.earlier names " + text + " twice");
            }
            folders.add(folder);
        }
        return List.copyOf(folders);
    }

    private static Optional<Path> clientsFile(ConfigTable clients, Optional<Box> box) {
        return box.isPresent() ? clients.optionalText("file").map(clients::resolve) : Optional.of(clients.path("file"));
    }

    private static Optional<Path> sensorsFile(ConfigTable sensors, Optional<Box> box) {
        var file = sensors.optionalPath("file");
        if (file.isPresent() && box.isPresent()) {
            throw new ConfigRefused("sensors.file is there, and [box] is, too; the owner of a box gives its sensors on"
                    + " the page Sensors: leave sensors.file out");
        }
        return file;
    }

    /// The `[profile.NAME]` tables. Of a profile that is there anyway one may say when it is anchored and erased, and
    /// what is published of it.
    ///
    /// @param erasing   gets what they say of the one
    /// @param published gets what they say of the other
    /// @param atOnce    gets the names of those that are anchored at once
    private static List<Profile> profiles(
            ConfigTable tables,
            Map<String, ErasingSettings> erasing,
            List<PublishedProfileSettings> published,
            Set<String> atOnce) {
        var profiles = new ArrayList<Profile>();
        for (var name : tables.keys()) {
            var table = tables.table(name);
            var own = ErasingSettings.ofProfile(table, name);
            own.ifPresent(settings -> erasing.put(name, settings));
            var publishes = PublishedProfileSettings.read(table, name);
            publishes.ifPresent(published::add);
            boolean isAtOnce = isAnchoredAtOnce(table, name);
            if (isAtOnce) atOnce.add(name);
            boolean isSaid = own.isPresent() || publishes.isPresent() || isAtOnce;
            if (!isSaid || !Profiles.isBuiltIn(name)) {
                int version = table.integer("version", 1, 1, Integer.MAX_VALUE);
                var businessKey = table.optionalText("business-key");
                profiles.add(TokenSettings.refusing(() -> new Profile(name, version, businessKey)));
            }
            table.done();
        }
        TokenSettings.refusing(() -> Profiles.of(profiles));
        return List.copyOf(profiles);
    }

    private static boolean isAnchoredAtOnce(ConfigTable table, String name) {
        if (!table.has("anchor")) return false;
        var said = table.text("anchor");
        if (said.equals("at-once")) return true;
        throw new ConfigRefused("profile." + name + ".anchor is \"" + said
                + "\", expected \"at-once\"; leave it out, and its records wait for the next head");
    }

    /// The `[clock]` table.
    private static ClockReading.Source discipline(ConfigTable table) {
        var said = table.optionalText("disciplined-by");
        table.done();
        if (said.isEmpty()) return ClockReading.Source.SYSTEM;
        return switch (said.get()) {
            case "ntp" -> ClockReading.Source.NTP;
            case "nts" -> ClockReading.Source.NTS;
            case "ptp" -> ClockReading.Source.PTP;
            case "gnss" -> ClockReading.Source.GNSS;
            default ->
                throw new ConfigRefused(
                        "clock.disciplined-by is \"" + said.get()
                                + "\", expected \"ntp\", \"nts\", \"ptp\" or \"gnss\"; leave it out if none of them sets the clock");
        };
    }

    private static IntakeConfig intake(ConfigTable table) {
        var standard = IntakeConfig.defaults();
        int refuse = table.integer("refuse-at-used-percent", standard.refuseAtUsedPercent(), 1, 100);
        var config = TokenSettings.refusing(() -> new IntakeConfig(
                table.sizeBytes("max-payload", standard.maxPayloadBytes()),
                table.integer("max-waiting-records", standard.maxWaitingRecords(), 1, 1 << 24),
                table.sizeBytes("max-waiting-bytes", (int) standard.maxWaitingBytes()),
                table.integer("remembered-keys", standard.rememberedKeys(), 1, 1 << 27),
                table.duration("window", standard.window()),
                table.integer("records-per-second", standard.recordsPerSecond(), 0, 10_000_000),
                table.integer("throttle-at-used-percent", IntakeConfig.usualThrottle(refuse), 1, 100),
                refuse,
                table.duration("disk-check-every", standard.diskCheckEvery())));
        table.done();
        return config;
    }
}
