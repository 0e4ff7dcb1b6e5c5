package org.sealpost.anchor.evm;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.AnchorageStanding;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.Doubts;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.anchor.evm.Node.Look;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.anchor.evm.ProofBroken;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

/// One account's way to one contract, by the nodes of its chain: whatever is called there, it makes the
/// request, sends it, and tells what became of it.
///
/// Belongs to one thread, but for [#health], [#nodes], [#delay] and [#standing].
final class ContractAccess implements AutoCloseable {
    /// What a call may have, beside the rest of a transaction.
    static final int MAX_INPUT = SignedRequest.MAX_SIZE - 512;

    /// What any transaction costs.
    private static final long GAS_OF_NOTHING = 21_000;

    /// Nodes are a little apart from one another, and that is no trouble.
    private static final Duration TIME_TO_CONFIRM = Duration.ofSeconds(30);

    /// Not "unknown transaction type".
    private static final Pattern KNOWN_TRANSACTION = Pattern.compile("(?<![a-z])known transaction");

    /// More than the one that they speak against.
    private static final int ENOUGH_TO_OUTVOTE = 2;

    /// Of several nodes, before what one of them says is believed.
    private static final int ENOUGH_FOR_FINALITY = 2;

    /// More than wait there at a time.
    private static final int MOST_WAITING = 256;

    private final EvmConfig config;
    private final Endpoints endpoints;
    private final Fees fees;
    private final Standstill standstill;
    private final Account account;
    private final Address contract;

    // By nonces, the newest block when each was first seen used, of a node that does not tell how many were used as of
    // the final one; the oldest first, since a chain that was set back begins with lower nonces again. Owned by the
    // thread that asks.
    private final LinkedHashMap<Long, Place> seenUsed = new LinkedHashMap<>();

    // The request that the node refused last for its own gas or fee; owned by the thread that asks.
    private Optional<Hash> refusedForItsTerms = Optional.empty();

    // By nodes, what each says against the log, with nobody who confirms it; owned by the thread that asks.
    private final Map<Node, Voice> voices = new HashMap<>();

    // By nonces, when a request was first offered in this process, the oldest first; owned by the thread that asks.
    private final LinkedHashMap<Long, Long> offeredSince = new LinkedHashMap<>();

    // By their places, blocks that are final by one node alone.
    private final Doubts doubts;

    private volatile Optional<AnchorageStanding> standing = Optional.empty();

    ContractAccess(EvmConfig config, SealpostContract.At contract, Account account) {
        this.config = config;
        this.endpoints = new Endpoints(config, Optional.of(contract), System::nanoTime);
        this.fees = new Fees(config.maxFee());
        this.standstill = new Standstill(config.stalledAfter(), InstantSource.system(), System::nanoTime);
        this.account = account;
        this.contract = contract.address();
        this.doubts = new Doubts(System::nanoTime, timeToConfirm(config));
    }

    Account account() {
        return account;
    }

    Address contract() {
        return contract;
    }

    /// The node that is asked.
    Node used() throws AnchorageSetback {
        return endpoints.used();
    }

    /// Who the chain is; chooses anew which node is used.
    AnchorIdentity.Evm identity(Optional<AnchorIdentity> expected) throws AnchorageSetback {
        var found = endpoints.choose(expected);
        if (endpoints.isChosen()) standstill.seen(endpoints.used(), endpoints.newest());
        return found;
    }

