package org.sealpost.anchor.fabric;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.hyperledger.fabric.protos.common.Envelope;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.FabricTrust;
import org.sealpost.evidence.anchor.fabric.FabricProof;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes what proves to others that the chaincode holds a head (docs/formats.md §23), and checks it as a
/// verifier would before it is given out. One thread at a time.
final class FabricProofs {
    private static final Logger LOG = LoggerFactory.getLogger(FabricProofs.class);
    private static final String TOO_LARGE = "block, config blocks or endorsements are larger than a proof has room for";

    private static final int MAX_DATA_BYTES = 256 << 10;
    private static final int MAX_TRANSACTIONS = 4096;

    /// Of all config blocks of a proof; those of a channel hardly change.
    private static final int MAX_CONFIG_BYTES = 8 << 20;

    /// So long what a peer said of config blocks is kept before a proof holds that has them: it may
    /// have been wrong, and where none ever does, they are not read at each question.
    static final Duration UNPROVED = Duration.ofMinutes(10);

    private final Channel channel;
    private final LongSupplier nanos;

    // The config blocks of the last proof, ascending: they never change, and the next one has the same.
    private List<FabricBlock> known = List.of();

    // Up to this config block they are more than a proof has room for, and so are those up to a later one.
    private long tooMany = Long.MAX_VALUE;

    // Since when the above is a peer's word alone; empty where a proof held.
    private OptionalLong unprovedSince = OptionalLong.empty();

    // Why there was none last; it is said once.
    private String lacking = "";

    /// @param nanos of a clock that only runs forward
    FabricProofs(Channel channel, LongSupplier nanos) {
        this.channel = channel;
        this.nanos = nanos;
    }

    /// @param place of the block that lodged the head
    /// @return empty if no quorum of orderers signs this channel's blocks, or has not from block 0 on; if
    ///         block, config or proof are larger than this box spends on one; or if a verifier would not take it,
    ///         as where peers have keys or certificates of another kind. The log says which
    /// @throws AnchorageSetback if what peers tell does not fit together
    Optional<AnchorProof> of(AnchorIdentity.Fabric identity, OriginId origin, long size, Hash root, Place place)
            throws PeerFailed, AnchorageSetback, InvalidProtocolBufferException {
        var block = channel.block(place.height());
        if (!block.header().hash().equals(place.block())) {
            throw new AnchorageSetback("block " + place.height() + " is another one than it was", "look at the peers");
        }
        var hindrance = hindrance(block.lastConfig());
        if (hindrance.isPresent()) return none(identity, hindrance.get());
        var configs = known;
        var state = state(origin, size, configs.getLast());
        if (state.block() != place.height()) {
            throw new AnchorageSetback(
                    "peers signed that block " + state.block() + " lodged size " + size + ", and it was block "
                            + place.height(),
                    "look at the peers");
        }
        var bytes = encoded(block, state, configs);
        if (bytes.length > AnchorProof.MAX_SIZE_BYTES) return none(identity, TOO_LARGE);
        var proof =
                new AnchorProof(bytes, configs.stream().map(FabricBlock::bytes).toList());
        var finding = checked(proof, identity, origin, size, root);
        if (!(finding instanceof AnchorProofFinding.Proved)) {
            return none(identity, "a verifier would not take what peers tell: " + finding);
        }
        if (tooMany == Long.MAX_VALUE) unprovedSince = OptionalLong.empty();
        return Optional.of(proof);
    }

    /// It is asked for again at each recheck: who said it once need not say it each time.
    private Optional<AnchorProof> none(AnchorIdentity.Fabric identity, String why) {
        if (!why.equals(lacking)) LOG.warn("no proofs of heads on {}, they stay claimed: {}", identity, why);
        lacking = why;
        return Optional.empty();
    }

    /// Why no head that is lodged now could be proved, as far as the channel's config tells.
    Optional<String> hindrance() throws PeerFailed, AnchorageSetback, InvalidProtocolBufferException {
        return hindrance(channel.newest().lastConfig());
    }

    /// Empty if nothing hinders, and the config blocks are known then.
    private Optional<String> hindrance(long config)
            throws PeerFailed, AnchorageSetback, InvalidProtocolBufferException {
        forgetWhatNeverHeld();
        if (config >= tooMany) return Optional.of(TOO_LARGE);
        var inForce = config(config);
        if (!inForce.isOfQuorums()) return Optional.of("no quorum of its orderers signs blocks (they are not BFT)");
        var row = configs(inForce);
        if (row.isEmpty()) return Optional.of(TOO_LARGE);
        for (var each : row.reversed()) {
            if (each.isOfQuorums()) continue;
            return Optional.of("a proof follows the orderers from block 0 on, and those of config block "
                    + each.number() + " were not BFT yet");
        }
        return Optional.empty();
    }

    private void forgetWhatNeverHeld() {
        if (unprovedSince.isEmpty() || nanos.getAsLong() - unprovedSince.getAsLong() < UNPROVED.toNanos()) return;
        known = List.of();
        tooMany = Long.MAX_VALUE;
        unprovedSince = OptionalLong.empty();
    }

    private void notProvedYet() {
        if (unprovedSince.isEmpty()) unprovedSince = OptionalLong.of(nanos.getAsLong());
    }

