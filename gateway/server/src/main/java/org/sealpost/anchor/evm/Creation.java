package org.sealpost.anchor.evm;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.evidence.anchor.evm.ProofBroken;
import org.sealpost.lodging.Place;
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

    /// What nodes tell of it.
    sealed interface Told {
        /// It made the contract, in a block that cannot be taken back.
        record Made() implements Told {}

        /// It may be told yet: it is not final, or whoever may have it does not answer.
        record NotYet(AnchorageSetback why) implements Told {}

        /// None has it, or not any more.
        ///
        /// @param said by each of them, in words
        record Forgotten(String said) implements Told {}
    }

    /// @param kind which of our contracts it is to have made
    /// @throws AnchorageSetback if it carries other code than ours
    void requireOf(SealpostContract kind) throws AnchorageSetback {
        if (carriesOneOf(kind.creations())) return;
        throw wrong("the pin file's transaction carries other code than that of this release's " + kind.words());
    }

    /// In which block a node has it.
    ///
    /// @return empty where it does not have it, or not any more
    /// @throws AnchorageSetback if it made another contract, or none
    Optional<Place> by(Node node) throws IOException, AnchorageSetback {
        var made = node.chain().made(id());
        if (made.isPresent() && !made.get().contract().equals(Optional.of(contract))) {
            throw wrong("by node " + node.name() + " the pin file's transaction " + id() + " made "
                    + made.get().contract().map(other -> "the one at " + other).orElse("none"));
        }
        return made.map(Chain.Made::place);
    }

    /// Of one that nobody tells of.
    ///
    /// @param said by each node, in words
    AnchorageSetback forgotten(SealpostContract kind, String said) {
        return new AnchorageSetback(
                "nobody tells of transaction " + id() + ", by which the " + kind.words()
                        + " was made, so nobody knows what else it did: " + said,
                "name a node that keeps old transactions; else deploy another contract, with a pin file of its own");
    }

    /// How it was made, in words for people.
    String words(Told told) {
        var transaction = "transaction " + id();
        return switch (told) {
            case Told.Made() -> "made in " + transaction + " by this release's code";
            case Told.NotYet(var why) -> "how it was made is not known yet: " + why.getMessage();
            case Told.Forgotten(var said) ->
                "its nodes do not tell of " + transaction + ", by which it was made: " + said;
        };
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
