package org.sealpost.anchor.evm;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.AnchorageStanding;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.PublicationCapabilities;
import org.sealpost.anchor.PublicationLedger;
import org.sealpost.anchor.Refusals;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.hsm.SigningKey;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.lodging.PublicationRules.Refusal;
import org.sealpost.lodging.SignedPublication;
import org.sealpost.merkle.Hash;

/// The contract `SealpostPublications` on an EVM chain, beside the one for heads.
///
/// As with heads, what the contract says as of a certain block decides, and nothing that decides is remembered here
/// between calls, but what it said as of the block that still is the newest.
public final class EvmPublications implements PublicationLedger {
    /// What a request has room for beside the call's other items, of which the origin may have 128 bytes.
    public static final int MAX_CONTENT = ContractAccess.MAX_INPUT - 640;

    private final ContractAccess access;
    private final SealpostContract kind;
    private final Optional<Creation> creation;
    private final Predicate<AnchorIdentity> goesOn;
    private final EnoughGas enoughGas = new EnoughGas();
    private Optional<NumbersHeld> numbers = Optional.empty();

    private EvmPublications(
            EvmConfig config,
            SealpostContract.At contract,
            Optional<Creation> creation,
            Predicate<AnchorIdentity> goesOn,
            Account account) {
        this.access = new ContractAccess(config, contract, account);
        this.kind = contract.contract();
        this.creation = creation;
        this.goesOn = goesOn;
    }

    /// Does not contact any node.
    ///
    /// @param heads      the contract for heads of the same anchorage
    /// @param contract   the one for publications
    /// @param accountKey secp256k1, of an account that sends nothing else; it needs funds where gas has a price
    /// @throws IllegalArgumentException if the key is of another kind
    public static EvmPublications open(EvmConfig config, Address heads, Address contract, SigningKey accountKey) {
        return new EvmPublications(config, at(heads, contract), Optional.empty(), _ -> false, new Account(accountKey));
    }

    /// The same, where it is known what made the contract: where it is reached for the first time, that is looked at,
    /// too, before anything is sent. Later it is not: nodes forget old transactions.
    ///
    /// @param goesOn whether this box published there before, for this log or for one that it goes on from; asked
    ///     where nobody tells how the contract was made
    public static EvmPublications open(
            EvmConfig config,
            Address heads,
            Creation contract,
            Predicate<AnchorIdentity> goesOn,
            SigningKey accountKey) {
        return new EvmPublications(
                config, at(heads, contract.contract()), Optional.of(contract), goesOn, new Account(accountKey));
    }

    private static SealpostContract.At at(Address heads, Address contract) {
        return new SealpostContract.At(contract, new SealpostContract.Publications(heads));
    }

    @Override
    public AnchorIdentity.Evm identity() throws AnchorageSetback {
        return access.identity(Optional.empty());
    }

    @Override
    public AnchorIdentity.Evm identity(Optional<AnchorIdentity> expected) throws AnchorageSetback {
        var found = access.identity(expected);
        if (expected.isEmpty() && creation.isPresent()) requireMade(creation.get(), found);
        return found;
    }

    private void requireMade(Creation transaction, AnchorIdentity found) throws AnchorageSetback {
        switch (access.made(transaction, kind)) {
            case Creation.Told.Made() -> {}
            case Creation.Told.NotYet(var why) -> throw why;
            case Creation.Told.Forgotten(var said) -> {
                if (!goesOn.test(found)) throw transaction.forgotten(kind, said);
            }
        }
    }

    /// How the contract was made, in words for people.
    ///
    /// @throws AnchorageSetback if by something else than this release's code, or the node is away
    public String creation() throws AnchorageSetback {
        if (creation.isEmpty()) return "how it was made is not known";
        return creation.get().words(access.made(creation.get(), kind));
    }

