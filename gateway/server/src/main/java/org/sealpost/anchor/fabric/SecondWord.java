package org.sealpost.anchor.fabric;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.Doubts;
import org.sealpost.lodging.OriginId;

/// Whether another of the configured peers says what the one says that is asked: any of them may lie, or have been
/// restored. Where there is one alone its word is enough.
///
/// Any thread.
final class SecondWord {
    /// Peers are a little apart from one another, and that is no trouble.
    static final Duration TIME_TO_CONFIRM = Duration.ofSeconds(30);

    private final Peers peers;
    private final Doubts doubts;

    /// What one peer said, as another one is asked for it.
    interface Said {
        /// @return what that one says instead; empty if the same
        Optional<String> otherwise(int peer) throws PeerFailed, AnchorageSetback;
    }

    /// @param nanos of a clock that only runs forward
    SecondWord(Peers peers, LongSupplier nanos) {
        this.peers = peers;
        this.doubts = new Doubts(nanos, TIME_TO_CONFIRM);
    }

    /// What can be doubted by itself: a head by its size, or a publication by its number.
    record Subject(OriginId origin, long number) {}

    /// @param words what is said of it
    boolean confirms(Subject about, String words, Said what) {
        var instead = doubt(what);
        if (instead.isEmpty()) {
            noDoubt(about);
            return true;
        }
        doubts.doubted(
                about,
                words + " is final by peer " + peers.address(peers.asked()) + ", and no other peer confirms it: "
                        + instead.get(),
                "look at the peers that are named; what is there is final once two of them say so");
        return false;
    }

    /// What was not confirmed is not there any more.
    void noDoubt(Subject about) {
        doubts.settled(about);
    }

    /// @param said by the peer that is asked, in words
    /// @throws AnchorageSetback unless another peer says so, too, or there is none
    void require(String said, Said what) throws AnchorageSetback {
        var instead = doubt(what);
        if (instead.isEmpty()) return;
        throw alone(said, instead.get());
    }

    /// Whether a peer holds one of several.
    interface Has {
        boolean has(int peer, long number) throws PeerFailed, AnchorageSetback;
    }

    /// Takes away from what the peer that is asked does not hold what another one does. Those that do not answer tell
    /// nothing.
    ///
    /// @param said by the peer that is asked, in words
    /// @throws AnchorageSetback unless another peer answers, or there is none
    void removeWhatOthersHave(String said, Set<Long> lacked, Has what) throws AnchorageSetback {
        var silent = new ArrayList<String>();
        for (int peer : others()) {
            try {
                // Each at once: what it said counts, whatever comes of the next question.
                for (long number : List.copyOf(lacked)) {
                    if (what.has(peer, number)) lacked.remove(number);
                }
            } catch (PeerFailed | AnchorageSetback e) {
                silent.add(silence(peer, e));
            }
        }
        if (!silent.isEmpty() && silent.size() == others().size()) throw alone(said, String.join("; ", silent));
    }

    private List<Integer> others() {
        int asked = peers.asked();
        return peers.inTurn().stream().filter(peer -> peer != asked).toList();
    }

    private String silence(int peer, Exception why) {
        return peers.address(peer) + " does not tell: " + why.getMessage();
    }

    private AnchorageSetback alone(String said, String instead) {
        return new AnchorageSetback(
                "peer " + peers.address(peers.asked()) + " says that " + said + ", and no other peer says so: "
                        + instead,
                "look at the peers that are named; nothing is sent until two of them say the same");
    }

    /// What was not confirmed for a while, of several the first; empty once it is.
    Optional<Trouble> delay() {
        return doubts.longest();
    }

    /// @return what each of the others says instead; empty where one says the same, or there are no others
    private Optional<String> doubt(Said what) {
        if (peers.count() == 1) return Optional.empty();
        var said = new ArrayList<String>();
        for (int peer : others()) {
            try {
                var otherwise = what.otherwise(peer);
                if (otherwise.isEmpty()) return Optional.empty();
                said.add(peers.address(peer) + " " + otherwise.get());
            } catch (PeerFailed | AnchorageSetback e) {
                said.add(silence(peer, e));
            }
        }
        return Optional.of(String.join("; ", said));
    }
}
