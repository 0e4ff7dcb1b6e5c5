package org.sealpost.anchor.evm;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.AnchorageStanding;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Place;

/// One account's way to one contract, by the nodes of its chain: whatever is called there, it makes the
/// request, sends it, and tells what became of it. Each step is a part of its own, which says more of it.
///
/// Belongs to one thread, but for [#health], [#nodes], [#delay] and [#standing].
final class ContractAccess implements AutoCloseable {
    /// What a call may have, beside the rest of a transaction.
    static final int MAX_INPUT = SignedRequest.MAX_SIZE - 512;

    private final Account account;
    private final Address contract;
    private final Duration stuckAfter;
    private final Finality finality;
    private final Endpoints endpoints;
    private final Standstill standstill;
    private final CreationCheck creationCheck;
    private final ContractReading reading;
    private final SecondWord secondWord;
    private final RequestSigning signing;
    private final RequestSending sending;
    private final RequestReplacing replacing;
    private final RequestLanding landing;
    private final NodeHealth nodeHealth;

    ContractAccess(EvmConfig config, SealpostContract.At contract, Account account) {
        var fees = new Fees(config.maxFee());
        this.account = account;
        this.contract = contract.address();
        this.stuckAfter = config.stuckAfter();
        this.finality = new Finality(config.confirmations());
        this.endpoints = new Endpoints(config, Optional.of(contract), System::nanoTime);
        this.standstill = new Standstill(config.stalledAfter(), InstantSource.system(), System::nanoTime);
        this.creationCheck = new CreationCheck(endpoints, finality);
        this.reading = new ContractReading(endpoints, finality);
        this.secondWord = new SecondWord(endpoints, config.stalledAfter());
        this.signing = new RequestSigning(account, this.contract, fees);
        this.sending = new RequestSending(endpoints, stuckAfter);
        this.replacing = new RequestReplacing(endpoints, standstill, account, this.contract, fees, signing, sending);
        this.landing = new RequestLanding(endpoints, finality, account.address());
        this.nodeHealth = new NodeHealth(endpoints, finality, account.address(), config.stalledAfter());
    }

    Account account() {
        return account;
    }

    Address contract() {
        return contract;
    }

    /// When something is final, in words for people.
    String finality() {
        return finality.words();
    }

    Duration stuckAfter() {
        return stuckAfter;
    }

    // --- the nodes

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

    /// Goes on only if the node has come to a block in which something was final, or is believed that there is
    /// no such block.
    void requireCome(long newest, long height, String what) throws AnchorageSetback {
        endpoints.requireCome(endpoints.used(), newest, height, what);
    }

    /// Asks each of the other nodes, as far as it answers.
    void others(Endpoints.Asked what) {
        endpoints.others(what);
    }

    /// The setback that this is, and the node is not asked again at once.
    AnchorageSetback failed(Node node, IOException e) {
        return endpoints.failed(node, e);
    }

    // --- what the contract says, and how sure that is

    /// How the contract was made, by all nodes that are right.
    ///
    /// @throws AnchorageSetback if it was made otherwise
    Creation.Told made(Creation creation, SealpostContract kind) throws AnchorageSetback {
        return creationCheck.made(creation, kind);
    }

    <A> A asOfNewest(ContractReading.Question<A> question) throws AnchorageSetback {
        return reading.asOfNewest(question);
    }

    <A> A asOfNewest(Function<Place, Optional<A>> known, ContractReading.Question<A> question) throws AnchorageSetback {
        return reading.asOfNewest(known, question);
    }

    boolean isConfirmed(Place place) throws AnchorageSetback {
        return secondWord.isConfirmed(place);
    }

    void noDoubt() {
        secondWord.noDoubt();
    }

    void requireFinal(long height, long finalHeight, String said) throws AnchorageSetback {
        secondWord.requireFinal(height, finalHeight, said);
    }

    void requireSaidByAnother(String said, Endpoints.Said what) throws AnchorageSetback {
        secondWord.requireSaidByAnother(said, what);
    }

    AnchorageSetback weighed(AnchorageSetback unconfirmed, long height, Endpoints.Said what) throws AnchorageSetback {
        return secondWord.weighed(unconfirmed, height, what);
    }

    void confirmed() throws AnchorageSetback {
        secondWord.confirmed();
    }

    // --- requests

    long simulate(Node node, byte[] input) throws IOException {
        return signing.simulate(node, input);
    }

    long simulateAsOfNewest(Node node, byte[] input) throws IOException {
        return signing.simulateAsOfNewest(node, input);
    }

    Chain.Terms terms(Node node) throws IOException {
        return signing.terms(node);
    }

    Chain.Terms terms(Node node, byte[] input, long gas) throws IOException {
        return signing.terms(node, input, gas);
    }

    Preparation request(Node node, byte[] input, long gas, List<Long> taken) throws IOException, AnchorageSetback {
        return signing.request(node, input, gas, taken);
    }

    Preparation request(Node node, Chain.Terms terms, byte[] input, long gas, List<Long> taken)
            throws IOException, AnchorageSetback {
        return signing.request(node, terms, input, gas, taken);
    }

    Preparation unnamed(Node node, RpcError error) throws IOException, AnchorageSetback {
        return signing.unnamed(node, error);
    }

    SubmitOutcome submit(SignedRequest request) {
        return sending.submit(request);
    }

    Preparation replace(SignedRequest stuck) throws AnchorageSetback {
        return replacing.replace(stuck);
    }

    Preparation replace(Node node, SignedRequest stuck, byte[] input, long gas) throws IOException, AnchorageSetback {
        return replacing.replace(node, stuck, input, gas);
    }

    Preparation useUp(Node node, SignedRequest stuck) throws IOException, AnchorageSetback {
        return replacing.useUp(node, stuck);
    }

    /// @param lowest nonce of all requests of the account that may still land
    RequestState status(SignedRequest request, long lowest) throws AnchorageSetback {
        return landing.status(request, lowest);
    }

    // --- how it is

    /// What keeps what is under way waiting. Any thread.
    Optional<Trouble> delay() {
        return secondWord.delay().or(standstill::trouble);
    }

    /// By the last answer of the node that is used. Any thread.
    Optional<AnchorageStanding> standing() {
        return reading.standing();
    }

    /// Of the node that would be used; what is wrong with the others, [#nodes] tells. Any thread.
    AnchorageHealth health() {
        return nodeHealth.health();
    }

    /// Any thread.
    List<NodeReport> nodes(Optional<AnchorIdentity> known) {
        return nodeHealth.nodes(known);
    }

    @Override
    public void close() {
        endpoints.close();
    }
}
