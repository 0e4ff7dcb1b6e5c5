package org.sealpost.anchor.evm;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.Capabilities;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.anchor.evm.Node.Look;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.anchor.evm.ProofBroken;
import org.sealpost.hsm.SigningKey;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.KeyProof;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.LodgingRules;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

/// The contract `SealpostAnchor` on an EVM chain as an anchorage.
///
/// What the contract says as of a certain block decides; a receipt alone proves nothing, since a reorganisation
/// can take it back. Nothing that decides is remembered here between calls, so a chain that was rolled back or replaced
/// is seen as what it is now. Which of several nodes is asked is chosen anew whenever it is asked for who it is.
public final class EvmLedger implements Anchorage {
    /// What a request has room for, beside the rest of a transaction.
    private static final int MAX_INPUT = SignedRequest.MAX_SIZE - 512;

    /// Nodes are a little apart from one another, and that is no trouble.
    private static final Duration TIME_TO_CONFIRM = Duration.ofSeconds(30);

    private final EvmConfig config;
    private final Endpoints endpoints;
    private final Fees fees;
    private final Standstill standstill;
    private final Account account;
    private final Address contract;

    // Since when what is final by one node is doubted by the others; owned by the thread that asks.
    private OptionalLong doubtedSince = OptionalLong.empty();
    private volatile Optional<Trouble> doubt = Optional.empty();

    private EvmLedger(EvmConfig config, Address contract, Account account) {
        this.config = config;
        this.endpoints = new Endpoints(config, Optional.of(contract), System::nanoTime);
        this.fees = new Fees(config.maxFee());
        this.standstill = new Standstill(config.stalledAfter(), InstantSource.system(), System::nanoTime);
        this.account = account;
        this.contract = contract;
    }

    /// Does not contact any node.
    ///
    /// @param accountKey secp256k1; the account needs funds where the chain asks a price for gas
    /// @throws IllegalArgumentException if the key is of another kind
    public static EvmLedger open(EvmConfig config, Address contract, SigningKey accountKey) {
        return new EvmLedger(config, contract, new Account(accountKey));
    }

    /// The account that a key of the token stands for, so that somebody can fund it.
    public static Address accountOf(SigningKey accountKey) {
        return new Account(accountKey).address();
    }

    @Override
    public AnchorIdentity.Evm identity() throws AnchorageSetback {
        return chosen(Optional.empty());
    }

    @Override
    public AnchorIdentity identity(Optional<AnchorIdentity> expected) throws AnchorageSetback {
        return chosen(expected);
    }

    private AnchorIdentity.Evm chosen(Optional<AnchorIdentity> expected) throws AnchorageSetback {
        var found = endpoints.choose(expected);
        if (endpoints.isChosen()) standstill.seen(endpoints.used(), endpoints.newest());
        return found;
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(
                config.confirmations().isPresent()
                        ? config.confirmations().getAsInt() + " blocks on top"
                        : "the chain's own finalized block",
                true,
                false,
                Optional.of(config.stuckAfter()));
    }

    @Override
    public Preparation prepare(LodgeableHead head, long base, List<Hash> proof) throws AnchorageSetback {
        var node = endpoints.used();
        var chain = node.chain();
        try {
            int followed = head.keyProof().isEmpty() ? 0 : followed(chain, head.originId(), contract);
            var hops = head.keyProof().map(keys -> keys.beyond(followed)).orElse(KeyProof.Hops.NONE);
            int count = hops.steps().size();
            if (count > LodgingRules.MAX_HOPS) {
                return new Preparation.TooManyHandOvers(count, LodgingRules.MAX_HOPS);
            }
            byte[] input = ContractCalls.lodge(ContractCalls.Lodging.of(head, proof, hops));
            if (input.length > MAX_INPUT) return Preparation.noRoom(count, input.length, MAX_INPUT);
            long gas;
            try {
                gas = chain.estimateGas(account.address(), Optional.of(contract), input);
            } catch (RpcError e) {
                return refusal(chain, e, head, followed);
            }
            var newest = chain.mustHave("latest");
            // A quarter on top: what is stored and walked may differ a little by the time of inclusion.
            gas = Math.min(gas + gas / 4, newest.gasLimit());
            var fee = fees.now(chain, newest);
            chain.requireFunds(account.address(), fee, gas);
            long nonce = chain.nonce(account.address(), newest.place().height());
            return new Preparation.Ready(signed(new Transaction(chain.chainId(), nonce, fee, gas, contract, input)));
        } catch (IOException e) {
            throw failed(node, e);
        }
    }

    private SignedRequest signed(Transaction transaction) throws AnchorageSetback {
        byte[] raw = transaction.signed(account.sign(transaction.digest()));
        return new SignedRequest(Hash.of(Keccak.hash(raw)), OptionalLong.of(transaction.nonce()), raw);
    }