    @Override
    public PublicationCapabilities capabilities() {
        return new PublicationCapabilities(access.finality(), MAX_CONTENT, Publication.MAX_COUNT, false, false);
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
    public Preparation prepare(SignedPublication publication, Lane lane) throws AnchorageSetback {
        if (publication.publication().content().length > MAX_CONTENT) {
            return new Preparation.Refused("a publication there has room for " + MAX_CONTENT + " bytes of content");
        }
        byte[] input = PublicationCalls.publish(PublicationCalls.Offer.of(publication));
        var node = access.used();
        try {
            var tried = tried(publication.publication(), node, input, lane);
            return tried.isPresent() ? tried.get() : searched(publication.publication(), node, input, lane);
        } catch (IOException e) {
            throw access.failed(node, e);
        }
    }

    /// With as much gas as was enough for another one.
    ///
    /// @return empty if that is not known, or this one needs more, or is refused
    private Optional<Preparation> tried(Publication publication, Node node, byte[] input, Lane lane)
            throws IOException, AnchorageSetback {
        var gas = enoughGas.known(publication);
        if (gas.isEmpty()) return Optional.empty();
        if (enoughGas.isAsGoodAsTried(publication)) {
            var untried = access.terms(node);
            if (enoughGas.wasTriedAt(untried.newest().place())) {
                return Optional.of(
                        made(publication, access.request(node, untried, input, gas.getAsLong(), lane.nonces())));
            }
        }
        var terms = access.terms(node, input, EnoughGas.tried(gas.getAsLong()));
        try {
            terms.requireTried();
        } catch (RpcError _) {
            return Optional.empty(); // the search tells which
        }
        enoughGas.rememberTrial(publication, terms.newest().place());
        return Optional.of(made(publication, access.request(node, terms, input, gas.getAsLong(), lane.nonces())));
    }

    private Preparation searched(Publication publication, Node node, byte[] input, Lane lane)
            throws IOException, AnchorageSetback {
        long gas;
        try {
            gas = access.simulate(node, input);
        } catch (RpcError e) {
            return refusal(node, e);
        }
        enoughGas.remember(publication, gas);
        return made(publication, access.request(node, input, gas, lane.nonces()));
    }

    private Preparation made(Publication publication, Preparation made) {
        if (made instanceof Preparation.Ready) enoughGas.rememberRequest(publication);
        if (made instanceof Preparation.Refused) enoughGas.forget(publication);
        return made;
    }

    /// Whether something else has the number, so that whatever is called under it has no effect.
    private static boolean isTaken(RpcError error) {
        return error.isRevert() && PublicationCalls.refusal(error).equals(Optional.of(Refusal.CONFLICT));
    }

    private Preparation refusal(Node node, RpcError error) throws AnchorageSetback, IOException {
        var named = error.isRevert() ? PublicationCalls.refusal(error) : Optional.<Refusal>empty();
        if (named.isEmpty()) return access.unnamed(node, error);
        return Refusals.of(named.get(), error);
    }

    /// What the request carries is in its own bytes: the same goes again, at the same nonce.
    @Override
    public Preparation replace(SignedRequest stuck) throws AnchorageSetback {
        return access.replace(stuck);
    }

    @Override
    public Preparation replace(SignedRequest stuck, SignedPublication other) throws AnchorageSetback {
        byte[] input = PublicationCalls.publish(PublicationCalls.Offer.of(other));
        var node = access.used();
        try {
            long gas;
            try {
                gas = access.simulateAsOfNewest(node, input);
            } catch (RpcError e) {
                return isTaken(e) ? access.useUp(node, stuck) : refusal(node, e);
            }
            return access.replace(node, stuck, input, gas);
        } catch (IOException e) {
            throw access.failed(node, e);
        }
    }

    @Override
    public Optional<Duration> stuckAfter() {
        return Optional.of(access.stuckAfter());
    }

    @Override
    public SubmitOutcome submit(SignedRequest request) {
        return access.submit(request);
    }

    @Override
    public PublicationFinding find(OriginId origin, long number, Hash digest) throws AnchorageSetback {
        return findAll(origin, Map.of(number, digest)).of(number, digest).orElseThrow();
    }

    @Override
    public boolean isHeldForGood(OriginId origin, long number, Hash digest) throws AnchorageSetback {
        var told = told(origin, Set.of(number));
        var held = told.held(number).filter(found -> found.digest().equals(digest));
        if (held.isEmpty()) return false;
        String said = "the contract holds another publication under number " + number + ", " + digest;
        access.requireFinal(held.get().height(), told.finalHeight(), said);
        access.requireSaidByAnother(said, chain -> otherwise(chain, origin, number, digest));
        return true;
    }

    /// @return what the contract holds under the number by this node's newest block, in words; empty if this digest
    private Optional<String> otherwise(Chain chain, OriginId origin, long number, Hash digest) throws IOException {
        long newest = chain.mustHave("latest").place().height();
        byte[] answer = chain.view(access.contract(), PublicationCalls.publicationAt(origin, number), newest);
        var held = PublicationCalls.publicationAtAnswer(answer).map(PublicationCalls.Held::digest);
        return held.equals(Optional.of(digest))
                ? Optional.empty()
                : Optional.of("has " + held.map(Hash::toString).orElse("nothing") + " under number " + number);
    }

    private NumbersHeld told(OriginId origin, Set<Long> asked) throws AnchorageSetback {
        var told = access.<NumbersHeld>asOfNewest(
                newest -> numbers.filter(known -> known.tells(newest, origin, asked)),
                (chain, newest, finalHeight) ->
                        NumbersHeld.ask(numbers, chain, access, newest, finalHeight, origin, asked));
        numbers = Optional.of(told);
        return told;
    }

    @Override
    public Findings findAll(OriginId origin, Map<Long, Hash> digests) throws AnchorageSetback {
        var told = told(origin, digests.keySet());
        var findings = new HashMap<Long, PublicationFinding>();
        var confirmed = new HashMap<Place, Boolean>();
        for (var each : digests.entrySet()) {
            var finding = told.finding(each.getKey(), each.getValue());
            if (finding instanceof PublicationFinding.Present(var place, var isFinal) && isFinal) {
                if (!confirmed.containsKey(place)) confirmed.put(place, access.isConfirmed(place));
                finding = new PublicationFinding.Present(place, Boolean.TRUE.equals(confirmed.get(place)));
            }
            findings.put(each.getKey(), finding);
        }
        return new Findings(digests, findings, told.spentBelow());
    }

    /// What one of several nodes has lost, and another one holds, is there.
    @Override
    public Unused unused(OriginId origin, Set<Long> numbers) throws AnchorageSetback {
        var asked = List.copyOf(numbers);
        var said = access.<Unused>asOfNewest((chain, newest, _) -> {
            var unused = unused(chain, newest.height(), origin, asked);
            // Who is asked whether it is behind, or was rolled back, tells how far it has come.
            var time =
                    unused.isEmpty() ? Instant.EPOCH : Standstill.time(chain.mustHave(Hex.quantity(newest.height())));
            return new Unused(unused, newest.height(), time);
        });
        if (said.numbers().isEmpty()) return said;
        var unused = new HashSet<>(said.numbers());
        access.others(chain -> {
            long newest = chain.mustHave("latest").place().height();
            if (!unused.isEmpty()) unused.retainAll(unused(chain, newest, origin, List.copyOf(unused)));
        });
        return new Unused(unused, said.height(), said.time());
    }

    private Set<Long> unused(Chain chain, long height, OriginId origin, List<Long> asked) throws IOException {
        var questions = asked.stream()
                .map(number -> PublicationCalls.publicationAt(origin, number))
                .toList();
        var answers = chain.views(
                        access.contract(), questions, height, access.account().address(), -1)
                .answers();
        var unused = new HashSet<Long>();
        for (int i = 0; i < asked.size(); i++) {
            if (PublicationCalls.publicationAtAnswer(answers.get(i)).isEmpty()) unused.add(asked.get(i));
        }
        return unused;
    }

    @Override
    public RequestState status(SignedRequest request, Lane lane) throws AnchorageSetback {
        long nonce = request.nonce().orElseThrow();
        return access.status(
                request,
                lane.nonces().isEmpty() ? nonce : Math.min(nonce, lane.nonces().getFirst()));
    }

    /// Numbers begin behind it for good, so where there are several nodes a second one says so, too.
    @Override
    public long last(OriginId origin) throws AnchorageSetback {
        long last = access.asOfNewest((chain, newest, _) -> last(chain, newest.height(), origin));
        String said = "the last publication of this log that the contract holds has number " + last;
        access.requireSaidByAnother(said, chain -> {
            long other = last(chain, chain.mustHave("latest").place().height(), origin);
            return other == last ? Optional.empty() : Optional.of("says " + other);
        });
        return last;
    }

    private long last(Chain chain, long height, OriginId origin) throws IOException {
        return PublicationCalls.lastPublicationAnswer(
                chain.view(access.contract(), PublicationCalls.lastPublication(origin), height));
    }

    @Override
    public Optional<PublishedCommitment> publishedAt(OriginId origin, Hash commitment) throws AnchorageSetback {
        return access.asOfNewest((chain, newest, finalHeight) -> {
            byte[] answer =
                    chain.view(access.contract(), PublicationCalls.publishedAt(origin, commitment), newest.height());
            var spot = PublicationCalls.publishedAtAnswer(answer);
            if (spot.isEmpty()) return Optional.empty();
            var place = chain.placeAt(spot.get().height());
            boolean isFinal = place.height() <= finalHeight;
            return Optional.of(
                    new PublishedCommitment(spot.get().number(), spot.get().position(), place, isFinal));
        });
    }

    @Override
    public AnchorageHealth health() {
        return access.health();
    }

    @Override
    public void close() {
        access.close();
    }
}
