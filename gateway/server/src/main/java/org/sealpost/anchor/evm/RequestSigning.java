package org.sealpost.anchor.evm;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.merkle.Hash;

/// New requests: what a call would do, and the transaction that makes it, signed. Nothing is sent.
///
/// Belongs to one thread.
final class RequestSigning {
    private final Account account;
    private final Address contract;
    private final Fees fees;

    RequestSigning(Account account, Address contract, Fees fees) {
        this.account = account;
        this.contract = contract;
        this.fees = fees;
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
    static long enough(long gas, Chain.Block newest) {
        return Math.min(gas + gas / 4, newest.gasLimit());
    }

    SignedRequest signed(Transaction transaction) throws AnchorageSetback {
        byte[] raw = transaction.signed(account.sign(transaction.digest()));
        return new SignedRequest(Hash.of(Keccak.hash(raw)), OptionalLong.of(transaction.nonce()), raw);
    }

    /// What the contract's or the node's no to a call that was simulated is, where the contract does not name
    /// it.
    ///
    /// @return refused if no block has room for what the call needs
    /// @throws AnchorageSetback for any other reason, also if it may be that the account cannot pay
    Preparation unnamed(Node node, RpcError error) throws IOException, AnchorageSetback {
        String said = String.valueOf(error.getMessage());
        if (!error.isRevert() && NodeWords.isGasLimit(said)) {
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

    static Preparation noRoom(long gas, Chain.Block newest) {
        return noRoom("it needs " + gas + " gas", newest);
    }

    private static Preparation noRoom(String why, Chain.Block newest) {
        return new Preparation.Refused(
                "a block there has no room for it, it has " + newest.gasLimit() + " gas: " + why);
    }
}
