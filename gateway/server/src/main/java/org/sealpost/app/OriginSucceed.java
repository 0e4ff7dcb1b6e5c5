package org.sealpost.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Genesis;
import org.sealpost.record.Origin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "succeed",
        mixinStandardHelpOptions = true,
        description = {
            "Begins the origin that goes on from the one of a stopped gateway, which ends for good: in a new data"
                    + " directory, with a name of its own, and with what no seal of the old one covers and none ever"
                    + " will. Interrupted at any moment, the same command completes it.",
            "Exit code 0: done, 1: refused, 2: wrong use, 75: the token is away or a gateway runs, 78: a file or a"
                    + " setting cannot be used."
        })
final class OriginSucceed implements Callable<Integer> {
    private static final String ONLY_WHOEVER_DELETES =
            "No command erases in %s any more: of records that were taken over, and are ordered to be erased, only"
                    + " whoever deletes it erases the copies there.";

    @Option(names = "--config", required = true, description = "the configuration file, sealpost.toml")
    private Path config = Path.of("");

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "the data directory of the new origin: empty, missing, or begun by this command")
    private Path to = Path.of("");

    @Option(
            names = "--reason",
            required = true,
            description = "restored: from a backup, and newer heads may have been sealed; damaged: a journal cannot be"
                    + " mended; key-lost: after hsm rotate --lost, for chains; two-histories: a copy has gone on, or"
                    + " somebody has the key; hand-overs: it was handed over 256 times")
    private String reason = "";

    @Option(
            names = "--key",
            description = "the label of another key that seals the new origin, made if it is not there; needed with"
                    + " two-histories")
    private Optional<String> key = Optional.empty();

    @Option(names = "--old-origin", description = "with damaged, where nothing there says it: the old origin's name")
    private Optional<String> oldOrigin = Optional.empty();

    @Option(names = "--old-genesis", description = "and its genesis hash, 64 hexadecimal digits")
    private Optional<String> oldGenesis = Optional.empty();

    @Option(
            names = "--lost",
            paramLabel = "ORIGIN",
            description =
                    "with restored, two-histories and damaged, where the old directory says that ORIGIN goes on from it,"
                            + " and with damaged, where the old log says so at its end: its directory is lost, and no"
                            + " gateway ever ran there, so that another one goes on")
    private Optional<String> lost = Optional.empty();

    @Option(
            names = AskedLedgers.UNASKED,
            description =
                    "with key-lost or hand-overs, which seal the old log to its end: " + AskedLedgers.UNASKED_MEANS)
    private boolean unasked;

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            var order = order();
            var settings = GatewayConfig.read(config);
            var clock = KernelClock.open(settings.discipline());
            var succession = new Succession(settings, order, clock, NotedActs.somebodyHere(), out::progress);
            return answer(settings, order, succession.run(), succession.sealKey());
        });
    }

    private Succession.Order order() {
        var why = SuccessionReason.of(reason)
                .orElseThrow(() -> HsmTarget.usage("--reason is one of " + SuccessionReason.words()));
        if (why == SuccessionReason.TWO_HISTORIES && key.isEmpty())
            throw HsmTarget.usage(
                    "with two-histories give --key: somebody else may have the present key, so another one seals");
        boolean isNamed = oldOrigin.isPresent() || oldGenesis.isPresent();
        if (isNamed && (why != SuccessionReason.DAMAGED || oldOrigin.isEmpty() || oldGenesis.isEmpty()))
            throw HsmTarget.usage("--old-origin and --old-genesis go together, and with --reason damaged only");
        if (lost.isPresent() && why.isSaidByTheOldLog())
            throw HsmTarget.usage(
                    "a log that says itself that it ended does so once: with --lost give --reason damaged");
        if (unasked && !why.isSaidByTheOldLog())
            throw HsmTarget.usage(AskedLedgers.UNASKED + " goes with --reason key-lost or hand-overs only");
        try {
            return new Succession.Order(
                    to.toAbsolutePath().normalize(),
                    why,
                    key,
                    oldOrigin.map(name -> new Genesis.Previous(
                            new Origin(name),
                            Hash.ofHex(oldGenesis.orElseThrow()).toBytes())),
                    lost.map(Origin::new),
                    unasked);
        } catch (IllegalArgumentException e) {
            throw HsmTarget.usage("--old-origin, --old-genesis or --lost: " + e.getMessage());
        }
    }

    private HsmOutput.Answer answer(GatewayConfig settings, Succession.Order order, Successor successor, String label) {
        var lines = new ArrayList<>(List.of(
                "The origin in " + settings.data() + " ended; " + successor.origin() + " goes on from it, genesis "
                        + successor.genesis() + ".",
                "Put into " + config + ":",
                "  data = \"" + order.to() + "\""));
        if (!label.equals(settings.token().sealKey())) lines.add("  [token] seal-key = \"" + label + "\"");
        settings.token()
                .certificates()
                .ifPresent(old ->
                        lines.add("  [token] without certificates, until the CA has given those of the new name: " + old
                                + " names the old one"));
        // Of a journal that cannot be mended nothing can be read there.
        if (order.reason() != SuccessionReason.DAMAGED) lines.add("  [origin] earlier = [" + earlier(settings) + "]");
        else lines.add(ONLY_WHOEVER_DELETES.formatted(settings.data()));
        toErase(settings.data()).ifPresent(lines::add);
        var json = HsmOutput.object()
                .put("origin", successor.origin().name())
                .put("genesis", successor.genesis().hex())
                .put("data", order.to().toString())
                .put("seal-key", label);
        lines.addAll(unpublished(settings, order, json.putArray("unpublished")));
        lines.add("Then start the gateway, have the owner's CA certify its key for the new name, and give readers its"
                + " line for their trust files. Keep " + settings.data() + ": what it sealed is verified as ever.");
        return new HsmOutput.Answer(json, List.copyOf(lines), HsmCommand.DONE);
    }

    /// What is published under neither name, though it was to be.
    private static List<String> unpublished(GatewayConfig settings, Succession.Order order, ArrayNode json) {
        var lines = new ArrayList<String>();
        try {
            for (var left : LeftPublications.in(settings.data())) {
                left.tell(json.addObject());
                lines.add(left.sentence());
            }
        } catch (IOException | RuntimeException e) {
            lines.add("What was to be published there, and was not, cannot be told: " + Refusal.words(e)
                    + ". Nobody publishes it any more.");
        }
        if (!settings.published().isEmpty() && isAllOfItTail(order.to())) {
            lines.add("Nothing of what was taken over is published: without the old seals nobody can tell what was.");
        }
        return lines;
    }

    private static boolean isAllOfItTail(Path to) {
        try {
            return NewLog.says(to)
                    .filter(says -> says.count() > 0 && !says.hasUnpublished())
                    .isPresent();
        } catch (IOException | RuntimeException e) {
            return false; // Then its gateway publishes nothing of it either, and says why.
        }
    }

    /// What nobody does by itself any more.
    private Optional<String> toErase(Path old) {
        try {
            return LeftOrders.in(old)
                    .map(orders -> "In " + old + " " + orders.cause() + ". Give: " + orders.remedy(config.toString()));
        } catch (IOException | RuntimeException e) {
            // Also a broken promise: it may have ended for that.
            return Optional.of("Whether " + old + " still has bytes that were ordered to be erased cannot be told: "
                    + Refusal.words(e) + ". Only whoever deletes it erases them.");
        }
    }

    /// Directories for whose records the box goes on to answer.
    private static String earlier(GatewayConfig settings) {
        return Stream.concat(settings.earlier().stream(), Stream.of(settings.data()))
                .map(folder -> "\"" + folder.toAbsolutePath().normalize() + "\"")
                .collect(Collectors.joining(", "));
    }
}