    /// By peers of all organisations, since whose word a reader takes is not known here; where not all of
    /// them answer, by as many as the chaincode's policy wants.
    private EndorsedState state(OriginId origin, long size, FabricBlock config)
            throws PeerFailed, AnchorageSetback, InvalidProtocolBufferException {
        var asked = channel.rootAt(origin, size);
        Optional<EndorsedState> state;
        try {
            state = channel.state(asked.by(List.copyOf(config.organisations())));
        } catch (PeerFailed e) {
            state = channel.state(asked);
        }
        return state.orElseThrow(() -> new AnchorageSetback(
                "peers do not agree whether size " + size + " is lodged: one is behind", "none needed"));
    }

    /// From block 0 on to the one that was in force for the block, each signed by the orderers of the one
    /// before. Empty if that is more than a proof has room for.
    private List<FabricBlock> configs(FabricBlock inForce)
            throws PeerFailed, AnchorageSetback, InvalidProtocolBufferException {
        var row = new ArrayDeque<FabricBlock>();
        var config = inForce;
        while (!isKnown(config.number())) {
            row.addFirst(config);
            if (hasNoRoom(row)) return tooMany(inForce);
            long number = config.number();
            if (number == 0) break;
            long before = number == 1 ? 0 : channel.block(number - 1).lastConfig();
            if (before < 0 || before >= number) throw channel.nonsense("config block " + number, null);
            config = config(before);
        }
        if (isKnown(config.number())) known.reversed().forEach(row::addFirst);
        if (hasNoRoom(row)) return tooMany(inForce);
        var found = List.copyOf(row);
        if (!found.equals(known)) notProvedYet();
        known = found;
        return known;
    }

    private boolean isKnown(long number) {
        return !known.isEmpty() && known.getLast().number() == number;
    }

    private FabricBlock config(long number) throws PeerFailed, AnchorageSetback {
        return isKnown(number) ? known.getLast() : channel.block(number);
    }

    private static boolean hasNoRoom(Collection<FabricBlock> configs) {
        return configs.size() > AnchorProof.MAX_SHARED
                || configs.stream().anyMatch(config -> config.bytes().length > AnchorProof.MAX_SIZE_BYTES)
                || configs.stream().mapToLong(config -> config.bytes().length).sum() > MAX_CONFIG_BYTES;
    }

    private List<FabricBlock> tooMany(FabricBlock inForce) {
        tooMany = inForce.number();
        notProvedYet();
        return List.of();
    }

    private static byte[] encoded(FabricBlock block, EndorsedState state, List<FabricBlock> configs)
            throws InvalidProtocolBufferException {
        var header = block.header();
        var signed = block.signatures();
        var out = new CborWriter(16_384)
                .array(11)
                .text("sealpost-fabric-proof")
                .integer(1)
                .integer(header.number())
                .bytes(header.previous());
        var transactions = block.transactions();
        if (transactions.size() > MAX_TRANSACTIONS
                || transactions.stream().mapToLong(ByteString::size).sum() > MAX_DATA_BYTES) {
            out.nil();
        } else {
            out.array(transactions.size());
            for (var transaction : transactions) out.bytes(transaction.toByteArray());
        }
        out.bytes(header.data().toBytes()).bytes(signed.getValue().toByteArray());
        out.array(signed.getSignaturesCount());
        for (var signature : signed.getSignaturesList()) {
            out.array(2).bytes(signature.getSignature().toByteArray());
            out.bytes(signature.getIdentifierHeader().toByteArray());
        }
        out.integer(state.position()).bytes(state.envelope());
        out.array(configs.size());
        for (var config : configs) out.bytes(sha256(config.bytes()).toBytes());
        return out.toBytes();
    }

    /// What somebody has to trust to whom a proof is to prove its head: the word of all organisations whose peers
    /// signed in it. Empty if it is no proof that is made here.
    static Optional<FabricTrust> trustFor(AnchorProof proof, AnchorIdentity.Fabric channel) {
        try {
            var in = new CborReader(proof.bytes()).arrayOf(11);
            for (int i = 0; i < 9; i++) in.skipItem();
            var state = EndorsedState.of(Envelope.parseFrom(in.bytes(MAX_DATA_BYTES)), channel.chaincode());
            return state.map(read -> trusting(channel, read));
        } catch (CborMalformed | InvalidProtocolBufferException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// Whose peers did not sign in it, of the organisations of its channel: MSP ids.
    static Set<String> missingFrom(AnchorProof proof, AnchorIdentity.Fabric channel) {
        var signed = trustFor(proof, channel).map(FabricTrust::organisations).orElse(List.of());
        try {
            long newest = -1;
            Set<String> missing = new TreeSet<>();
            for (var part : proof.shared()) {
                var config = FabricBlock.read(part);
                if (config.number() <= newest) continue;
                newest = config.number();
                missing = new TreeSet<>(config.organisations());
            }
            signed.forEach(missing::remove);
            return missing;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not config blocks of a channel: " + e.getMessage(), e);
        }
    }

    private static FabricTrust trusting(AnchorIdentity.Fabric channel, EndorsedState state) {
        var endorsers = List.copyOf(state.endorsers());
        return new FabricTrust(channel, endorsers.size(), endorsers, Optional.empty());
    }

    /// What it is to somebody who takes the word of all who signed.
    private static AnchorProofFinding checked(
            AnchorProof proof, AnchorIdentity.Fabric identity, OriginId origin, long size, Hash root) {
        Map<Hash, byte[]> shared = new HashMap<>();
        for (var part : proof.shared()) shared.put(sha256(part), part);
        return FabricProof.check(
                proof.bytes(),
                name -> Optional.ofNullable(shared.get(name)),
                identity,
                origin.value(),
                size,
                root,
                trustFor(proof, identity));
    }

    static Hash sha256(byte[] bytes) {
        try {
            return Hash.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
