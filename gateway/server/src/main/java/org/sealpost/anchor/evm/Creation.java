package org.sealpost.anchor.evm;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.evidence.anchor.evm.ProofBroken;
import org.sealpost.merkle.Hash;

/// The transaction that made a contract, as a pin file has it.
///
/// The code at an address tells what runs since, and not what ran before: whoever made it may have done so with code
/// of their own, which lodged heads without any rule, filled the storage, and left our code behind.
///
/// @param contract    where the contract lies
/// @param transaction raw
public record Creation(Address contract, byte[] transaction) {
    /// The transaction's hash.
    public Hash id() {
        return Hash.of(Keccak.hash(transaction));
    }

    /// Whether it carries the code that makes this release's contract for heads, and nothing else.
    public boolean isOfHeads() {
        return carriesOneOf(new SealpostContract.Heads().creations());
    }

    boolean carriesOneOf(List<byte[]> creations) {
        try {
            byte[] carried = Transaction.creationInput(transaction);
            return creations.stream().anyMatch(known -> Arrays.equals(known, carried));
        } catch (ProofBroken | IllegalArgumentException e) {
            return false;
        }
    }

    /// That a node tells that it made the contract, and that it carries our code.
    ///
    /// @param kind which of our contracts it is to have made
    /// @return false where the node does not have it, or not any more
    /// @throws AnchorageSetback if the contract was made otherwise
    boolean look(Node node, SealpostContract kind) throws AnchorageSetback {
        if (!carriesOneOf(kind.creations())) {
            throw wrong("the pin file's transaction carries other code than that of this release's " + kind.words());
        }
        Optional<Chain.Made> made;
        try {
            made = node.chain().made(id());
        } catch (IOException e) {
            throw node.unreachable(e);
        }
        if (made.isEmpty()) return false;
        if (!made.get().contract().equals(Optional.of(contract))) {
            throw wrong("by node " + node.name() + " the pin file's transaction " + id() + " made "
                    + made.get().contract().map(other -> "the one at " + other).orElse("none"));
        }
        return true;
    }

    /// Before anything is sent to a contract that was not known before.
    void require(Node node, SealpostContract kind) throws AnchorageSetback {
        if (look(node, kind)) return;
        throw new AnchorageSetback(
                "node " + node.name() + " does not have transaction " + id() + ", by which the " + kind.words()
                        + " was made, so nobody knows what else it did",
                "name a node that keeps old transactions; else deploy another contract, with a pin file of its own");
    }

    /// How it was made, in words for people.
    ///
    /// @throws AnchorageSetback if by something else than this release's code, or the node is away
    String told(Node node, SealpostContract kind) throws AnchorageSetback {
        var transaction = "transaction " + id();
        return look(node, kind)
                ? "made in " + transaction + " by this release's code"
                : "its node does not keep " + transaction + " any more, by which it was made";
    }

    private AnchorageSetback wrong(String why) {
        return new AnchorageSetback(
                        "nobody knows what made the contract at " + contract + ": " + why,
                        "take the pin file from who deployed the contract, or deploy another one; whatever this one"
                                + " holds may have been put there without any rule")
                .untilSomebodyActs();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Creation that
                && contract.equals(that.contract)
                && Arrays.equals(transaction, that.transaction);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(transaction);
    }
}
