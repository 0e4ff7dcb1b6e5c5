package org.sealpost.anchor.evm;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.AnchorageStanding;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.Beginning;
import org.sealpost.anchor.Capabilities;
import org.sealpost.anchor.FinalHead;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.Refusals;
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
/// can take it back. Nothing that decides is remembered here between calls, but for the block when a nonce was
/// first seen used, which is looked for again, so a chain that was rolled back or replaced is seen as what it
/// is now. Which of several nodes is asked is chosen anew whenever it is asked for who it is.
public final class EvmLedger implements Anchorage {
    private static final SealpostContract KIND = new SealpostContract.Heads();

    private final EvmConfig config;
    private final ContractAccess access;
    private final Optional<Creation> creation;
    private final Predicate<AnchorIdentity> goesOn;

    private EvmLedger(
            EvmConfig config,
            Address contract,
            Optional<Creation> creation,
            Predicate<AnchorIdentity> goesOn,
            Account account) {
        this.config = config;
        this.creation = creation;
        this.goesOn = goesOn;
        this.access = new ContractAccess(config, new SealpostContract.At(contract, KIND), account);
    }

    /// Does not contact any node.
    ///
    /// @param accountKey secp256k1; the account needs funds where the chain asks a price for gas
    /// @throws IllegalArgumentException if the key is of another kind
    public static EvmLedger open(EvmConfig config, Address contract, SigningKey accountKey) {
        return new EvmLedger(config, contract, Optional.empty(), _ -> false, new Account(accountKey));
    }

    /// The same, where it is known what made the contract, so that [#beginning] can be asked.
    ///
    /// @param goesOn whether this box has sent to it before, also for another log: nodes forget old transactions;
    ///     may read disks
    public static EvmLedger open(
            EvmConfig config, Creation contract, Predicate<AnchorIdentity> goesOn, SigningKey accountKey) {
        return new EvmLedger(config, contract.contract(), Optional.of(contract), goesOn, new Account(accountKey));
    }

    /// The account that a key of the token stands for, so that somebody can fund it.
    public static Address accountOf(SigningKey accountKey) {
        return new Account(accountKey).address();
    }

    @Override
    public AnchorIdentity.Evm identity() throws AnchorageSetback {
        return access.identity(Optional.empty());
    }

    @Override
    public AnchorIdentity identity(Optional<AnchorIdentity> expected) throws AnchorageSetback {
        return access.identity(expected);
    }

    /// How the contract was made: our code at its address does not tell what put it there.
    @Override
    public Beginning beginning(AnchorIdentity identity) throws AnchorageSetback {
        if (creation.isEmpty()) return new Beginning.Known();
        var transaction = creation.get();
        return switch (access.made(transaction, KIND)) {
            case Creation.Told.Made() -> new Beginning.Known();
            case Creation.Told.NotYet(var why) -> throw why;
            case Creation.Told.Forgotten(var said) -> {
                if (goesOn.test(identity)) yield new Beginning.Known();
                var why = transaction.forgotten(KIND, said);
                yield new Beginning.Unknown(String.valueOf(why.getMessage()), why.remedy());
            }
        };
    }

    /// How the contract was made, in words for people.
    ///
    /// @throws AnchorageSetback if by something else than this release's code
    public String creation() throws AnchorageSetback {
        if (creation.isEmpty()) return "how it was made is not known";
        return creation.get().words(access.made(creation.get(), KIND));
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(access.finality(), true, false, Optional.of(config.stuckAfter()), false);
    }

    @Override
    public Preparation prepare(LodgeableHead head, long base, List<Hash> proof) throws AnchorageSetback {
        var node = access.used();
        var chain = node.chain();
        try {
            int followed = head.keyProof().isEmpty() ? 0 : followed(chain, head.originId());
            var hops = head.keyProof().map(keys -> keys.beyond(followed)).orElse(KeyProof.Hops.NONE);
            int count = hops.steps().size();
            if (count > LodgingRules.MAX_HOPS) {
                return new Preparation.TooManyHandOvers(count, LodgingRules.MAX_HOPS);
            }
            byte[] input = ContractCalls.lodge(ContractCalls.Lodging.of(head, proof, hops));
            if (input.length > ContractAccess.MAX_INPUT) {
                return Preparation.noRoom(count, input.length, ContractAccess.MAX_INPUT);
            }
            long gas;
            try {
                gas = access.simulate(node, input);
            } catch (RpcError e) {
                return refusal(node, e, head, followed);
            }
            return access.request(node, input, gas, List.of());
        } catch (IOException e) {
            throw access.failed(node, e);
        }
    }

