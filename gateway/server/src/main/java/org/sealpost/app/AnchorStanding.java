package org.sealpost.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.anchor.AnchorState;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.Doubt;
import org.sealpost.anchor.DoubtFile;
import org.sealpost.anchor.FinalHead;
import org.sealpost.anchor.LodgedHead;
import org.sealpost.anchor.UnreadableRelay;
import org.sealpost.control.Act;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.lodging.OriginId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How lodging stands on one anchorage: as its journal has it, and what is wrong as the gateway says that runs.
///
/// @param identity   empty until it was reached for the first time
/// @param origin     by what it knows this log; empty until it was reached for the first time
/// @param trustLine  by which a reader's trust file names it, where that is known
/// @param newest     the newest final head
/// @param waiting    sealed entries beyond it
/// @param takes      what one head takes, which covers all that waits; empty as long as nobody knows
/// @param underWay   in words
/// @param parked     by whose order nothing more is sent there
/// @param files      keys of its accounts that are in files
/// @param state      of the entry that was asked about
/// @param publishing how publishing there stands, where anything ever was
record AnchorStanding(
        String name,
        Optional<AnchorIdentity> identity,
        Optional<OriginId> origin,
        Optional<String> trustLine,
        Optional<FinalHead> newest,
        long waiting,
        Optional<Duration> takes,
        String underWay,
        Optional<Act.Stamp> parked,
        Optional<Anchored.Trouble> trouble,
        List<AccountKey.InFile> files,
        Optional<AnchorState> state,
        Optional<PublishingStanding> publishing) {
    private static final Logger LOG = LoggerFactory.getLogger(AnchorStanding.class);
    private static final int MAX_ANSWER_BYTES = 1 << 20;

    /// Of all anchorages that the configuration has.
    ///
    /// @param index of the entry that is asked about
    /// @param live  what [#troubles] found
    static List<AnchorStanding> all(GatewayConfig config, Optional<Long> index, Live live) throws IOException {
        long sealed = RelayOnDisk.sealedSize(config.data());
        if (index.isPresent() && index.get() >= sealed) {
            throw new HsmRefusal(
                    "entry " + index.get() + " is not sealed: " + sealed + " entries are", HsmCommand.REFUSED);
        }
        var orders = RelayOnDisk.orders(config.data());
        var all = new ArrayList<AnchorStanding>();
        for (var settings : config.anchorages()) {
            List<AccountKey.InFile> files = settings instanceof EvmSettings evm ? evm.accountFiles() : List.of();
            var parked = orders.of(settings.name()).parked();
            all.add(of(config.data(), settings, sealed, index, live, parked, files));
        }
        return all;
    }

    private static AnchorStanding of(
            Path data,
            AnchorageSettings settings,
            long sealed,
            Optional<Long> index,
            Live live,
            Optional<Act.Stamp> parked,
            List<AccountKey.InFile> files)
            throws IOException {
        var name = settings.name();
        try (var found = RelayOnDisk.withProofs(data, name)) {
            found.proofsUnread().ifPresent(cause -> LOG.warn("the proofs of {} cannot be read: {}", name, cause));
            var relay = found.relay();
            var heads = relay.newestFinals(LodgedHead.TELLING);
            return new AnchorStanding(
                    name,
                    relay.identity(),
                    relay.origin(),
                    TrustLine.of(settings, relay, heads),
                    relay.newestFinal(),
                    Math.max(0, sealed - relay.largestFinal()),
                    LodgedHead.typical(heads),
                    relay.underWay(),
                    parked,
                    live.of("relay " + name)
                            .map(said -> said
                                    // What a well part of a parked one says is that it is parked.
                                    .filter(trouble -> trouble.urgent() || parked.isEmpty()))
                            .orElse(relay.trouble()),
                    files,
                    index.isPresent() ? Optional.of(relay.stateOf(index.get())) : Optional.empty(),
                    PublishingStanding.of(data, name, live));
        } catch (IOException | BrokenPromise e) {
            var cause = Refusal.words(e);
            var doubt =
                    settings.keepsHistoryElsewhere() ? DoubtFile.of(data, name).read() : Optional.<Doubt>empty();
            var unreadable = new UnreadableRelay(name, true, true, cause, Instant.now(), doubt);
            return new AnchorStanding(
                    name,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    sealed,
                    Optional.empty(),
                    "nothing",
                    parked,
                    unreadable.trouble(),
                    files,
                    Optional.empty(),
                    PublishingStanding.of(data, name, live));
        }
    }

    /// What a gateway that runs says is wrong.
    ///
    /// @param troubles by the name of the part of its health; empty if it was not asked, or does not answer
    /// @param why      it was not
    record Live(Optional<Map<String, Anchored.Trouble>> troubles, String why) {
        /// What it says of a part: empty if it says nothing at all, and empty within if that part is well.
        Optional<Optional<Anchored.Trouble>> of(String part) {
            return troubles.map(all -> Optional.ofNullable(all.get(part)));
        }

        /// Asks the gateway of this configuration.
        static Live of(GatewayConfig config, Optional<Path> ca) throws InterruptedException {
            try {
                var answer = AskedGateway.of(config, ca).get("/readyz", MAX_ANSWER_BYTES);
                return new Live(Optional.of(read(new ObjectMapper().readTree(answer.body()))), "");
            } catch (StartRefused e) {
                return new Live(Optional.empty(), e.problem());
            } catch (IOException | IllegalArgumentException | DateTimeException e) {
                return new Live(Optional.empty(), "what answers there is no gateway");
            }
        }

        private static final String SEALER = "sealer";

        /// Of what a ledger says against the log the sealer knows first: until it is confirmed, or lasts, its relay is
        /// well, and nothing is sealed all the same.
        Optional<Anchored.Trouble> sealing() {
            return of(SEALER).flatMap(said -> said).filter(Anchored.Trouble::urgent);
        }

        static Map<String, Anchored.Trouble> read(JsonNode page) {
            var troubles = new HashMap<String, Anchored.Trouble>();
            for (var part : page.required("parts")) {
                var name = part.required("name").asText();
                boolean isTold = name.startsWith("relay ") || name.startsWith("publications ") || name.equals(SEALER);
                // A part that is well all the same may have a word without a time.
                if (!isTold || !part.has("cause") || !part.has("since")) continue;
                troubles.put(
                        name,
                        new Anchored.Trouble(
                                part.path("cause").asText(),
                                part.path("remedy").asText(),
                                Instant.parse(part.required("since").asText()),
                                !part.required("well").asBoolean()));
            }
            return troubles;
        }
    }

    ObjectNode json() {
        var json = HsmOutput.object().put("name", name);
        identity.ifPresent(known -> json.put("kind", known.kind()).put("identity", known.toString()));
        origin.ifPresent(id -> json.put("originId", id.toString()));
        trustLine.ifPresent(line -> json.put("trustLine", line));
        newest.ifPresent(head -> json.putObject("final")
                .put("size", head.size())
                .put("root", head.root().hex())
                .put("height", head.place().height())
                .put("block", head.place().block().hex())
                .put("since", head.since().toString()));
        json.put("waiting", waiting).put("underWay", underWay);
        takes.ifPresent(time -> json.put("headSeconds", time.toSeconds()));
        parked.ifPresent(by -> json.putObject("parked")
                .put("by", by.by())
                .put("since", by.clock().time().toString()));
        trouble.ifPresent(found -> troubled(json, found));
        if (!files.isEmpty()) {
            var all = json.putArray("accountKeyFiles");
            files.forEach(key -> all.add(key.file().toString()));
        }
        state.ifPresent(found -> json.put("state", word(found)));
        publishing.ifPresent(found -> found.tell(json.putObject("publications")));
        return json;
    }

    static void troubled(ObjectNode json, Anchored.Trouble found) {
        json.putObject("trouble")
                .put("cause", found.cause())
                .put("remedy", found.remedy())
                .put("since", found.since().toString())
                .put("urgent", found.urgent());
    }

    List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add(name + ": " + identity.map(AnchorIdentity::toString).orElse("was not reached yet"));
        origin.ifPresent(id -> lines.add("  origin id: " + id));
        trustLine.ifPresent(line -> lines.add("  for trust files: " + line));
        lines.add("  final: "
                + newest.map(head -> head.size() + " entries, at height "
                                + head.place().height() + ", since " + head.since())
                        .orElse("nothing yet"));
        lines.add("  waiting: " + waiting + (waiting == 1 ? " entry" : " entries")
                + takes.filter(_ -> waiting > 0 && trouble.isEmpty() && parked.isEmpty())
                        .map(time -> "; one head covers all that waits, " + time.toSeconds()
                                + " s from when it is sent, as the last ones took")
                        .orElse(""));
        lines.add("  under way: " + underWay);
        parked.ifPresent(by -> lines.add("  PARKED by " + by.by() + " since "
                + by.clock().time() + ": nothing more is sent there; sealpost anchor unpark " + name));
        trouble.ifPresent(found -> lines.add((found.urgent() ? "  NOT ANCHORING: " : "  AWAY: ") + shown(found.cause())
                + "; " + shown(found.remedy()) + " (since " + found.since() + ")"));
        files.forEach(key -> lines.add("  " + key.warning()));
        state.ifPresent(found -> lines.add("  the entry: " + words(found)));
        publishing.ifPresent(found -> lines.addAll(found.lines()));
        return lines;
    }

    /// That nothing is sealed, so that no head comes, with its cause; empty where all is well.
    static Optional<String> sealing(Live live) {
        return live.sealing()
                .map(found -> "NOT SEALING: " + shown(found.cause()) + "; " + shown(found.remedy()) + " (since "
                        + found.since() + ")");
    }

    /// A node's message may hold what a terminal would obey.
    static String shown(String words) {
        return words.replaceAll("\\p{C}", "?");
    }

    private static String word(AnchorState state) {
        return switch (state) {
            case AnchorState.Waiting _ -> "waiting";
            case AnchorState.Anchored _ -> "anchored";
            case AnchorState.Final _ -> "final";
        };
    }

    private static String words(AnchorState state) {
        return switch (state) {
            case AnchorState.Waiting _ -> "waits for a head that covers it";
            case AnchorState.Anchored(var size, var place, var since) ->
                "covered by the head of " + size + " entries, at height " + place.height() + " since " + since
                        + ", which may still be taken back";
            case AnchorState.Final(var head) ->
                "final by the head of " + head.size() + " entries, at height "
                        + head.place().height() + " since " + head.since();
        };
    }
}
