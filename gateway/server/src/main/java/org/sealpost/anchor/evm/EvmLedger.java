package org.sealpost.anchor.evm;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Capabilities;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorIdentity;
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
/// can take it back. Nothing is remembered here between calls, so a node that was restarted, rolled back or
/// replaced is seen as what it is now.
public final class EvmLedger implements Anchorage {
    /// What a request has room for, beside the rest of a transaction.
    private static final int MAX_INPUT = SignedRequest.MAX_SIZE - 512;

    private static final String ASK_NODE = "look whether the node runs and is reachable; it is asked again by itself";

    private final EvmConfig config;
    private final JsonRpc rpc;
    private final Chain chain;
    private final Account account;
    private final Address contract;

    private EvmLedger(EvmConfig config, Address contract, Account account) {
        this.config = config;
        this.rpc = new JsonRpc(config.node(), config.deadline());
        this.chain = new Chain(rpc);
        this.account = account;
        this.contract = contract;
    }

    /// Does not contact the node.
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
        try {
            long chainId = chain.chainId();
            Hash genesis = chain.mustHave(Hex.quantity(0)).place().block();
            byte[] code = chain.code(contract);
            if (code.length == 0) {
                throw new AnchorageSetback(
                        "chain " + chainId + " at " + config.nodeName() + " has no contract at " + contract,
                        "check the node's address and the contract's; if the chain was made anew, deploy the contract again");
            }
            var hash = AnchorCode.require(
                    contract, code, "configure the address of the Sealpost contract of this release");
            return new AnchorIdentity.Evm(chainId, genesis, contract.bytes(), hash);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(
                config.confirmations().isPresent()
                        ? config.confirmations().getAsInt() + " blocks on top"
                        : "the chain's own finalized block",
                true,
                false);
    }