    /// How the contract was made, by all nodes that are right: one that has the transaction suffices, since others may
    /// have forgotten it, and one that contradicts stops.
    ///
    /// @param kind which of our contracts it is to have made
    /// @throws AnchorageSetback if it was made otherwise
    Creation.Told made(Creation creation, SealpostContract kind) throws AnchorageSetback {
        creation.requireOf(kind);
        var asked = new ArrayList<>(List.of(endpoints.used()));
        asked.addAll(endpoints.others());
        boolean isMade = false;
        Optional<AnchorageSetback> notYet = Optional.empty();
        var said = new ArrayList<String>();
        for (var node : asked) {
            try {
                var place = creation.by(node);
                if (place.isEmpty()) {
                    said.add("node " + node.name() + " does not have it");
                    continue;
                }
                var waits = notFinal(creation, node, place.get());
                if (waits.isEmpty()) isMade = true;
                else notYet = waits;
            } catch (RpcError e) {
                said.add("node " + node.name() + " does not tell: " + Node.describe(e)); // it is there
            } catch (IOException e) {
                notYet = Optional.of(failed(node, e));
            }
        }
        if (isMade) return new Creation.Told.Made();
        if (notYet.isPresent()) return new Creation.Told.NotYet(notYet.get());
        for (var node : endpoints.all()) {
            if (asked.contains(node)) continue;
            said.add("node " + node.name() + " does not answer, is behind or of another chain");
        }
        return new Creation.Told.Forgotten(String.join("; ", said));
    }

    /// Why it may still be taken back; empty if it cannot.
    private Optional<AnchorageSetback> notFinal(Creation creation, Node node, Place place) throws IOException {
        try {
            long newest = node.chain().mustHave("latest").place().height();
            if (place.height() <= finalHeight(node, newest)) return Optional.empty();
        } catch (AnchorageSetback e) {
            return Optional.of(e);
        }
        return Optional.of(new AnchorageSetback(
                "by node " + node.name() + " transaction " + creation.id() + ", which made the contract, is in block "
                        + place.height() + ", which is not final yet",
                "none needed while blocks come: what waits for it is sent then"));
    }

    /// When something is final, in words for people.
    String finality() {
        return config.confirmations().isPresent()
                ? config.confirmations().getAsInt() + " blocks on top"
                : "the chain's own finalized block";
    }

    Duration stuckAfter() {
        return config.stuckAfter();
    }

    /// What the contract would do; nothing is sent.
    ///
    /// @return how much gas it needs
    /// @throws RpcError if it would revert, or the node does not want it
    long simulate(Node node, byte[] input) throws IOException {
        return node.chain().estimateGas(account.address(), Optional.of(contract), input);
    }

    /// The same as if nothing waited in the pool, for what is to take the place of something there.
    long simulateAsOfNewest(Node node, byte[] input) throws IOException {
        return node.chain().estimateGasAsOfNewest(account.address(), contract, input);
    }

    /// What a new request needs to know.
    Chain.Terms terms(Node node) throws IOException {
        return node.chain().terms(account.address());
    }

    /// The same, and whether the call would take effect with so much gas.
    Chain.Terms terms(Node node, byte[] input, long gas) throws IOException {
        return node.chain().terms(account.address(), new Chain.Trial(contract, input, gas));
    }

    /// Signs the call with the lowest nonce, from the chain's count at the newest block on, that is not taken.
    ///
    /// @param gas that the call needs
    /// @return refused if it needs more than a block has: nodes may simulate with more
    Preparation request(Node node, byte[] input, long gas, List<Long> taken) throws IOException, AnchorageSetback {
        return request(node, terms(node), input, gas, taken);
    }

    Preparation request(Node node, Chain.Terms terms, byte[] input, long gas, List<Long> taken)
            throws IOException, AnchorageSetback {
        var newest = terms.newest();
        if (gas > newest.gasLimit()) return noRoom(gas, newest);
        gas = enough(gas, newest);
        var fee = fees.now(terms, newest);
        node.chain().requireFunds(account.address(), fee, gas);
        long nonce = terms.count();
        while (taken.contains(nonce)) nonce++;
        return new Preparation.Ready(signed(new Transaction(terms.chainId(), nonce, fee, gas, contract, input)));
    }

    /// A quarter on top: what is stored and walked may differ a little by the time of inclusion.
    private static long enough(long gas, Chain.Block newest) {
        return Math.min(gas + gas / 4, newest.gasLimit());
    }