    /// What the request carries is in its own bytes: the same goes again, at the same nonce.
    @Override
    public Preparation replace(SignedRequest stuck) throws AnchorageSetback {
        if (standstill.trouble().isPresent()) {
            return new Preparation.Refused("the chain stands still, and a dearer request would wait as long");
        }
        var node = endpoints.used();
        var chain = node.chain();
        try {
            var before = Transaction.parse(stuck.bytes());
            if (!account.hasSigned(before)) {
                return new Preparation.Refused("the request is of another account than " + account.address());
            }
            var fee = fees.dearer(before.transaction().fee(), chain, chain.mustHave("latest"));
            if (fee.isEmpty()) return new Preparation.Refused("gas has no price there, so nothing is dearer");
            var dearer = before.transaction().withFee(fee.get());
            chain.requireFunds(account.address(), fee.get(), dearer.gas());
            return new Preparation.Ready(signed(dearer));
        } catch (ProofBroken | IllegalArgumentException e) {
            return new Preparation.Refused("the request is no transaction of this release: " + e.getMessage());
        } catch (IOException e) {
            throw failed(node, e);
        }
    }

    /// How many hand-overs of an origin the contract knows.
    private static int followed(Chain chain, OriginId origin, Address contract) throws IOException {
        long newest = chain.mustHave("latest").place().height();
        return ContractCalls.hopsAnswer(chain.view(contract, ContractCalls.hops(origin), newest));
    }

    /// Another node gets the same bytes where the first one leaves open what becomes of them.
    @Override
    public SubmitOutcome submit(SignedRequest request) {
        Node used;
        try {
            used = endpoints.used();
        } catch (AnchorageSetback e) {
            return new SubmitOutcome.Unknown(String.valueOf(e.getMessage()));
        }
        var others = endpoints.others();
        var outcome = offer(used, request);
        if (others.isEmpty() || !(outcome instanceof SubmitOutcome.Unknown)) return outcome;
        // That node may have them by the first one, and not by us: whatever it says, they are out.
        var second = offer(others.getFirst(), request);
        return second instanceof SubmitOutcome.Accepted || second instanceof SubmitOutcome.AlreadyKnown
                ? second
                : outcome;
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

    @Override
    public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
        var node = endpoints.used();
        try {
            var newest = node.chain().mustHave("latest").place();
            var finding = findAsOf(node, newest, origin, size, root);
            // All answers above must be about one history; a node that switched meanwhile is asked again later.
            if (!hashAt(node.chain(), newest.height()).equals(Optional.of(newest.block()))) {
                throw new AnchorageSetback(
                        "chain at " + node.name() + " was reorganised while it was asked", "none needed");
            }
            endpoints.reached(node, newest.height());
            if (finding instanceof Finding.Present(var place, var isFinal) && isFinal) {
                return new Finding.Present(place, isConfirmed(node, place));
            }
            noDoubt();
            return finding;
        } catch (IOException e) {
            throw failed(node, e);
        }
    }

    /// Final by one node is final only if another one has this block, too, where there is another one.
    private boolean isConfirmed(Node node, Place place) {
        var said = endpoints.doubt(place);
        if (said.isEmpty()) {
            noDoubt();
            return true;
        }
        long now = System.nanoTime();
        if (doubtedSince.isEmpty()) doubtedSince = OptionalLong.of(now);
        if (now - doubtedSince.getAsLong() >= timeToConfirm().toNanos()) {
            var since = doubt.map(Trouble::since).orElseGet(Instant::now);
            doubt = Optional.of(new Trouble(
                    "block " + place.height() + " (" + place.block() + ") is final by node " + node.name()
                            + ", and no other node confirms it: " + said.get(),
                    "look at the nodes that are named; a head is final once two of them have its block",
                    since,
                    false));
        }
        return false;
    }

    private void noDoubt() {
        doubtedSince = OptionalLong.empty();
        doubt = Optional.empty();
    }

    private Duration timeToConfirm() {
        return TIME_TO_CONFIRM.compareTo(config.stalledAfter()) < 0 ? TIME_TO_CONFIRM : config.stalledAfter();
    }

