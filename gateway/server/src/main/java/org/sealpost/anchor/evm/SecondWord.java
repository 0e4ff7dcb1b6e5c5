package org.sealpost.anchor.evm;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.Doubts;
import org.sealpost.lodging.Place;

/// Whether another node says what the one says that is used, and what becomes of a word that nobody confirms: any of
/// them may lie, be cut off, or have lost what it held. Where there is one alone its word is enough.
///
/// Belongs to one thread, but for [#delay].
final class SecondWord {
    /// Nodes are a little apart from one another, and that is no trouble.
    private static final Duration TIME_TO_CONFIRM = Duration.ofSeconds(30);

    /// More than the one that they speak against.
    private static final int ENOUGH_TO_OUTVOTE = 2;

    private final Endpoints endpoints;
    private final Duration stalledAfter;

    // By nodes, what each says against the log, with nobody who confirms it; owned by the thread that asks.
    private final Map<Node, Voice> voices = new HashMap<>();

    // By their places, blocks that are final by one node alone.
    private final Doubts doubts;

    /// @param stalledAfter after so long others may contradict what was said, whatever block it named
    SecondWord(Endpoints endpoints, Duration stalledAfter) {
        this.endpoints = endpoints;
        this.stalledAfter = stalledAfter;
        this.doubts = new Doubts(System::nanoTime, timeToConfirm(stalledAfter));
    }

    private static Duration timeToConfirm(Duration stalledAfter) {
        return TIME_TO_CONFIRM.compareTo(stalledAfter) < 0 ? TIME_TO_CONFIRM : stalledAfter;
    }

    /// Final by one node is final only if another one has this block, too, where there is another one.
    boolean isConfirmed(Place place) throws AnchorageSetback {
        var node = endpoints.used();
        var said = endpoints.doubt(place);
        if (said.isEmpty()) {
            doubts.settled(place);
            return true;
        }
        doubts.doubted(
                place,
                "block " + place.height() + " (" + place.block() + ") is final by node " + node.name()
                        + ", and no other node confirms it: " + said.get(),
                "look at the nodes that are named; what is there is final once two of them have its block");
        return false;
    }

    /// What was final is not there any more, or not final: nobody has to confirm it.
    void noDoubt() {
        doubts.settled();
    }

    /// Goes on only if what is said cannot be taken back: for what would stop a relay for good.
    ///
    /// @param height of the block that has it
    /// @param said   by the node that is used, in words
    void requireFinal(long height, long finalHeight, String said) throws AnchorageSetback {
        if (height <= finalHeight) return;
        throw new AnchorageSetback(
                "node " + endpoints.used().name() + " says that " + said + ", since block " + height
                        + ", which is not final",
                "none needed: what waits for it is sent once that is told");
    }

    /// Goes on only if another node says so, too, where there is another one: for what would stop a relay for
    /// good.
    ///
    /// @param said by the node that is used, in words
    void requireSaidByAnother(String said, Endpoints.Said what) throws AnchorageSetback {
        var node = endpoints.used();
        var instead = endpoints.doubt(what);
        if (instead.isEmpty()) return;
        throw new AnchorageSetback(
                "node " + node.name() + " says that " + said + ", and no other node says so: " + instead.get(),
                "look at the nodes that are named, and have one that does not answer come back, or take it out of urls;"
                        + " nothing is sent until two of them say the same. If this data directory came from a backup,"
                        + " or was copied, stop the gateway until then");
    }

    /// What the node that is used says against the log, and nobody confirms, holds up all that waits for it:
    /// but not where two others have come as far and say otherwise, who are asked from then on. Where it is
    /// one against one, nobody can tell which of them is wrong.
    ///
    /// @param height of the block in which it is said to be
    AnchorageSetback weighed(AnchorageSetback unconfirmed, long height, Endpoints.Said what) throws AnchorageSetback {
        var node = endpoints.used();
        var voice = voice(node);
        boolean answers = answersWhereItIs(node, voice, height);
        voice.says(what, System.nanoTime(), Instant.now().getEpochSecond());
        int against = endpoints.against(voice::contradictableBy);
        // Not before the others were asked, who are the others of the one that is used.
        if (!answers) endpoints.failed(node);
        if (against == 0) return unconfirmed.againstTheLog();
        if (against >= ENOUGH_TO_OUTVOTE) {
            endpoints.outvote(node);
            voices.remove(node);
            return new AnchorageSetback(
                    unconfirmed.getMessage() + "; " + against + " others have come as far, say otherwise, and are asked"
                            + " from now on",
                    "look at node " + node.name() + ": it lies, is damaged or cut off",
                    unconfirmed);
        }
        return new AnchorageSetback(
                        unconfirmed.getMessage() + "; they disagree: another node has come as far, and says otherwise",
                        unconfirmed.remedy() + "; if one of the two is wrong, take that one out of urls",
                        unconfirmed)
                .againstTheLog();
    }

    /// What the node that is used said is as sure as it has to be: whatever it says next is something else.
    void confirmed() throws AnchorageSetback {
        voices.remove(endpoints.used());
    }

    /// The same voice, whichever block it names now: one that names another one each time would else be heard for the
    /// first time each time.
    private Voice voice(Node node) {
        long now = System.nanoTime();
        var voice = voices.get(node);
        if (voice == null || voice.isOver(now)) {
            voice = new Voice(stalledAfter, now);
            voices.put(node, voice);
        }
        return voice;
    }

    /// Whether it does: one that fails has said what it said all the same, and the others have to come as far as it
    /// named.
    private static boolean answersWhereItIs(Node node, Voice voice, long named) {
        if (!voice.isOfAnother(named)) return true;
        try {
            voice.names(named, node.chain().mustHave("latest").place().height());
            return true;
        } catch (IOException _) {
            voice.namesAndFails(named);
            return false;
        }
    }

    /// What was not confirmed for a while, of several the first; empty once it is. Any thread.
    Optional<Trouble> delay() {
        return doubts.longest();
    }
}