    /// What the request carries is in its own bytes: the same goes again, at the same nonce.
    @Override
    public Preparation replace(SignedRequest stuck) throws AnchorageSetback {
        return access.replace(stuck);
    }

    /// How many hand-overs of an origin the contract knows.
    private int followed(Chain chain, OriginId origin) throws IOException {
        long newest = chain.mustHave("latest").place().height();
        return ContractCalls.hopsAnswer(chain.view(access.contract(), ContractCalls.hops(origin), newest));
    }

    @Override
    public SubmitOutcome submit(SignedRequest request) {
        return access.submit(request);
    }

    /// That there is another root, or a larger head, ends something for good. So it is told only once it cannot
    /// be taken back, and where there are several nodes, a second one says so, too.
    @Override
    public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
        return sure(
                access.asOfNewest(
                        (chain, newest, finalHeight) -> findAsOf(chain, newest, finalHeight, origin, size, root)),
                origin,
                size);
    }

    /// A node that was restored, or cut off, has not heard of what is final; and one that lies would have all
    /// final heads struck out. So of several nodes a second one says the same.
    @Override
    public Finding findFinal(OriginId origin, FinalHead head) throws AnchorageSetback {
        long size = head.size();
        var was = head.place();
        var told = access.asOfNewest((chain, newest, finalHeight) -> {
            access.requireCome(newest.height(), was.height(), "the head of " + size + " entries was final");
            return new Later(findAsOf(chain, newest, finalHeight, origin, size, head.root()), newest.height());
        });
        switch (told.said.finding) {
            case Finding.Absent _ -> {
                // Where all were rolled back to before it, none comes so far.
                long far = Math.min(told.newest, was.height());
                access.requireSaidByAnother("the head of " + size + " entries is not there any more", chain -> {
                    var behind = behind(chain, far);
                    return behind.isPresent() ? behind : otherwise(chain, origin, size, Optional.empty());
                });
            }
            case Finding.Present(var place, var _)
            when !place.equals(was) ->
                access.requireSaidByAnother(
                        "the head of " + size + " entries is in block " + place.height() + " (" + place.block()
                                + ") now, and not in " + was.height() + " (" + was.block() + ")",
                        chain -> elsewhere(chain, origin, size, head.root(), place));
            case Finding.Present _, Finding.Covered _, Finding.Conflict _ -> {}
        }
        return sure(told.said, origin, size);
    }

    /// @param newest the height as of which it was said
    private record Later(Told said, long newest) {}

    private static Optional<String> behind(Chain chain, long height) throws IOException {
        long newest = chain.mustHave("latest").place().height();
        return newest >= height ? Optional.empty() : Optional.of("has not come so far: it has block " + newest);
    }

    private Optional<String> elsewhere(Chain chain, OriginId origin, long size, Hash root, Place place)
            throws IOException {
        long newest = chain.mustHave("latest").place().height();
        var held = rootAt(chain, origin, size, newest);
        if (held.isEmpty() || !held.get().root().equals(root)) return otherwise(chain, origin, size, Optional.of(root));
        var there = chain.placeAt(held.get().height());
        return there.equals(place)
                ? Optional.empty()
                : Optional.of("has it in block " + there.height() + " (" + there.block() + ")");
    }

    private Finding sure(Told told, OriginId origin, long size) throws AnchorageSetback {
        if (told.finding instanceof Finding.Present(var place, var isFinal) && isFinal) {
            return new Finding.Present(place, access.isConfirmed(place));
        }
        access.noDoubt();
        switch (told.finding) {
            case Finding.Conflict(var other) -> {
                String said = "the contract holds another root for " + size + " entries, " + other;
                requireSure(told, said, chain -> otherwise(chain, origin, size, Optional.of(other)));
            }
            case Finding.Covered(var larger, var its) -> {
                String said = "the contract holds a head of " + larger + " entries, and none of " + size;
                requireSure(told, said, chain -> {
                    var without = otherwise(chain, origin, size, Optional.empty());
                    return without.isPresent() ? without : otherwise(chain, origin, larger, Optional.of(its));
                });
            }
            case Finding.Present _, Finding.Absent _ -> {}
        }
        return told.finding;
    }

    private void requireSure(Told told, String said, Endpoints.Said what) throws AnchorageSetback {
        try {
            access.requireFinal(told.height, told.finalHeight, said);
            access.requireSaidByAnother(said, what);
            access.confirmed();
        } catch (AnchorageSetback e) {
            var weighed = access.weighed(e, told.height, what);
            boolean isOfOther = weighed.speaksAgainstTheLog() && told.finding instanceof Finding.Conflict;
            throw isOfOther ? weighed.ofAnotherRoot() : weighed;
        }
    }

    /// @param height where the head was lodged that it is about, by which it is final or not
    private record Told(Finding finding, long height, long finalHeight) {}

    /// @param root empty for none
    /// @return what the contract holds for the size by this node's newest block, in words; empty if this root
    private Optional<String> otherwise(Chain chain, OriginId origin, long size, Optional<Hash> root)
            throws IOException {
        long newest = chain.mustHave("latest").place().height();
        var held = rootAt(chain, origin, size, newest).map(ContractCalls.Held::root);
        return held.equals(root)
                ? Optional.empty()
                : Optional.of("has " + held.map(Hash::toString).orElse("nothing") + " for " + size + " entries");
    }

    /// One request is signed at a time.
    @Override
    public RequestState status(SignedRequest request) throws AnchorageSetback {
        return access.status(request, request.nonce().orElseThrow());
    }

    @Override
    public Optional<AnchorProof> proof(OriginId origin, long size, Hash root, Place place) throws AnchorageSetback {
        var identity = identity();
        var node = access.used();
        try {
            var questions = new ProofQuestions(node.rpc(), System::nanoTime);
            return new EvmProofs(questions, access.contract()).of(identity, origin, size, root, place);
        } catch (IOException e) {
            throw access.failed(node, e);
        }
    }

    @Override
    public Optional<Trouble> delay() {
        return access.delay();
    }

    @Override
    public Optional<AnchorageStanding> standing() {
        return access.standing();
    }

    @Override
    public AnchorageHealth health() {
        return access.health();
    }

    /// How each of the chain's nodes is, for people. Any thread; takes as long as the slowest of them: a
    /// deadline where one is silent, and eight at most where each of its answers is only just in time.
    ///
    /// @param known who the chain was when it was reached first; empty if it never was
    public List<NodeReport> nodes(Optional<AnchorIdentity> known) {
        return access.nodes(known);
    }

    @Override
    public void close() {
        access.close();
    }

    private Told findAsOf(Chain chain, Place newest, long finalHeight, OriginId origin, long size, Hash root)
            throws IOException {
        var held = rootAt(chain, origin, size, newest.height());
        if (held.isPresent()) {
            long height = held.get().height();
            Finding finding = held.get().root().equals(root)
                    ? new Finding.Present(chain.placeAt(height), height <= finalHeight)
                    : new Finding.Conflict(held.get().root());
            return new Told(finding, height, finalHeight);
        }
        var largest = ContractCalls.newestAnswer(newest(chain, origin, newest.height()));
        if (largest.isEmpty()) return new Told(Finding.Absent.EMPTY, 0, finalHeight);
        long largestSize = largest.get().size();
        Finding finding = largestSize > size
                ? new Finding.Covered(largestSize, largest.get().root())
                : new Finding.Absent(largestSize, largest.get().root());
        return new Told(finding, largest.get().height(), finalHeight);
    }

    private Optional<ContractCalls.Held> rootAt(Chain chain, OriginId origin, long size, long height)
            throws IOException {
        return ContractCalls.rootAtAnswer(
                chain.view(access.contract(), ContractCalls.rootAt(origin, size), height), size);
    }

    private byte[] newest(Chain chain, OriginId origin, long height) throws IOException {
        return chain.view(access.contract(), ContractCalls.newest(origin), height);
    }

    private Preparation refusal(Node node, RpcError error, LodgeableHead head, int followed)
            throws AnchorageSetback, IOException {
        var named = error.isRevert() ? ContractCalls.refusal(error) : Optional.<LodgingRules.Refusal>empty();
        if (named.isEmpty()) return access.unnamed(node, error);
        return Refusals.of(named.get(), head, followed, () -> followed(node.chain(), head.originId()), error);
    }
}