    private SignedRequest signed(Transaction transaction) throws AnchorageSetback {
        byte[] raw = transaction.signed(account.sign(transaction.digest()));
        return new SignedRequest(Hash.of(Keccak.hash(raw)), OptionalLong.of(transaction.nonce()), raw);
    }

    /// What the request carries is in its own bytes: the same goes again, at the same nonce.
    Preparation replace(SignedRequest stuck) throws AnchorageSetback {
        var node = endpoints.used();
        try {
            var before = Transaction.parse(stuck.bytes());
            if (!account.hasSigned(before)) return ofAnother();
            boolean isRefused = refusedForItsTerms.equals(Optional.of(stuck.id()));
            return isRefused && !node.chain().knows(stuck.id())
                    ? anew(node, before.transaction())
                    : dearer(node.chain(), node.chain().mustHave("latest"), before.transaction());
        } catch (ProofBroken | IllegalArgumentException e) {
            return new Preparation.Refused("the request is no transaction of this release: " + e.getMessage());
        } catch (IOException e) {
            throw failed(node, e);
        }
    }

    /// Another call takes the nonce of a request whose bytes are gone.
    ///
    /// @param gas that the call needs
    Preparation replace(Node node, SignedRequest stuck, byte[] input, long gas) throws IOException, AnchorageSetback {
        return replace(node, stuck, contract, input, gas);
    }

    /// A transaction that does nothing, to the account itself, takes the nonce of a request whose bytes are gone.
    Preparation useUp(Node node, SignedRequest stuck) throws IOException, AnchorageSetback {
        return replace(node, stuck, account.address(), new byte[0], GAS_OF_NOTHING);
    }

    private Preparation replace(Node node, SignedRequest stuck, Address to, byte[] input, long gas)
            throws IOException, AnchorageSetback {
        var chain = node.chain();
        var before = chain.offered(stuck.id());
        if (before.isEmpty()) return new Preparation.Refused("the node does not have the request any more");
        if (!before.get().from().equals(account.address())) return ofAnother();
        var newest = chain.mustHave("latest");
        if (gas > newest.gasLimit()) return noRoom(gas, newest);
        long nonce = stuck.nonce().orElseThrow();
        var fee = before.get().fee();
        var other = new Transaction(chain.chainId(), nonce, fee, enough(gas, newest), to, input);
        return dearer(chain, newest, other);
    }

    private Preparation dearer(Chain chain, Chain.Block newest, Transaction transaction)
            throws IOException, AnchorageSetback {
        if (standstill.trouble().isPresent()) {
            return new Preparation.Refused("the chain stands still, and a dearer request would wait as long");
        }
        var fee = fees.dearer(transaction.fee(), chain, newest);
        if (fee.isEmpty()) return new Preparation.Refused("gas has no price there, so nothing is dearer");
        if (!fees.allows(fee.get())) {
            return new Preparation.Refused("it offers " + transaction.fee().most()
                    + " wei for a unit of gas already, and an eighth more is above max-fee");
        }
        chain.requireFunds(account.address(), fee.get(), transaction.gas());
        return new Preparation.Ready(signed(transaction.withFee(fee.get())));
    }

    /// No pool takes it for its gas or its fee, so that neither waiting nor more money helps: with as much gas
    /// as it needs now, and at the price of now. That the chain stands still is no reason to wait, as some make
    /// blocks only for what is in a pool.
    private Preparation anew(Node node, Transaction refused) throws IOException, AnchorageSetback {
        long gas;
        try {
            gas = simulateAsOfNewest(node, refused.input());
        } catch (RpcError e) {
            if (e.isRevert()) return new Preparation.Refused("made anew it would have no effect: " + e.getMessage());
            return unnamed(node, e);
        }
        var newest = node.chain().mustHave("latest");
        if (gas > newest.gasLimit()) return noRoom(gas, newest);
        gas = enough(gas, newest);
        var fee = fees.now(node.chain(), newest);
        if (gas >= refused.gas() && fee.most().compareTo(refused.fee().most()) >= 0) {
            return new Preparation.Refused("made anew it would need no less gas and offer no less");
        }
        node.chain().requireFunds(account.address(), fee, gas);
        long nonce = refused.nonce();
        var anew = new Transaction(refused.chainId(), nonce, fee, gas, contract, refused.input());
        return new Preparation.Ready(signed(anew));
    }

