package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.sealpost.anchor.PublicationConfig.Published;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.lodging.Publication;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.Content;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.References;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;
import org.sealpost.seal.Leaves;

/// A relay of publications, a real ledger, and a log of records: either goes on when a test says so. Of profile
/// "crane.lift" is published what the test wants.
public final class SteppedPublishing implements AutoCloseable {
    public static final String PUBLISHED = "crane.lift";

    private static final String NAME = "stepped";

    private static final JournalConfig JOURNAL =
            new JournalConfig("published-" + NAME, 1 << 19, PublicationRelay.MAX_ENTRY_SIZE_BYTES, 1 << 17);
    private static final JournalConfig ENTRIES = new JournalConfig("entries", 1 << 18, 32 << 10, 1 << 16);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration BETWEEN_STEPS = Duration.ofMillis(20);

    public final SignedLog log;
    private final Path folder;
    private final List<Published> profiles;
    private final Pace pace;
    private final List<ECPublicKey> recipients;
    private final List<Hash> commitments = new ArrayList<>();
    private final FaultyDisk entriesDisk = new FaultyDisk();
    private final FaultyDisk publishedDisk = new FaultyDisk();
    private Journal entries;
    private Journal published;
    private PublicationRelay relay;
    private Optional<String> setback = Optional.empty();
    private PublicationOrders orders = PublicationOrders.NONE;
    private Supplier<Optional<Withheld>> withheld = Optional::empty;

    /// How much of it is under way.
    ///
    /// @param perMinute how many requests are signed in a minute
    /// @param inFlight  how many publications are under way at most
    public record Pace(int perMinute, int inFlight) {
        public static final Pace GENTLE = new Pace(600, 8);
    }

    /// @param log        that nobody has grown yet
    /// @param recipients of encrypted payloads
    public SteppedPublishing(
            SignedLog log,
            Path folder,
            PublicationLedger ledger,
            Publication.Kind kind,
            Pace pace,
            List<ECPublicKey> recipients)
            throws IOException {
        this(log, folder, ledger, List.of(new Published(PUBLISHED, kind, Duration.ZERO)), pace, recipients);
    }

    /// @param profiles what is published in place of [#PUBLISHED]
    SteppedPublishing(
            SignedLog log,
            Path folder,
            PublicationLedger ledger,
            List<Published> profiles,
            Pace pace,
            List<ECPublicKey> recipients)
            throws IOException {
        this.log = log;
        this.folder = folder;
        this.profiles = profiles;
        this.pace = pace;
        this.recipients = recipients;
        entries = Journal.open(entriesDisk, ENTRIES, 0);
        entries.append(log.growTo(1).genesis(), new byte[0]);
        entries.force();
        open(ledger);
    }

    private void open(PublicationLedger ledger) throws IOException {
        published = Journal.open(publishedDisk, JOURNAL, 0);
        var config = new PublicationConfig(
                NAME,
                profiles,
                pace.perMinute,
                pace.inFlight,
                BETWEEN_STEPS,
                3,
                InstantSource.system(),
                System::nanoTime,
                () -> orders);
        relay = PublicationRelay.open(
                config,
                new PublicationRelay.Log(
                        log.origin(), log.key().spki(), 0, entries, Leaves.of(entries), entries::size, _ -> false),
                new PublicationSigner(log.key(), Duration.ofSeconds(1), () -> withheld.get()),
                published,
                folder,
                ledger,
                recipients);
    }

    /// The process ends, and another one begins. What was forced is there, and any part of the rest, of names of
    /// files, too.
    ///
    /// @param ledger as the next process opens it
    void losePower(PublicationLedger ledger, long seed) throws IOException, CborMalformed {
        loseNames(new Random(seed));
        entriesDisk.powerCut(seed + 1);
        publishedDisk.powerCut(seed + 2);
        entries = Journal.open(entriesDisk, ENTRIES, 0);
        open(ledger);
    }

    /// A file's name is durable where the entry about it is.
    private void loseNames(Random random) throws IOException, CborMalformed {
        var forced = publishedDisk.copy();
        forced.evictCache();
        var durable = new HashSet<Hash>();
        for (var entry : read(forced)) {
            if (entry instanceof PublicationEntry.Made made) durable.add(made.content());
            if (entry instanceof PublicationEntry.Prepared prepared) {
                durable.add(prepared.request().hash());
            }
        }
        try (var files = Files.list(folder)) {
            for (var file : files.sorted().toList()) {
                boolean mayGo = !durable.contains(PublicationEntry.sha256(Files.readAllBytes(file)));
                if (mayGo && random.nextBoolean()) Files.delete(file);
            }
        }
    }

