package org.sealpost.evidence.anchor.fabric;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.FabricTrust;
import org.sealpost.evidence.Printable;
import org.sealpost.evidence.SharedParts;
import org.sealpost.evidence.SignatureBudget;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;

/// What a proof shows of a head on a channel of Hyperledger Fabric (docs/formats.md §23).
///
/// Orderers sign blocks, and nobody signs which of their transactions counted. So it is proved by peers of the
/// organisations that the reader trusts: they sign that the chaincode holds the head, and which transaction
/// wrote it, and only one that counted writes. The block tells where in the channel that is.
public final class FabricProof {
    private static final String ONLY_ORDERED = "ordered, its validity is nobody's signature: ";

    private final ProofItem item;
    private final AnchorIdentity.Fabric channel;
    private final HeadState head;
    private final Optional<FabricTrust> trusted;
    private final ShownChannels shown;
    private final List<String> steps = new ArrayList<>();

    private FabricProof(
            ProofItem item,
            AnchorIdentity.Fabric channel,
            HeadState head,
            Optional<FabricTrust> trusted,
            ShownChannels shown) {
        this.item = item;
        this.channel = channel;
        this.head = head;
        this.trusted = trusted;
        this.shown = shown;
    }

    /// What a proof that stands alone shows of a head.
    public static AnchorProofFinding check(
            byte[] proof,
            SharedParts shared,
            AnchorIdentity.Fabric channel,
            Hash originId,
            long size,
            Hash root,
            Optional<FabricTrust> trusted) {
        var shown = new ShownChannels(new SignatureBudget());
        return check(proof, shared, channel, originId, size, root, trusted, shown);
    }

    /// Never throws for bytes of whatever kind, and tells no time: nobody signs one.
    ///
    /// @param proof    of any bytes and length; never changed
    /// @param shared   has the config blocks that the proof names
    /// @param originId see [org.sealpost.evidence.AnchorClaim#originId]
    /// @param size     of the head, 2 to 2^63−1
    /// @param trusted  what the reader trusts about this channel; of another one, it is nothing
    /// @param shown    by the proofs in the same file so far
    public static AnchorProofFinding check(
            byte[] proof,
            SharedParts shared,
            AnchorIdentity.Fabric channel,
            Hash originId,
            long size,
            Hash root,
            Optional<FabricTrust> trusted,
            ShownChannels shown) {
        try {
            var aboutThis = trusted.filter(trust -> trust.channel().equals(channel));
            var head = new HeadState(originId, size, root);
            return new FabricProof(ProofItem.read(proof), channel, head, aboutThis, shown).check(shared);
        } catch (CborMalformed e) {
            return new AnchorProofFinding.Broken("not a proof of an anchor on Fabric: " + e.getMessage());
        } catch (DoesNotHold e) {
            return new AnchorProofFinding.Broken(e.reason());
        }
    }

    private AnchorProofFinding check(SharedParts shared) throws DoesNotHold {
        try {
            var config = newest(shared);
            checkBlock(config);
            var organisations = shown.organisations(config);
            var transaction = item.transaction();
            if (transaction.isPresent()) checkTransaction(transaction.get(), organisations);
            checkState(organisations);
            return new AnchorProofFinding.Proved(steps, Optional.empty());
        } catch (Unvouched e) {
            return new AnchorProofFinding.Incomplete(steps, e.missing());
        }
    }

    /// Step 1: from a block that the identity or the reader names, each config block is signed by the orderers
    /// of the one before.
    private ConfigBlock newest(SharedParts shared) throws DoesNotHold, Unvouched {
        var configs = configs(shared);
        for (int i = 1; i < configs.size(); i++) shown.checkStep(configs.get(i - 1), configs.get(i));
        var newest = configs.getLast();
        long start = trusted.flatMap(FabricTrust::config)
                .map(FabricTrust.ConfigBlock::number)
                .orElse(0L);
        steps.add("its " + newest.consenters().count() + " orderers are those of config block " + newest.number()
                + (newest.number() == start ? "" : ", which orderers signed from block " + start + " on"));
        return newest;
    }

    /// One at least, in their order, with all that costs no signature to see.
    private List<ConfigBlock> configs(SharedParts shared) throws DoesNotHold, Unvouched {
        var named = trusted.flatMap(FabricTrust::config);
        boolean isVouchedFor = named.isEmpty();
        var configs = new ArrayList<ConfigBlock>();
        for (var name : item.configs()) {
            var block = shown.config(name, shared, channel.channel());
            boolean isNamed = named.isPresent() && named.get().number() == block.number();
            if (isNamed && !named.get().header().equals(block.header().hash())) {
                throw block.wrong("is not the one that the trust store names");
            }
            isVouchedFor |= isNamed;
            if (!configs.isEmpty()) checkNext(configs.getLast(), block);
            else if (!isNamed) checkFirst(block);
            configs.add(block);
        }
        if (configs.isEmpty()) throw new DoesNotHold("the proof names no config block");
        if (!isVouchedFor) {
            throw new Unvouched("config block " + named.get().number()
                    + ", which the trust store names, is none of those that this proof follows");
        }
        return configs;
    }