    private Preparation ofAnother() {
        return new Preparation.Refused("the request is of another account than " + account.address());
    }

    /// Another node gets the same bytes where the first one leaves open what becomes of them, and all get them
    /// once a request of this nonce has waited for long: the first one may have passed none on.
    SubmitOutcome submit(SignedRequest request) {
        Node used;
        try {
            used = endpoints.used();
        } catch (AnchorageSetback e) {
            return new SubmitOutcome.Unknown(String.valueOf(e.getMessage()));
        }
        var others = endpoints.others();
        var outcome = offer(used, request);
        refusedForItsTerms = outcome instanceof SubmitOutcome.Unknown(var said) && isAboutItsTerms(said)
                ? Optional.of(request.id())
                : Optional.empty();
        boolean isOpen = outcome instanceof SubmitOutcome.Unknown;
        var asked =
                hasWaited(request) ? others : isOpen ? others.stream().limit(1).toList() : List.<Node>of();
        for (var node : asked) {
            // That node may have them by the first one, and not by us: whatever it says, they are out.
            var other = offer(node, request);
            boolean isTaken = other instanceof SubmitOutcome.Accepted || other instanceof SubmitOutcome.AlreadyKnown;
            if (isOpen && isTaken) outcome = other;
        }
        return outcome;
    }

    private boolean hasWaited(SignedRequest request) {
        long now = System.nanoTime();
        long since = offeredSince.computeIfAbsent(request.nonce().orElseThrow(), _ -> now);
        if (offeredSince.size() > MOST_WAITING) offeredSince.pollFirstEntry();
        return now - since >= config.stuckAfter().toNanos();
    }

    private SubmitOutcome offer(Node node, SignedRequest request) {
        try {
            node.chain().send(request.bytes());
            return new SubmitOutcome.Accepted();
        } catch (RpcError e) {
            return meaning(e.getMessage());
        } catch (IOException e) {
            endpoints.failed(node);
            return new SubmitOutcome.Unknown(Node.describe(e));
        }
    }

    /// What is asked as of one block.
    interface Question<A> {
        /// @param newest      the block as of which it is asked
        /// @param finalHeight of the highest block that cannot be taken back; below 0 for none
        A ask(Chain chain, Place newest, long finalHeight) throws IOException, AnchorageSetback;
    }

    /// Asks as of the newest block, and looks afterwards whether it still is the chain's: all answers must be
    /// about one history; a node that switched meanwhile is asked again later.
    <A> A asOfNewest(Question<A> question) throws AnchorageSetback {
        return asOfNewest(_ -> Optional.empty(), question);
    }

    /// The same, where something of what was answered as of a block may be known already: that never changes.
    ///
    /// @param known what was answered as of this block; empty to ask
    <A> A asOfNewest(Function<Place, Optional<A>> known, Question<A> question) throws AnchorageSetback {
        var node = endpoints.used();
        try {
            var newest = node.chain().mustHave("latest").place();
            var before = known.apply(newest);
            if (before.isPresent()) {
                endpoints.reached(node, newest.height());
                return before.get();
            }
            long finalHeight = finalHeight(node, newest.height());
            standing = Optional.of(new AnchorageStanding("node " + node.name(), finalHeight));
            var answer = question.ask(node.chain(), newest, finalHeight);
            if (!hashAt(node.chain(), newest.height()).equals(Optional.of(newest.block()))) {
                throw new AnchorageSetback(
                        "chain at " + node.name() + " was reorganised while it was asked", "none needed");
            }
            endpoints.reached(node, newest.height());
            return answer;
        } catch (IOException e) {
            throw failed(node, e);
        }
    }