    /// What the relay wrote down.
    List<PublicationEntry> entries() throws IOException, CborMalformed {
        return read(publishedDisk.copy());
    }

    private static List<PublicationEntry> read(FaultyDisk disk) throws IOException, CborMalformed {
        var found = new ArrayList<PublicationEntry>();
        disk.kill();
        try (var journal = Journal.open(disk, JOURNAL, 0)) {
            for (long i = 0; i < journal.size(); i++) {
                found.add(PublicationEntry.read(journal.read(i).leaf()));
            }
        }
        return found;
    }

    /// Files of publications that are not final.
    List<Path> files() throws IOException {
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }

    /// @return their commitments
    public List<Hash> grow(String profile, int count) throws IOException {
        int first = commitments.size();
        for (int i = 0; i < count; i++) {
            var said = profile + " " + log.origin() + " " + commitments.size();
            append(profile, said, said.getBytes(StandardCharsets.US_ASCII));
        }
        entries.force();
        return List.copyOf(commitments.subList(first, commitments.size()));
    }

    public void growBy(byte[] payload) throws IOException {
        append(PUBLISHED, log.origin() + " " + commitments.size(), payload);
        entries.force();
    }

    private void append(String profile, String salt, byte[] payload) throws IOException {
        var body = body(salt, payload);
        var leaf = new HeaderLeaf(profile, 1, SourceKind.HTTP, body.commitment());
        entries.append(leaf.encode(), body.encode());
        log.append(leaf.encode());
        commitments.add(Hash.of(body.commitment().toBytes()));
    }

    private static Body body(String said, byte[] payload) {
        var salts = new byte[4][];
        for (int i = 0; i < salts.length; i++) {
            salts[i] = SignedLog.sha256((said + " salt " + i).getBytes(StandardCharsets.US_ASCII));
        }
        return Body.of(
                new Source("crane-7", Optional.empty(), "/v1/records"),
                SignedLog.CLOCK,
                new Content("text/plain", payload),
                References.NONE,
                salts);
    }

    /// Somebody orders it.
    public void giveUp(long number) {
        orders = new PublicationOrders(RelayOrders.NONE, Map.of(number, new PublicationOrders.Order(true, 1)));
    }

    /// Somebody orders that what is under way is sent again.
    public void resubmit() {
        orders = new PublicationOrders(new RelayOrders(false, orders.anchorage().resubmitted() + 1), Map.of());
    }

    /// @param why nothing may be signed from now on
    public void withhold(Supplier<Optional<Withheld>> why) {
        withheld = why;
    }

    /// How many runs have got a number.
    public long made() throws IOException, CborMalformed {
        return entries().stream()
                .filter(PublicationEntry.Made.class::isInstance)
                .count();
    }

    public PublicationRelay relay() {
        return relay;
    }

    /// What went wrong outside at the last step.
    public Optional<String> setback() {
        return setback;
    }

    public interface Condition {
        boolean holds() throws Exception;
    }

    public void until(String what, Condition condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        // What has come into the log since is seen at the first step.
        for (step(); !condition.holds(); step()) {
            assertTrue(
                    System.nanoTime() < end,
                    () -> what + " did not happen; " + relay.trouble() + "; " + setback + "; " + written());
            LockSupport.parkNanos(BETWEEN_STEPS.toNanos());
        }
    }

    private String written() {
        try {
            return entries().toString();
        } catch (IOException | CborMalformed e) {
            return e.toString();
        }
    }

    public void step() throws IOException {
        try {
            relay.step();
            setback = Optional.empty();
        } catch (AnchorageSetback e) {
            setback = Optional.of(e.getMessage() + "; " + e.remedy());
        }
    }

    /// Whether the box has seen this number there beyond being taken back.
    public boolean isFinal(long number) throws IOException, CborMalformed {
        return entries().stream()
                .anyMatch(entry -> entry instanceof PublicationEntry.Final end && end.number() == number);
    }

    public void untilNothingWaits() throws Exception {
        until("all of it final", () -> relay.waiting() == 0 && relay.setAside().isEmpty());
    }

    @Override
    public void close() throws IOException {
        published.close();
        entries.close();
    }
}
