package org.sealpost.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import org.sealpost.anchor.PublicationStanding;
import org.sealpost.control.Act;
import org.sealpost.control.ControlLog;
import org.sealpost.journal.DirectoryDisk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sealpost anchor park`, `unpark`, `resubmit`, `give-up` and `take-up`: an order about an anchorage, or a publication
/// there, durable and in the log's copy as the owner's other acts are. Of a box that runs its owner gives it, of a
/// gateway that is stopped whoever stands there; one without `[box]` has no owner, so it is stopped for it.
abstract class AnchorOrder implements Callable<Integer> {
    private static final int MAX_ANSWER_BYTES = 64 << 10;

    private static final String OWNER =
            " Where a box runs, SEALPOST_TOKEN is its owner's token; a gateway without [box] is stopped for it.";

    @Option(names = "--config", required = true, description = "the configuration file, sealpost.toml")
    private Path config = Path.of("");

    @Mixin
    private TlsTrust trust = new TlsTrust();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Parameters(paramLabel = "NAME", index = "0", description = "the anchorage")
    private String name = "";

    private final Act.Order order;
    private final String effect;

    /// @param effect what is so from then on
    private AnchorOrder(Act.Order order, String effect) {
        this.order = order;
        this.effect = effect;
    }

    @Command(
            name = "park",
            mixinStandardHelpOptions = true,
            description = "Has nothing more lodged on an anchorage until it is unparked. What is under way there is"
                    + " still asked for, and may land." + OWNER)
    static final class Park extends AnchorOrder {
        Park() {
            super(Act.Order.PARK, "nothing more is sent there until it is unparked; heads wait");
        }
    }

    @Command(
            name = "unpark",
            mixinStandardHelpOptions = true,
            description = "Has lodging on an anchorage go on, with the newest head." + OWNER)
    static final class Unpark extends AnchorOrder {
        Unpark() {
            super(Act.Order.UNPARK, "lodging goes on there, with the newest head");
        }
    }

    @Command(
            name = "resubmit",
            mixinStandardHelpOptions = true,
            description = "Has a running gateway ask at once for what is under way on an anchorage, and send the same"
                    + " bytes again; a head that was set aside is tried again. SEALPOST_TOKEN is its owner's token."
                    + " Where the relay stopped for a conflict, its ledger is asked once more; where it says that what is"
                    + " final is not where it was, that is confirmed. A gateway without [box] is restarted to ask and"
                    + " send, and left running where it says that a peer is behind; for the rest it is stopped first,"
                    + " and started again behind the order.")
    static final class Resubmit extends AnchorOrder {
        Resubmit() {
            super(Act.Order.RESUBMIT, "what is under way there is asked for and sent again at once");
        }
    }

    /// One about a publication.
    private abstract static class OfPublication extends AnchorOrder {
        @Parameters(paramLabel = "NUMBER", index = "1", description = "of the publication, as the page Ledgers has it")
        private long number;

        OfPublication(Act.Order order, String what) {
            super(order, what);
        }

        @Override
        OptionalLong number() {
            return OptionalLong.of(number);
        }
    }

    @Command(
            name = "give-up",
            mixinStandardHelpOptions = true,
            description = "Gives a publication up for good: it never comes to the ledger, and that its number is"
                    + " nobody's is published instead." + OWNER)
    static final class GiveUp extends OfPublication {
        GiveUp() {
            super(Act.Order.GIVE_UP, "it is given up for good");
        }
    }

    @Command(
            name = "take-up",
            mixinStandardHelpOptions = true,
            description = "Has a publication that was set aside tried again, under the same number." + OWNER)
    static final class TakeUp extends OfPublication {
        TakeUp() {
            super(Act.Order.TAKE_UP, "it is tried again");
        }
    }

    /// Of the publication that the order is about, where it is about one.
    OptionalLong number() {
        return OptionalLong.empty();
    }

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            var settings = GatewayConfig.read(config);
            OpenedAnchorage.require(settings, name);
            if (settings.box().isEmpty()) {
                orderedOfNobody(settings);
            } else {
                // A start asks anyway, so there is nothing to order of a box that does not run. Where there are slots,
                // only the gateway knows whether the release before must be able to read what is ordered.
                boolean isRunnings =
                        order == Act.Order.RESUBMIT || settings.update().isPresent();
                if (isRunnings || !orderedHere(settings)) asked(settings);
            }
            var effect = order == Act.Order.RESUBMIT && settings.box().isEmpty()
                    ? "the next start of the gateway asks the ledger once more, and tries a head that was set aside again"
                    : this.effect;
            var json = HsmOutput.object().put("anchorage", name).put("order", order.word());
            if (number().isEmpty()) return HsmOutput.Answer.done(json, name + ": " + effect);
            long of = number().getAsLong();
            return HsmOutput.Answer.done(json.put("number", of), name + ", publication " + of + ": " + effect);
        });
    }

    /// Of a gateway without an owner: whoever may stop it may order it.
    private void orderedOfNobody(GatewayConfig settings) throws IOException {
        if (orderedHere(settings)) return;
        var remedy = order == Act.Order.RESUBMIT
                ? "where it says that a peer is behind, leave it running: that a channel was set back is believed after"
                        + " ten minutes, which a start begins anew. Else restart it: it asks at once, sends the same"
                        + " bytes again, and tries a newer head. Where its relay stopped, set a head aside, or says that"
                        + " what is final is not where it was, or not there any more, stop it, give the order, and start"
                        + " it again"
                : "stop it, give the order, and start it again";
        throw new StartRefused("a gateway runs, and without [box] it has no owner who could order it", remedy);
    }

    /// @return whether it is in force: not, if a gateway runs
    private boolean orderedHere(GatewayConfig settings) throws IOException {
        var folder = settings.data().resolve(ControlLog.KIND);
        if (!Files.isDirectory(folder)) {
            throw new StartRefused(settings.data() + " holds no log yet", "start the gateway once");
        }
        var clock = KernelClock.open(settings.discipline());
        try (var control = ControlLog.open(
                LogParts.small(settings.data(), ControlLog.KIND, Act.MAX_SIZE_BYTES), clock, new FatalEnd())) {
            return orderedIn(control, settings);
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains(DirectoryDisk.IN_USE)) return false;
            throw e;
        }
    }

    /// With the log held as well: what ended takes no order, and one that is given while it ends would be lost.
    private boolean orderedIn(ControlLog control, GatewayConfig settings) throws IOException {
        try (var log = StoppedLog.open(settings)) {
            if (settings.box().isPresent()) LostControl.refuse(control, log.leaves());
            if (number().isPresent()) {
                requireOpen(settings, number().getAsLong());
                control.publicationOrdered(name, order, number().getAsLong(), NotedActs.somebodyHere());
                return true;
            }
            boolean parked = control.state().of(name).parked().isPresent();
            if (order == Act.Order.RESUBMIT) requireOfUse(settings, parked);
            boolean isSo = order != Act.Order.RESUBMIT && parked == (order == Act.Order.PARK);
            if (!isSo) control.anchorageOrdered(name, order, NotedActs.somebodyHere());
            return true;
        }
    }

    /// What nobody would heed is not taken, as little as over HTTP.
    private void requireOfUse(GatewayConfig settings, boolean parked) throws IOException {
        if (parked) {
            throw new HsmRefusal(
                    "nothing is sent where lodging is parked: sealpost anchor unpark " + name + " first",
                    HsmCommand.REFUSED);
        }
        try (var relay = RelayOnDisk.open(settings.data(), name)) {
            var told = relay.relay().told();
            if (told.filter(at -> !at.isBefore(Instant.now())).isEmpty()) return;
            throw new HsmRefusal(
                    "it was told at " + told.get()
                            + ", which is later than now by the clock of this box, so that an order"
                            + " would count as older: set the clock right, or wait until then",
                    HsmCommand.REFUSED);
        }
    }

    /// An order about a publication that comes later would do harm.
    private void requireOpen(GatewayConfig settings, long number) throws IOException {
        var open = PublishingStanding.onDisk(settings.data(), name).map(PublicationStanding::open);
        if (open.orElse(Set.of()).contains(number)) return;
        throw new HsmRefusal("no publication " + number + " is under way or set aside on " + name, HsmCommand.REFUSED);
    }

    private void asked(GatewayConfig settings) throws InterruptedException {
        var gateway = AskedGateway.of(settings, trust.ca());
        var publication = number().isPresent() ? "publications/" + number().getAsLong() + "/" : "";
        var answer = gateway.post("/v1/anchorages/" + name + "/" + publication + order.word(), MAX_ANSWER_BYTES);
        if (answer.statusCode() == 200) return;
        throw new HsmRefusal(gateway + " refuses: " + sentence(answer.statusCode(), answer.body()), HsmCommand.REFUSED);
    }

    private static String sentence(int status, byte[] body) {
        try {
            JsonNode problem = new ObjectMapper().readTree(body);
            var detail = problem.path("detail").asText(problem.path("title").asText("status " + status));
            return detail + "; " + problem.path("remedy").asText("its log says more");
        } catch (IOException e) {
            return "status " + status;
        }
    }
}
