package org.sealpost.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.sealpost.archive.erasure.Erasure;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.archive.erasure.ErasureRefused;
import org.sealpost.archive.erasure.ErasureStanding;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.archive.erasure.OrderCutShort;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sealpost erase`: an order to erase, by who stands at a gateway that does not run. It is in force at once;
/// the gateway's next start removes the bytes.
@Command(
        name = "erase",
        mixinStandardHelpOptions = true,
        description = "Has the bodies of records erased, once the log's origin has been typed. They are hidden at once;"
                + " their bytes are removed as soon as the gateway runs again, or, with --origin, at once. Leaves and"
                + " proofs stay. Exit code 0: ordered, also where bytes wait for what is said, 1: refused, or there was"
                + " room for a part, which is named, 2: wrong use, 70: a journal is damaged, 75: a gateway"
                + " runs, 78: the configuration is refused, or the disk is full.")
final class EraseCommand implements Callable<Integer> {
    private static final int ORDERED = 0;
    private static final int REFUSED = 1;
    private static final Pattern ENTRIES = Pattern.compile("([0-9]{1,18})(?:-([0-9]{1,18}))?");

    @Option(names = "--config", required = true, description = "the configuration file, sealpost.toml")
    private Path config = Path.of("");

    @Option(
            names = "--origin",
            description = "of an origin that ended and that origin.earlier names: no gateway starts there any more, so"
                    + " the bytes are removed at once; without ENTRIES those that wait for it")
    private Optional<String> earlier = Optional.empty();

    @Option(
            names = "--rule",
            description = "why: the law, the request, the policy; 1 to 256 characters, which the log says for as"
                    + " long as retention keeps them; needed with ENTRIES")
    private Optional<String> rule = Optional.empty();

    @Option(
            names = "--salts",
            description = "erases also what lets the holder of a copy prove it: then nobody can any more")
    private boolean salts;

    @Option(names = "--confirm", description = "the log's origin, instead of being asked for it")
    private Optional<String> confirmed = Optional.empty();

    @Parameters(
            paramLabel = "ENTRIES",
            arity = "0..*",
            description = "indexes of records: 17, or 17-20 for all four from 17 to 20")
    private List<String> entries = List.of();

    @Override
    public Integer call() throws Exception {
        try {
            if (entries.isEmpty() && earlier.isEmpty()) throw HsmTarget.usage("ENTRIES are missing: which to erase");
            var ranges = ranges(entries);
            var why = rule.orElse("");
            if (rule.isEmpty() && !ranges.isEmpty()) throw HsmTarget.usage("--rule is missing: why");
            var settings = GatewayConfig.read(config);
            return earlier.isPresent() ? orderOf(earlier.get(), settings, why, ranges) : order(settings, why, ranges);
        } catch (IllegalArgumentException | ErasureRefused e) {
            return refuse(String.valueOf(e.getMessage()), REFUSED);
        } catch (HsmRefusal e) {
            return refuse(String.valueOf(e.getMessage()), e.exitCode());
        } catch (OrderCutShort e) {
            return refuse(String.valueOf(e.getMessage()), REFUSED);
        } catch (JournalDamaged damaged) {
            throw damaged;
        } catch (IOException e) {
            if (Refusal.of(e).isPresent()) throw e;
            return refuse("the journals cannot be used: " + Refusal.words(e), REFUSED);
        }
    }

    /// In the log of an origin that ended. The gateway that reads there must not run meanwhile.
    private int orderOf(String origin, GatewayConfig settings, String why, List<IndexRange> ranges)
            throws IOException, ErasureRefused {
        var form = salts ? ErasureForm.BODY_AND_SALTS : ErasureForm.BODY;
        var clock = KernelClock.open(settings.discipline());
        try (var present = StoppedLog.open(settings);
                var erasing = EarlierErasing.open(settings, origin, clock)) {
            if (!ranges.isEmpty()) {
                if (!typed(origin, form, ranges).strip().equals(origin)) {
                    return refuse("that is not the origin of this log: nothing was ordered", REFUSED);
                }
                print(erasing.erasures().order(NotedActs.somebodyHere(), why, form, ranges));
            }
            var obstacle = erasing.remove();
            var elsewhere = new ArrayList<String>();
            try (var copies = TailCopies.open(present.keys().identity(), settings.earlier());
                    var erasures = ErasureParts.open(settings, present.entries(), clock, new FatalEnd())) {
                for (var some : ErasureForm.values()) {
                    var all = ordered(erasing.erasures(), some);
                    elsewhere.addAll(besides(copies, origin, some, all));
                    copies.named(origin)
                            .flatMap(log -> inPresent(present, erasures, some, copies.inPresent(log, all)))
                            .ifPresent(elsewhere::add);
                }
                copies.named(origin).flatMap(copies::aheadOfGap).ifPresent(elsewhere::add);
                elsewhere.addAll(copies.unread());
            }
            System.out.println(obstacle.map(cause -> "In force: they are hidden. Their bytes wait: " + cause
                            + "; then give sealpost erase --origin " + origin + " again")
                    .orElse(
                            elsewhere.isEmpty()
                                    ? "Done: they are hidden, and their bytes are gone."
                                    : "Done in this log: they are hidden, and their bytes are gone there."));
            elsewhere.forEach(System.out::println);
        }
        return ORDERED;
    }

    private static List<IndexRange> ordered(Erasures erasures, ErasureForm form) {
        return erasures.newestBelow(Long.MAX_VALUE, Integer.MAX_VALUE).stream()
                .map(ErasureStanding::order)
                .filter(order -> order.form() == form)
                .flatMap(order -> order.ranges().stream())
                .toList();
    }

    private List<String> besides(TailCopies copies, String origin, ErasureForm form, List<IndexRange> ranges) {
        return copies.named(origin).map(log -> copies.beside(log, ranges)).orElse(List.of()).stream()
                .map(found -> found.remedy(form, config.toString(), "give "))
                .flatMap(Optional::stream)
                .toList();
    }

    /// What the log that goes on shows of these.
    private Optional<String> inPresent(StoppedLog log, Erasures erasures, ErasureForm form, List<IndexRange> ranges) {
        var shown = new ArrayList<IndexRange>();
        for (var range : ranges) {
            boolean isThere = LongStream.range(range.first(), range.next())
                    .anyMatch(index -> isThere(log.entries(), erasures, form, index));
            if (isThere) shown.add(range);
        }
        return shown.isEmpty()
                ? Optional.empty()
                : Optional.of(TailCopies.entries(shown) + " of "
                        + log.keys().identity().origin()
                        + TailCopies.same(shown) + ": give sealpost erase --config " + config
                        + TailCopies.options(form) + TailCopies.arguments(shown));
    }

    private static boolean isThere(Journal entries, Erasures erasures, ErasureForm form, long index) {
        if (form == ErasureForm.BODY ? erasures.hides(index) : erasures.hidesSalts(index)) return false;
        if (erasures.hides(index)) return true; // with what an order of form BODY keeps
        try {
            return index >= entries.firstIndex() && entries.read(index).hasBody();
        } catch (IOException | JournalDamaged e) {
            return true; // as far as anybody knows
        }
    }

    private static void print(List<Erasure> orders) {
        for (var made : orders) {
            System.out.println("order " + made.position() + ": " + made.entryCount() + " entries, form "
                    + made.form().word());
        }
    }

    private int order(GatewayConfig settings, String why, List<IndexRange> ranges) throws IOException, ErasureRefused {
        var ended = Successor.of(settings.data());
        if (ended.isPresent()) {
            return refuse(
                    "the origin in " + settings.data() + " ended, and "
                            + ended.get().origin()
                            + " goes on from it: give sealpost erase --origin with the configuration of that one",
                    REFUSED);
        }
        var form = salts ? ErasureForm.BODY_AND_SALTS : ErasureForm.BODY;
        var clock = KernelClock.open(settings.discipline());
        // Also where a succession was cut: to erase goes on to be a duty.
        try (var log = StoppedLog.openAsItIs(settings);
                var erasures = ErasureParts.open(settings, log.entries(), clock, new FatalEnd())) {
            var origin = log.keys().identity().origin().name();
            if (!typed(origin, form, ranges).strip().equals(origin)) {
                return refuse("that is not the origin of this log: nothing was ordered", REFUSED);
            }
            print(erasures.order(NotedActs.somebodyHere(), why, form, ranges));
            System.out.println("In force: they are hidden. Start the gateway, and it removes their bytes;"
                    + " GET /v1/erasures says how far it is.");
            tellEarlier(settings, log, form, ranges);
        }
        return ORDERED;
    }

    /// What the log took over lies in another one as well.
    private void tellEarlier(GatewayConfig settings, StoppedLog log, ErasureForm form, List<IndexRange> ranges)
            throws IOException {
        long end = SuccessionEntries.tailEnd(log.entries());
        var succeeds = log.keys().identity().genesis().previous();
        boolean isOfTail = succeeds.isPresent()
                && ranges.stream().anyMatch(range -> range.first() < end && range.next() > SuccessionEntries.TAIL_AT);
        if (!isOfTail) return;
        try (var copies = TailCopies.open(log.keys().identity(), settings.earlier())) {
            for (var found : copies.before(ranges)) {
                found.remedy(form, config.toString(), "give ").ifPresent(System.out::println);
            }
            copies.beyondGaps(form).forEach(System.out::println);
            copies.unread().forEach(System.out::println);
            var old = succeeds.get().origin().name();
            if (copies.named(old).isEmpty() && copies.unread().isEmpty()) {
                System.out.println("The directory of " + old + " may have them as well, and origin.earlier does not"
                        + " name it: name it there, and have them erased with --origin " + old
                        + "; where its journal is damaged, only whoever deletes it erases them.");
            }
        }
    }

    private String typed(String origin, ErasureForm form, List<IndexRange> ranges) throws IOException {
        if (confirmed.isPresent()) return confirmed.get();
        long count = ranges.stream().mapToLong(IndexRange::count).sum();
        System.out.println((form == ErasureForm.BODY ? "The bodies" : "The bodies and salts") + " of " + count
                + " entries of " + origin + " will be erased for good. To go on, type the origin:");
        var line = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
        return line == null ? "" : line;
    }

    static List<IndexRange> ranges(List<String> words) {
        var ranges = new ArrayList<IndexRange>();
        for (var word : words) {
            var match = ENTRIES.matcher(word);
            if (!match.matches()) {
                throw new IllegalArgumentException(
                        "\"" + word + "\" names no entries; give an index, 17, or the first and the last, 17-20");
            }
            long first = Long.parseLong(match.group(1));
            ranges.add(new IndexRange(first, match.group(2) == null ? first + 1 : Long.parseLong(match.group(2)) + 1));
        }
        return ranges;
    }

    private static int refuse(String sentence, int exitCode) {
        System.err.println("sealpost: " + sentence);
        return exitCode;
    }
}