    @Override
    public Preparation prepare(LodgeableHead head, long base, List<Hash> proof) throws AnchorageSetback {
        try {
            int followed = head.keyProof().isEmpty() ? 0 : followed(head.originId());
            var hops = head.keyProof().map(keys -> keys.beyond(followed)).orElse(KeyProof.Hops.NONE);
            int count = hops.steps().size();
            if (count > LodgingRules.MAX_HOPS) {
                return new Preparation.TooManyHandOvers(count, LodgingRules.MAX_HOPS);
            }
            byte[] input = ContractCalls.lodge(ContractCalls.Lodging.of(head, proof, hops));
            if (input.length > MAX_INPUT) {
                int most = (int) Math.min(count - 1, (long) count * MAX_INPUT / input.length);
                return most > 0
                        ? new Preparation.TooManyHandOvers(count, most)
                        : new Preparation.Refused("a request has no room for the proof of this head");
            }
            long gas;
            try {
                gas = chain.estimateGas(account.address(), Optional.of(contract), input);
            } catch (RpcError e) {
                return refusal(e, head, followed);
            }
            var newest = chain.mustHave("latest");
            // A quarter on top: what is stored and walked may differ a little by the time of inclusion.
            gas = Math.min(gas + gas / 4, newest.gasLimit());
            var fee = chain.fee(newest);
            chain.requireFunds(account.address(), fee, gas);
            long nonce = chain.nonce(account.address(), newest.place().height());
            var transaction = new Transaction(chain.chainId(), nonce, fee, gas, contract, input);
            byte[] raw = transaction.signed(account.sign(transaction.digest()));
            return new Preparation.Ready(new SignedRequest(Hash.of(Keccak.hash(raw)), OptionalLong.of(nonce), raw));
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /// How many hand-overs of an origin the contract knows.
    private int followed(OriginId origin) throws IOException {
        long newest = chain.mustHave("latest").place().height();
        return ContractCalls.hopsAnswer(chain.view(contract, ContractCalls.hops(origin), newest));
    }

    @Override
    public SubmitOutcome submit(SignedRequest request) {
        try {
            chain.send(request.bytes());
            return new SubmitOutcome.Accepted();
        } catch (RpcError e) {
            return meaning(e.getMessage());
        } catch (IOException e) {
            return new SubmitOutcome.Unknown(describe(e));
        }
    }

    @Override
    public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
        try {
            var newest = chain.mustHave("latest").place();
            var finding = findAsOf(newest, origin, size, root);
            // All answers above must be about one history; a node that switched meanwhile is asked again later.
            if (!hashAt(newest.height()).equals(Optional.of(newest.block()))) {
                throw new AnchorageSetback(
                        "chain at " + config.nodeName() + " was reorganised while it was asked", "none needed");
            }
            return finding;
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    @Override
    public RequestState status(SignedRequest request) throws AnchorageSetback {
        try {
            long newest = chain.mustHave("latest").place().height();
            long finalHeight = finalHeight(newest);
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
            throw unreachable(e);
        }
    }

    @Override
    public Optional<AnchorProof> proof(OriginId origin, long size, Hash root, Place place) throws AnchorageSetback {
        var identity = identity();
        try {
            var questions = new ProofQuestions(rpc, System::nanoTime);
            return new EvmProofs(questions, contract).of(identity, origin, size, root, place);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    @Override
    public AnchorageHealth health() {
        try {
            identity();
            var newest = chain.mustHave("latest");
            var time = Instant.ofEpochSecond(newest.seconds());
            return new AnchorageHealth.Good("block " + newest.place().height() + " of " + time + ", "
                    + Duration.between(time, Instant.now()).toSeconds() + " s ago; account " + account.address()
                    + " holds " + chain.balance(account.address()) + " wei");
        } catch (AnchorageSetback e) {
            return new AnchorageHealth.Bad(e.getMessage(), e.remedy());
        } catch (IOException e) {
            return new AnchorageHealth.Bad(describe(e), ASK_NODE);
        }
    }

    @Override
    public void close() {
        rpc.close();
    }

    private Finding findAsOf(Place newest, OriginId origin, long size, Hash root) throws IOException {
        var held = ContractCalls.rootAtAnswer(
                chain.view(contract, ContractCalls.rootAt(origin, size), newest.height()), size);
        if (held.isPresent()) {
            if (!held.get().root().equals(root))
                return new Finding.Conflict(held.get().root());
            long height = held.get().height();
            var block = hashAt(height).orElseThrow(() -> new IOException("the node does not have block " + height));
            return new Finding.Present(new Place(height, block), height <= finalHeight(newest.height()));
        }
        var largest = ContractCalls.newestAnswer(chain.view(contract, ContractCalls.newest(origin), newest.height()));
        if (largest.isEmpty()) return Finding.Absent.EMPTY;
        long largestSize = largest.get().size();
        return largestSize > size
                ? new Finding.Covered(largestSize, largest.get().root())
                : new Finding.Absent(largestSize, largest.get().root());
    }

    private Optional<Hash> hashAt(long height) throws IOException {
        return chain.block(Hex.quantity(height)).map(block -> block.place().block());
    }

    /// The highest block that cannot be taken back; −1 for none.
    private long finalHeight(long newest) throws IOException {
        if (config.confirmations().isPresent())
            return newest - config.confirmations().getAsInt();
        return chain.block("finalized").map(block -> block.place().height()).orElse(-1L);
    }

    private Preparation refusal(RpcError error, LodgeableHead head, int followed) throws AnchorageSetback, IOException {
        if (!error.isRevert()) throw new AnchorageSetback("the node refuses: " + error.getMessage(), ASK_NODE, error);
        var named = ContractCalls.refusal(error);
        if (named.isEmpty()) {
            throw new AnchorageSetback(
                    "the contract stopped for a reason it does not name: " + error.getMessage(), ASK_NODE, error);
        }
        var why = named.get();
        return switch (why) {
            case BAD_ORIGIN, BAD_SIZE, BROKEN_KEY, TOO_MANY_HAND_OVERS -> new Preparation.Refused(why.sentence);
            // The caller looked before and found it otherwise: the chain moved on, so it has to look again.
            case CONFLICT, NOT_CONSISTENT -> throw new AnchorageSetback(why.sentence, "none needed", error);
            case BAD_SIGNATURE, BAD_HAND_OVER -> {
                if (head.keyProof().isPresent() && followed(head.originId()) != followed) {
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

    private AnchorageSetback unreachable(IOException e) {
        return new AnchorageSetback("node " + config.nodeName() + ": " + describe(e), ASK_NODE, e);
    }

    private static String describe(IOException e) {
        @Nullable String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