    private void checkFirst(ConfigBlock block) throws DoesNotHold, Unvouched {
        if (block.number() > 0) {
            throw new Unvouched(
                    "its config blocks begin with " + block.number() + ", and the trust store does not name that one");
        }
        if (!block.header().hash().equals(channel.genesis())) throw block.wrong("is that of another channel");
    }

    private static void checkNext(ConfigBlock before, ConfigBlock block) throws DoesNotHold {
        if (block.number() <= before.number() || block.sequence() != before.sequence() + 1) {
            throw block.wrong("does not follow config block " + before.number());
        }
    }

    /// Step 2: a quorum of the orderers has signed the block, and that no other config was in force.
    private void checkBlock(ConfigBlock config) throws DoesNotHold {
        var consenters = config.consenters();
        var header = item.header();
        int signed = consenters.check(header, item.value(), item.signatures(), shown.budget());
        var value = ProtoMessage.of("what the orderers signed", item.value(), 1, 2);
        long last =
                ProtoMessage.of("what the orderers signed", value.bytes(1), 1).number(1);
        if (last != config.number() || header.number() <= last) {
            throw new DoesNotHold(
                    "block " + header.number() + " rests on another config block than the last one given");
        }
        // Orderers sign no channel: only a transaction of this one tells whose block it is, if they order others.
        if (item.transaction().isPresent()) {
            steps.add("block " + header.number() + " (header " + header.hash() + ") is signed by " + signed + " of "
                    + consenters.count() + " orderers");
        } else {
            steps.add("a block " + header.number() + " of these orderers is signed by " + signed + " of "
                    + consenters.count() + " of them");
        }
    }

    /// Steps 3 and 4: the block has a transaction that peers of the channel endorsed, which writes the head.
    private void checkTransaction(byte[] envelope, Organisations organisations) throws DoesNotHold {
        var transaction = EndorsedCall.ofBlock(envelope, channel);
        var endorsers = transaction.endorsers(organisations);
        steps.add("its transaction " + item.position() + " (" + transaction.id()
                + ") is a call of the chaincode, endorsed by " + names(endorsers));
        for (var keys : transaction.keys()) {
            if (!keys.namespace().equals(channel.chaincode())) continue;
            var written = keys.written(head.key());
            if (written.isPresent() && head.hasValue(written.get())) {
                steps.add("that transaction writes this head");
                return;
            }
        }
        throw new DoesNotHold("the transaction does not write this head");
    }

    /// Step 5: peers of the organisations that the reader names signed that the chaincode holds the head, and
    /// that what it holds was written there.
    private void checkState(Organisations organisations) throws DoesNotHold, Unvouched {
        var state = EndorsedCall.ofState(item.state(), channel);
        if (!state.asks(head.question())) throw new DoesNotHold("the state is the answer to another call");
        var said = state.said();
        if (said.status() != 200) throw new DoesNotHold("the state is an error: status " + said.status());
        if (!head.hasValue(said.payload())) throw new DoesNotHold("the state is not this head");
        checkRead(state.keys());

        var endorsers = state.endorsers(organisations);
        if (trusted.isEmpty()) {
            steps.add(endorsed(endorsers));
            throw new Unvouched(
                    ONLY_ORDERED + "the trust store does not say whose peers' word it takes on this channel");
        }
        var counted = new TreeSet<>(endorsers);
        counted.retainAll(trusted.get().organisations());
        if (counted.size() < trusted.get().endorsers()) {
            throw new Unvouched(ONLY_ORDERED + "peers of " + trusted.get().endorsers() + " of "
                    + names(trusted.get().organisations()) + " have to sign what the chaincode holds, and here "
                    + (counted.isEmpty() ? "none of them did" : "only those of " + names(counted) + " did"));
        }
        steps.add(endorsed(counted));
    }

    private String endorsed(Set<String> organisations) {
        return "peers of " + names(organisations) + " signed that the chaincode holds this head, written by "
                + item.place();
    }

    /// The call read the head and nothing else, and nothing that it could have written itself.
    private void checkRead(List<KeySet> sets) throws DoesNotHold {
        Optional<KeySet.Place> written = Optional.empty();
        for (var keys : sets) {
            if (!keys.wroteNothing())
                throw new DoesNotHold("the state is the answer to a call that writes, or has private data");
            if (keys.namespace().equals(channel.chaincode())) written = keys.onlyRead(head.key());
            else if (!keys.namespace().equals("_lifecycle")) throw new DoesNotHold("the state is of other chaincodes");
        }
        var place = written.orElseThrow(() -> new DoesNotHold("the state does not tell which transaction wrote it"));
        if (!place.equals(item.place())) throw new DoesNotHold("the state was written by " + place);
    }

    private static String names(Collection<String> organisations) {
        return organisations.stream().map(Printable::escape).collect(Collectors.joining(", "));
    }
}
