package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Courier;
import org.sealpost.anchor.HeadFile;
import org.sealpost.anchor.HeadRefused;
import org.sealpost.record.CborMalformed;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "lodge",
        mixinStandardHelpOptions = true,
        description = {
            "Lodges the head of a file on an anchorage of this machine's configuration, whoever's log it is of; the"
                    + " account of this machine pays.",
            "All of it is checked before anything is signed or sent. The same command again is harmless.",
            "Exits 0 if it is lodged, or need not be since it or a larger head of its log is there, 1 if it is refused,"
                    + " 2 if the file cannot be read, 3 if it is not known whether it was lodged: run it again then; 75"
                    + " if the token is away, 78 if the configuration cannot be used."
        })
final class AnchorLodge implements Callable<Integer> {
    private static final int UNREADABLE = 2;
    private static final int UNKNOWN = 3;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Option(names = "--config", required = true, description = "this machine's configuration file, sealpost.toml")
    private Path config = Path.of("");

    @Option(names = "--to", required = true, paramLabel = "NAME", description = "the anchorage")
    private String name = "";

    @Option(names = "--origin", description = "refuses a head of any other log")
    private Optional<String> origin = Optional.empty();

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Parameters(paramLabel = "FILE", description = "what anchor export-head wrote, or the text that a phone read")
    private Path file = Path.of("");

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            HeadFile head;
            try {
                head = HeadFile.parse(read());
            } catch (CborMalformed e) {
                throw new HsmRefusal(
                        file + " is no head file, or was cut off or altered: " + e.getMessage()
                                + "; export it once more",
                        UNREADABLE);
            } catch (IOException e) {
                throw new HsmRefusal(file + " cannot be read: " + Refusal.words(e), UNREADABLE);
            }
            var of = head.head().origin().name();
            if (origin.isPresent() && !origin.get().equals(of)) {
                throw new HsmRefusal(
                        file + " is of origin " + of + ", and " + origin.get() + " is asked for: bring its file",
                        HsmCommand.REFUSED);
            }
            head.checked();
            return told(name, head, lodge(GatewayConfig.read(config), name, head, _ -> {}));
        });
    }

    /// Is done with the anchorage before a head is brought there.
    interface First {
        void with(OpenedAnchorage opened) throws HeadRefused, IOException, InterruptedException;
    }

    /// @param first is told of the anchorage before anybody is asked or told anything
    static Courier.Outcome lodge(GatewayConfig settings, String name, HeadFile head, First first)
            throws AnchorageSetback, HeadRefused, IOException, InterruptedException {
        try (var opened = OpenedAnchorage.open(settings, name)) {
            first.with(opened);
            opened.requireSealsNothing(head);
            long end = System.nanoTime() + PATIENCE.toNanos();
            var courier = new Courier(opened.anchorage(), opened.known(), () -> {
                Thread.sleep(BETWEEN_LOOKS);
                return System.nanoTime() - end < 0;
            });
            return courier.lodge(head);
        }
    }

    private byte[] read() throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(HeadFile.MAX_SIZE_BYTES + 1);
        }
    }

    static HsmOutput.Answer told(String name, HeadFile file, Courier.Outcome outcome) {
        var head = file.head();
        var words = "the head of " + head.size() + " entries of " + head.origin();
        var json = HsmOutput.object()
                .put("to", name)
                .put("origin", head.origin().name())
                .put("size", head.size());
        return switch (outcome) {
            case Courier.Outcome.Lodged(var place, var isFinal) ->
                HsmOutput.Answer.done(
                        json.put("outcome", "lodged")
                                .put("height", place.height())
                                .put("final", isFinal),
                        words + " is lodged on " + name + " at height " + place.height() + waiting(isFinal));
            case Courier.Outcome.WasThere(var place, var isFinal) ->
                HsmOutput.Answer.done(
                        json.put("outcome", "there")
                                .put("height", place.height())
                                .put("final", isFinal),
                        words + " was on " + name + " already, at height " + place.height() + waiting(isFinal));
            case Courier.Outcome.Covered(var bySize) ->
                HsmOutput.Answer.done(
                        json.put("outcome", "covered").put("by", bySize),
                        words + " need not be lodged on " + name + ": it holds one of " + bySize);
            case Courier.Outcome.Refused(var cause, var remedy) ->
                throw new HsmRefusal(name + ": " + cause + "; " + remedy, HsmCommand.REFUSED);
            case Courier.Outcome.Unknown(var cause) ->
                throw new HsmRefusal(
                        "it is not known whether " + words + " was lodged on " + name + ": " + cause
                                + "; run the same command again",
                        UNKNOWN);
        };
    }

    private static String waiting(boolean isFinal) {
        return isFinal ? "" : ", where it may still be taken back: the same command tells whether it is there";
    }
}