    @Override
    public RequestState status(SignedRequest request) throws AnchorageSetback {
        var node = endpoints.used();
        var chain = node.chain();
        try {
            long newest = chain.mustHave("latest").place().height();
            long finalHeight = finalHeight(node, newest);
            var receipt = chain.receipt(request.id());
            if (receipt.isPresent()) {
                var place = receipt.get().place();
                boolean isFinal = place.height() <= finalHeight;
                if (!receipt.get().succeeded()) return new RequestState.Reverted(place, isFinal);
                return isFinal ? new RequestState.Final(place) : new RequestState.Included(place);
            }
            long nonce = request.nonce().orElseThrow();
            // One request is signed at a time, behind transactions that were final. If those are gone, nobody sends
            // them
            // again, and a pool would keep this one for ever. A new one gets the lower nonce, so this one can only land
            // behind it, where it finds its head covered and changes nothing.
            if (chain.nonce(account.address(), newest) < nonce) {
                return new RequestState.CannotLand("the chain forgot the transactions of " + account.address()
                        + " before nonce " + nonce + ", although they were final");
            }
            if (chain.knows(request.id())) return new RequestState.Pooled();
            // Asked as of a final block: in a block that can be taken back the other transaction could vanish again.
            if (finalHeight >= 0 && chain.nonce(account.address(), finalHeight) > nonce) {
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

    @Override
    public Optional<AnchorProof> proof(OriginId origin, long size, Hash root, Place place) throws AnchorageSetback {
        var identity = identity();
        var node = endpoints.used();
        try {
            var questions = new ProofQuestions(node.rpc(), System::nanoTime);
            return new EvmProofs(questions, contract).of(identity, origin, size, root, place);
        } catch (IOException e) {
            throw failed(node, e);
        }
    }

    @Override
    public Optional<Trouble> delay() {
        return doubt.or(standstill::trouble);
    }

    /// Of the node that would be used; what is wrong with the others, [#nodes] tells.
    @Override
    public AnchorageHealth health() {
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

    /// How each of the chain's nodes is, for people. Any thread; takes as long as the slowest of them, a deadline at
    /// most.
    ///
    /// @param known who the chain was when it was reached first; empty if it never was
    public List<NodeReport> nodes(Optional<AnchorIdentity> known) {
        return NodeReport.of(endpoints.look(endpoints.all()), known, config.stalledAfter());
    }

    @Override
    public void close() {
        endpoints.close();
    }

    private Finding findAsOf(Node node, Place newest, OriginId origin, long size, Hash root)
            throws IOException, AnchorageSetback {
        var chain = node.chain();
        long finalHeight = finalHeight(node, newest.height());
        var held = ContractCalls.rootAtAnswer(
                chain.view(contract, ContractCalls.rootAt(origin, size), newest.height()), size);
        if (held.isPresent()) {
            if (!held.get().root().equals(root))
                return new Finding.Conflict(held.get().root());
            long height = held.get().height();
            var block =
                    hashAt(chain, height).orElseThrow(() -> new IOException("the node does not have block " + height));
            return new Finding.Present(new Place(height, block), height <= finalHeight);
        }
        var largest = ContractCalls.newestAnswer(chain.view(contract, ContractCalls.newest(origin), newest.height()));
        if (largest.isEmpty()) return Finding.Absent.EMPTY;
        long largestSize = largest.get().size();
        return largestSize > size
                ? new Finding.Covered(largestSize, largest.get().root())
                : new Finding.Absent(largestSize, largest.get().root());
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

    private Preparation refusal(Chain chain, RpcError error, LodgeableHead head, int followed)
            throws AnchorageSetback, IOException {
        if (!error.isRevert())
            throw new AnchorageSetback("the node refuses: " + error.getMessage(), Node.ASK_NODE, error);
        var named = ContractCalls.refusal(error);
        if (named.isEmpty()) {
            throw new AnchorageSetback(
                    "the contract stopped for a reason it does not name: " + error.getMessage(), Node.ASK_NODE, error);
        }
        var why = named.get();
        return switch (why) {
            case BAD_ORIGIN, BAD_SIZE, BROKEN_KEY, TOO_MANY_HAND_OVERS -> new Preparation.Refused(why.sentence);
            // The caller looked before and found it otherwise: the chain moved on, so it has to look again.
            case CONFLICT, NOT_CONSISTENT -> throw new AnchorageSetback(why.sentence, "none needed", error);
            case BAD_SIGNATURE, BAD_HAND_OVER -> {
                if (head.keyProof().isPresent() && followed(chain, head.originId(), contract) != followed) {
                    throw new AnchorageSetback(
                            "somebody else brought hand-overs of the sealing key meanwhile", "none needed", error);
                }
                yield new Preparation.Refused(why.sentence);
            }
        };
    }

    /// What nodes say when they do not take a transaction (geth, GoQuorum, Besu, kaia, polygon-edge, anvil).
    /// Only what can never change is "for good"; whatever is not understood is unknown.
    private static SubmitOutcome meaning(String message) {
        String words = message.toLowerCase(Locale.ROOT);
        if (has(words, "already known", "known transaction", "already imported", "alreadyknown")) {
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

    private static boolean has(String words, String... parts) {
        for (String part : parts) {
            if (words.contains(part)) return true;
        }
        return false;
    }

    private AnchorageSetback failed(Node node, IOException e) {
        endpoints.failed(node);
        return node.unreachable(e);
    }
}