    /// The block of this height.
    static Place placeAt(Chain chain, long height) throws IOException {
        var block = hashAt(chain, height).orElseThrow(() -> new IOException("the node does not have block " + height));
        return new Place(height, block);
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

    /// Goes on only if what is said cannot be taken back: for what would stop a relay for good.
    ///
    /// @param height of the block that has it
    /// @param said   by the node that is used, in words
    void requireFinal(long height, long finalHeight, String said) throws AnchorageSetback {
        if (height <= finalHeight) return;
        throw new AnchorageSetback(
                "node " + used().name() + " says that " + said + ", since block " + height + ", which is not final",
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
        var voice = voice(node, height);
        voice.says(what, System.nanoTime(), Instant.now().getEpochSecond());
        int against = endpoints.against(voice::contradictableBy);
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
    /// first time each time. One that fails then has said what it said, and others have to come as far as it named.
    private Voice voice(Node node, long named) {
        long now = System.nanoTime();
        var voice = voices.get(node);
        if (voice == null || voice.isOver(now)) {
            voice = new Voice(config.stalledAfter(), now);
            voices.put(node, voice);
        }
        if (!voice.isOfAnother(named)) return voice;
        try {
            voice.names(named, node.chain().mustHave("latest").place().height());
        } catch (IOException _) {
            endpoints.failed(node);
            voice.names(named, named);
        }
        return voice;
    }

    /// Goes on only if the node has come to a block in which something was final, or is believed that there is
    /// no such block.
    void requireCome(long newest, long height, String what) throws AnchorageSetback {
        endpoints.requireCome(endpoints.used(), newest, height, what);
    }

    /// Asks each of the other nodes, as far as it answers.
    void others(Endpoints.Asked what) {
        endpoints.others(what);
    }

    /// What was final is not there any more, or not final: nobody has to confirm it.
    void noDoubt() {
        doubts.settled();
    }

    private static Duration timeToConfirm(EvmConfig config) {
        return TIME_TO_CONFIRM.compareTo(config.stalledAfter()) < 0 ? TIME_TO_CONFIRM : config.stalledAfter();
    }

    /// What became of a request.
    ///
    /// @param lowest nonce of all requests of the account that may still land
    RequestState status(SignedRequest request, long lowest) throws AnchorageSetback {
        var node = endpoints.used();
        var chain = node.chain();
        try {
            var newest = chain.mustHave("latest").place();
            long finalHeight = finalHeight(node, newest.height());
            var receipt = chain.receipt(request.id());
            if (receipt.isPresent()) {
                var place = receipt.get().place();
                boolean isFinal = place.height() <= finalHeight;
                if (!receipt.get().succeeded()) return new RequestState.Reverted(place, isFinal);
                return isFinal ? new RequestState.Final(place) : new RequestState.Included(place);
            }
            long nonce = request.nonce().orElseThrow();
            // All before the lowest were final. If those are gone, nobody sends them again, and a pool would keep what
            // stands behind them for ever. A new one gets the lower nonce, so this one can only land behind it, where
            // it finds its work done and changes nothing. Behind others of the row that wait, too, it only waits.
            long count = chain.nonce(account.address(), newest.height());
            if (count < lowest) {
                return new RequestState.CannotLand("the chain forgot the transactions of " + account.address()
                        + " before nonce " + lowest + ", although they were final");
            }
            if (chain.knows(request.id())) return new RequestState.Pooled();
            if (isSpent(chain, nonce, newest, count, finalHeight)) {
                // The receipt may have come between the first question and this one.
                return chain.receipt(request.id()).isPresent()
                        ? new RequestState.Unknown()
                        : new RequestState.CannotLand(
                                "another transaction of " + account.address() + " used nonce " + nonce);
            }
            return new RequestState.Unknown();
        } catch (IOException e) {
            throw failed(node, e);
        }
    }

    /// Whether a nonce was used as of a final block: in one that can be taken back the other transaction could
    /// vanish again. A node that prunes keeps that for a while only, which may be less than it takes to become
    /// final. Then it is so once the block is final that was the newest when the nonce was first seen used.
    ///
    /// @param count how many were used as of the newest block
    private boolean isSpent(Chain chain, long nonce, Place newest, long count, long finalHeight) throws IOException {
        if (finalHeight < 0) return false;
        try {
            return chain.nonce(account.address(), finalHeight) > nonce;
        } catch (RpcError e) {
            if (count <= nonce) {
                seenUsed.remove(nonce);
                return false;
            }
        }
        var since = seenUsed.computeIfAbsent(nonce, _ -> newest);
        if (seenUsed.size() > MOST_WAITING) seenUsed.pollFirstEntry();
        if (since.height() > finalHeight) return false;
        if (hashAt(chain, since.height()).equals(Optional.of(since.block()))) return true;
        seenUsed.put(nonce, newest);
        return false;
    }

    /// What keeps what is under way waiting.
    Optional<Trouble> delay() {
        return doubts.longest().or(standstill::trouble);
    }

    /// By the last answer of the node that is used.
    Optional<AnchorageStanding> standing() {
        return standing;
    }

    /// How many of those that are well are of one chain.
    private static long atOne(List<Look> looks, AnchorIdentity.Evm chain) {
        return looks.stream()
                .filter(look -> look instanceof Look.Seen seen
                        && seen.syncing().isEmpty()
                        && seen.identity().equals(chain))
                .count();
    }

    /// Of the node that would be used; what is wrong with the others, [#nodes] tells.
    AnchorageHealth health() {
        var looks = endpoints.look(endpoints.all());
        var best = looks.stream()
                .filter(look -> look instanceof Look.Seen seen && seen.syncing().isEmpty())
                .map(Look.Seen.class::cast)
                .max(Comparator.comparingLong(look -> look.newest().place().height()));
        if (best.isEmpty()) {
            var first = looks.getFirst();
            return first instanceof Look.Failed(var node, var why, var isAway)
                    ? new AnchorageHealth.Bad(String.valueOf(why.getMessage()), why.remedy())
                    : new AnchorageHealth.Bad("node " + first.node().name() + " is still catching up", "none needed");
        }
        long well = atOne(looks, best.get().identity());
        if (looks.size() > 1 && well < ENOUGH_FOR_FINALITY) {
            return new AnchorageHealth.Bad(
                    "heads are not final until two of urls are well and of one chain: of " + looks.size() + ", " + well
                            + (well == 1 ? " is" : " are"),
                    Node.ASK_NODE);
        }
        var node = best.get().node();
        var newest = best.get().newest();
        try {
            finalHeight(node, newest.place().height());
            var time = Standstill.time(newest);
            return new AnchorageHealth.Good("block " + newest.place().height() + " of " + time + ", "
                    + Duration.between(time, Instant.now()).toSeconds() + " s ago; account " + account.address()
                    + " holds " + node.chain().balance(account.address()) + " wei");
        } catch (AnchorageSetback e) {
            return new AnchorageHealth.Bad(e.getMessage(), e.remedy());
        } catch (IOException e) {
            return new AnchorageHealth.Bad("node " + node.name() + ": " + Node.describe(e), Node.ASK_NODE);
        }
    }

    List<NodeReport> nodes(Optional<AnchorIdentity> known) {
        return NodeReport.of(endpoints.look(endpoints.all()), known, config.stalledAfter());
    }

    @Override
    public void close() {
        endpoints.close();
    }

    private static Optional<Hash> hashAt(Chain chain, long height) throws IOException {
        return chain.block(Hex.quantity(height)).map(block -> block.place().block());
    }

    /// The highest block that cannot be taken back; below 0 for none.
    ///
    /// @throws AnchorageSetback if nobody said how many blocks make one final, and the chain has no word for it
    private long finalHeight(Node node, long newest) throws IOException, AnchorageSetback {
        if (config.confirmations().isPresent())
            return newest - config.confirmations().getAsInt();
        try {
            var block = node.chain().block("finalized");
            if (block.isPresent()) return block.get().place().height();
        } catch (RpcError e) {
            throw withoutFinalized(node, e);
        }
        throw withoutFinalized(node, null);
    }

    private static AnchorageSetback withoutFinalized(Node node, @Nullable RpcError error) {
        String said = error == null ? "it has none" : String.valueOf(error.getMessage());
        return new AnchorageSetback(
                        "node " + node.name() + " does not tell which block is finalized (" + said
                                + "), and the configuration has no confirmations",
                        "set confirmations; 0 on QBFT and IBFT",
                        error == null ? new IOException(said) : error)
                .untilSomebodyActs();
    }

    /// What the contract's or the node's no to a call that was simulated is, where the contract does not name
    /// it.
    ///
    /// @return refused if no block has room for what the call needs
    /// @throws AnchorageSetback for any other reason, also if it may be that the account cannot pay
    Preparation unnamed(Node node, RpcError error) throws IOException, AnchorageSetback {
        String said = String.valueOf(error.getMessage());
        if (!error.isRevert() && isGasLimit(said)) {
            var chain = node.chain();
            var newest = chain.mustHave("latest");
            // A node may end at what the account can pay for, and then names less than a block's gas.
            if (!said.contains(Long.toString(newest.gasLimit()))) {
                chain.requireFunds(account.address(), fees.now(chain, newest), newest.gasLimit());
            }
            return noRoom(said, newest);
        }
        throw new AnchorageSetback(
                (error.isRevert() ? "the contract stopped for a reason it does not name: " : "the node refuses: ")
                        + said,
                Node.ASK_NODE,
                error);
    }

    private static Preparation noRoom(long gas, Chain.Block newest) {
        return noRoom("it needs " + gas + " gas", newest);
    }

    private static Preparation noRoom(String why, Chain.Block newest) {
        return new Preparation.Refused(
                "a block there has no room for it, it has " + newest.gasLimit() + " gas: " + why);
    }

    /// Nodes before geth 1.9.15 have one sentence for this and for whatever reverts; that tells nothing.
    private static boolean isGasLimit(String message) {
        String words = message.toLowerCase(Locale.ROOT);
        return has(words, "exceeds allowance", "gas limit", "intrinsic gas") && !has(words, "always failing");
    }

    /// What nodes say when they do not take a transaction (geth, GoQuorum, Besu, kaia, polygon-edge, anvil).
    /// Only what can never change is "for good"; whatever is not understood is unknown.
    private static SubmitOutcome meaning(String message) {
        String words = message.toLowerCase(Locale.ROOT);
        if (has(words, "already known", "already imported", "alreadyknown")
                || KNOWN_TRANSACTION.matcher(words).find()) {
            return new SubmitOutcome.AlreadyKnown();
        }
        if (has(
                words,
                "invalid chain id",
                "invalid sender",
                "cannot extract signature",
                "intrinsic gas too low",
                "transaction type not supported",
                "failed to decode",
                "oversized data")) {
            return new SubmitOutcome.RefusedForGood(message);
        }
        return new SubmitOutcome.Unknown(message);
    }

    /// More gas than a block has, or a transaction may have (EIP-7825), or a fee above what the node's own
    /// settings let one cost (geth's `rpc.txfeecap`, Besu's `rpc-tx-feecap`).
    private static boolean isAboutItsTerms(String message) {
        return has(
                message.toLowerCase(Locale.ROOT),
                "exceeds block gas limit",
                "gas limit too high",
                "intrinsic gas too high",
                "exceeds the configured cap",
                "fee cap exceeded");
    }

    private static boolean has(String words, String... parts) {
        for (String part : parts) {
            if (words.contains(part)) return true;
        }
        return false;
    }

    /// The setback that this is, and the node is not asked again at once.
    AnchorageSetback failed(Node node, IOException e) {
        endpoints.failed(node);
        return node.unreachable(e);
    }
}
