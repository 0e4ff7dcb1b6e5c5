package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.sealpost.admin.EarlierHeads;
import org.sealpost.admin.EarlierRecords;
import org.sealpost.admin.HealthView;
import org.sealpost.admin.RecordPages;
import org.sealpost.archive.erasure.Erasure;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;
import org.sealpost.seal.Leaves;
import org.sealpost.seal.LogIdentity;
import org.sealpost.stage.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The origins that this one goes on from, opened for reading. One that cannot be read, or not all of it, is
/// tried again and again, and stops nothing else.
///
/// [#step] belongs to one thread; all else may be asked by any.
final class EarlierOrigins implements Stage, EarlierRecords, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EarlierOrigins.class);
    private static final String REMEDY =
            "the rest of the box goes on; bring the directory back, or correct origin.earlier, and start again";

    private final LogIdentity present;
    private final Leaves leaves;
    private final Supplier<Instant> clock;

    // In the order of the configuration: the oldest first. Written under this; opened by the stepping thread alone.
    private volatile List<Place> places;

    /// What became of a directory.
    private sealed interface Place {
        Path folder();

        record Untried(Path folder) implements Place {}

        record Unreadable(Path folder, String cause, Instant since) implements Place {}

        record Opened(EarlierLog log, RecordPages records) implements Place {
            @Override
            public Path folder() {
                return log.folder();
            }
        }
    }

    /// @param present the log that goes on from them
    /// @param leaves  its own
    /// @param folders of the configuration, the oldest first
    EarlierOrigins(LogIdentity present, Leaves leaves, List<Path> folders, Supplier<Instant> clock) {
        this.present = present;
        this.leaves = leaves;
        this.clock = clock;
        this.places = folders.stream().<Place>map(Place.Untried::new).toList();
    }

    @Override
    public String name() {
        return "earlier-origins";
    }

    /// Tries each that is not open, or of which something cannot be read, and looks whether the others are still
    /// there.
    @Override
    public int step() {
        opened().forEach(this::lookAt);
        // From the newest on, since each is to lead to one behind it.
        for (int i = places.size() - 1; i >= 0; i--) {
            if (!(places.get(i) instanceof Place.Opened found)) put(i, tried(i));
            else if (found.log().unread().isPresent()) tryRest(i, found.log());
        }
        return 0;
    }

    private synchronized void put(int at, Place place) {
        var next = new ArrayList<>(places);
        next.set(at, place);
        places = List.copyOf(next);
    }

    /// A disk may go away under what was opened.
    private void lookAt(EarlierLog log) {
        try {
            if (!Successor.of(log.folder()).equals(Optional.of(log.successor())))
                throw new IOException(log.folder() + " is not there any more, or is another one");
        } catch (IOException e) {
            lost(log, e);
        }
    }

    /// It is opened anew once it can be.
    private synchronized void lost(EarlierLog log, Exception e) {
        for (int i = 0; i < places.size(); i++) {
            if (!(places.get(i) instanceof Place.Opened found) || found.log() != log) continue;
            put(i, unreadable(i, Refusal.words(e)));
            try {
                log.close();
            } catch (IOException alreadySaid) {
                LOG.debug("{} could not be closed", log.folder(), alreadySaid);
            }
        }
    }

    private Place tried(int at) {
        var folder = places.get(at).folder();
        try {
            var log = EarlierLog.open(folder);
            var wrong = misplaced(log, at);
            if (wrong.isEmpty()) {
                LOG.info("{}, which ended, is read in {}", log.identity().origin(), folder);
                return opened(log);
            }
            log.close();
            return unreadable(at, wrong.get());
        } catch (IOException | RuntimeException e) {
            // Also a broken promise: it is one of a log that nobody writes to any more.
            return unreadable(at, Refusal.words(e));
        }
    }

    private Place.Opened opened(EarlierLog log) {
        return new Place.Opened(log, new RecordPages(log.archive(), index -> continued(log, index)));
    }

    /// Whether more of a log can be read by now; what can be goes on to be read meanwhile.
    private void tryRest(int at, EarlierLog before) {
        try {
            var log = EarlierLog.open(before.folder());
            boolean isSame =
                    log.identity().genesisHash().equals(before.identity().genesisHash());
            if (!isSame || log.unread().equals(before.unread())) {
                log.close();
                return;
            }
            LOG.info("{} is read anew in {}", log.identity().origin(), log.folder());
            put(at, opened(log));
            before.close();
        } catch (IOException | RuntimeException e) {
            LOG.debug("{} could not be opened once more", before.folder(), e);
        }
    }

    private Place unreadable(int at, String cause) {
        var before = places.get(at);
        if (before instanceof Place.Unreadable known && known.cause.equals(cause)) return known;
        LOG.warn("{}: {}", nameOf(before), cause);
        return new Place.Unreadable(
                before.folder(), cause, before instanceof Place.Unreadable known ? known.since : clock.get());
    }

    /// Why a log is none that this one goes on from. One that may lead to a directory which cannot be read now has the
    /// benefit of the doubt.
    private Optional<String> misplaced(EarlierLog log, int at) {
        var origin = log.identity().origin();
        var behind = places.subList(at + 1, places.size());
        if (origin.equals(present.origin()) || opened().anyMatch(other -> isOf(other, origin))) {
            return Optional.of("it holds " + origin + ", which is there already");
        }
        boolean leads = isOfOrBefore(present, log.successor())
                || behind.stream()
                        .anyMatch(place -> !(place instanceof Place.Opened found)
                                || isOfOrBefore(found.log().identity(), log.successor()));
        if (leads) return Optional.empty();
        return Optional.of("from " + origin + " goes on " + log.successor().origin()
                + ", which is neither this origin nor that of a directory named behind it, nor one from which these go"
                + " on");
    }

    /// One between them may be lost, and the genesis behind it names it.
    private static boolean isOfOrBefore(LogIdentity log, Successor successor) {
        return successor.isOf(log)
                || log.genesis()
                        .previous()
                        .filter(previous -> previous.origin().equals(successor.origin())
                                && Hash.of(previous.genesisHash()).equals(successor.genesis()))
                        .isPresent();
    }

    private Stream<EarlierLog> opened() {
        return places.stream().filter(Place.Opened.class::isInstance).map(place -> ((Place.Opened) place).log());
    }

    private static boolean isOf(EarlierLog log, Origin origin) {
        return log.identity().origin().equals(origin);
    }

    private Optional<RecordPages.Continued> continued(EarlierLog log, long index) throws IOException {
        var successor = log.successor();
        var behind = successor.isOf(present)
                ? Optional.of(leaves)
                : opened().filter(other -> successor.isOf(other.identity()))
                        .map(EarlierLog::leaves)
                        .findFirst();
        if (behind.isEmpty()) return Optional.empty();
        var place = log.continuedAs(index, behind.get());
        return place.isEmpty()
                ? Optional.empty()
                : Optional.of(new RecordPages.Continued(successor.origin().name(), place.getAsLong()));
    }

    // --- what others may ask

    @Override
    public Optional<RecordPages> of(String origin) {
        return places.stream()
                .filter(place -> place instanceof Place.Opened found
                        && found.log().identity().origin().name().equals(origin))
                .map(place -> ((Place.Opened) place).records())
                .findFirst();
    }

    @Override
    public boolean areMissing() {
        return !places.stream().allMatch(Place.Opened.class::isInstance);
    }

    /// What else has records of an order about the present log, since that took them over: there no gateway
    /// removes them.
    ///
    /// @return in words, with what is to be done about it; empty if nothing has, as far as the
    ///     configuration names it
    Optional<String> otherCopies(Erasure order) {
        for (var place : places) {
            if (place instanceof Place.Untried found)
                return Optional.of(found.folder + " may have them as well, and is being opened");
            if (place instanceof Place.Unreadable found)
                return Optional.of(TailCopies.unreadable(found.folder, found.cause));
        }
        var copies = new TailCopies(present, opened().toList());
        return copies.before(order.ranges()).stream()
                .map(found ->
                        found.remedy(order.form(), "FILE", "no gateway removes it there; stop this one, and give "))
                .flatMap(Optional::stream)
                .findFirst()
                .or(() -> copies.beyondGaps(order.form()).stream().findFirst());
    }

    /// What ledgers hold of those that can be read, the oldest first. Reads no disk.
    List<EarlierHeads> heads() {
        return opened().map(EarlierLog::heads).toList();
    }

    List<HealthView.Part> parts() {
        return places.stream().map(EarlierOrigins::part).toList();
    }

    private static HealthView.Part part(Place place) {
        var name = "origin " + nameOf(place);
        return switch (place) {
            case Place.Untried _ -> new HealthView.Part(name, true, "is being opened", "", Optional.empty());
            case Place.Unreadable found ->
                new HealthView.Part(name, false, found.cause, REMEDY, Optional.of(found.since));
            case Place.Opened found -> part(name, found.log);
        };
    }

    private static HealthView.Part part(String name, EarlierLog log) {
        if (log.unread().isPresent())
            return new HealthView.Part(name, false, log.unread().get(), REMEDY, Optional.empty());
        return log.waiting()
                .map(orders -> new HealthView.Part(
                        name,
                        false,
                        orders.cause(),
                        "they are hidden; stop the gateway, give " + orders.remedy("FILE") + ", and start it again",
                        Optional.empty()))
                .orElse(new HealthView.Part(name, true, "", "", Optional.empty()));
    }

    /// The directory where the origin is not known, fit for a label of a metric.
    private static String nameOf(Place place) {
        return place instanceof Place.Opened found
                ? found.log().identity().origin().name()
                : place.folder().toString().replaceAll("[^A-Za-z0-9._/-]", "?");
    }

    /// After the last step.
    @Override
    public void close() throws IOException {
        for (var log : opened().toList()) log.close();
    }
}
