package org.sealpost.anchor.fabric;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.hyperledger.fabric.protos.common.BlockchainInfo;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionArgs;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionResult;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.ForeignWords;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Publication;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;

/// What peers tell of the channel and its chaincode: the chosen one what is there, any of them how it is run.
/// Any thread.
final class Channel {
    private static final String BLOCKS = "qscc";
    private static final int MAX_ANSWER = 4096;
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,18}");

    private final FabricConfig config;
    private final Calls calls;

    /// A head as the chaincode holds it.
    record Held(long size, Hash root) {}

    /// @param asked  what it holds at the size that was asked for
    /// @param newest the largest head that it holds of the origin
    record Heads(Optional<Held> asked, Optional<Held> newest) {}

    Channel(FabricConfig config, Calls calls) {
        this.config = config;
        this.calls = calls;
    }

    /// How many blocks a peer has.
    long height() throws PeerFailed, AnchorageSetback {
        return height(calls.evaluateByAny(heightQuestion()));
    }

    /// The same of this peer.
    long height(int peer) throws PeerFailed, AnchorageSetback {
        return height(calls.evaluate(peer, heightQuestion()));
    }

    private Calls.Question heightQuestion() {
        return new Calls.Question(BLOCKS, "GetChainInfo", config.channel());
    }

    private long height(byte[] answer) throws AnchorageSetback {
        try {
            return CountedFields.read(BlockchainInfo.getDefaultInstance(), answer)
                    .getHeight();
        } catch (InvalidProtocolBufferException e) {
            throw nonsense("how long the channel is", e);
        }
    }

    FabricBlock block(long number) throws PeerFailed, AnchorageSetback {
        return block(number, calls.evaluate(blockQuestion(number)));
    }

    /// As this peer has it.
    FabricBlock block(int peer, long number) throws PeerFailed, AnchorageSetback {
        return block(number, calls.evaluate(peer, blockQuestion(number)));
    }

    /// The newest one that a peer has.
    FabricBlock newest() throws PeerFailed, AnchorageSetback {
        long number = height() - 1;
        return block(number, calls.evaluateByAny(blockQuestion(number)));
    }

    /// Its time; empty where it does not tell.
    Optional<Instant> newestTime() throws PeerFailed, AnchorageSetback {
        try {
            return newest().time();
        } catch (InvalidProtocolBufferException e) {
            throw nonsense("the newest block", e);
        }
    }

    private Calls.Question blockQuestion(long number) {
        return new Calls.Question(BLOCKS, "GetBlockByNumber", config.channel(), Long.toUnsignedString(number));
    }

    private FabricBlock block(long number, byte[] answer) throws AnchorageSetback {
        try {
            var block = FabricBlock.read(answer);
            if (block.number() != number) throw new InvalidProtocolBufferException("it is block " + block.number());
            return block;
        } catch (InvalidProtocolBufferException e) {
            throw nonsense("block " + number, e);
        }
    }

    Heads heads(OriginId origin, long size) throws PeerFailed, AnchorageSetback {
        return heads(origin, size, calls.evaluate(findQuestion(origin, size)));
    }

    /// As this peer has it.
    Heads heads(int peer, OriginId origin, long size) throws PeerFailed, AnchorageSetback {
        return heads(origin, size, calls.evaluate(peer, findQuestion(origin, size)));
    }

    private Calls.Question findQuestion(OriginId origin, long size) {
        return asked("find", origin.toString(), Long.toString(size));
    }

    private Heads heads(OriginId origin, long size, byte[] answer) throws AnchorageSetback {
        try {
            var in = new CborReader(answer).arrayOf(2);
            var asked = held(in, origin);
            var newest = held(in, origin);
            in.end();
            if (asked.filter(head -> head.size() != size).isPresent()) throw new CborMalformed(0, "another size");
            return new Heads(asked, newest);
        } catch (CborMalformed e) {
            throw nonsense("what it holds of " + origin, e);
        }
    }

    private static Optional<Held> held(CborReader in, OriginId origin) throws CborMalformed {
        if (in.nil()) return Optional.empty();
        in.arrayOf(5).expect("sealpost-lodged").expect(1);
        if (!Hash.of(in.fixed(Hash.SIZE)).equals(origin.value())) throw new CborMalformed(0, "another origin");
        return Optional.of(new Held(in.unsigned("size", 1, Long.MAX_VALUE), Hash.of(in.fixed(Hash.SIZE))));
    }

    /// How many hand-overs of an origin the chaincode has followed.
    int handOvers(OriginId origin) throws PeerFailed, AnchorageSetback {
        var answer = call("hops", origin.toString());
        try {
            var in = new CborReader(answer).arrayOf(2);
            if (!in.nil()) in.fixed(Hash.SIZE);
            return in.array(MAX_ANSWER);
        } catch (CborMalformed e) {
            throw nonsense("the hand-overs of " + origin, e);
        }
    }

    /// Which rules the chaincode follows (docs/relay.md §6, C10).
    String version() throws PeerFailed, AnchorageSetback {
        var answer = new String(calls.evaluateByAny(asked("version")), StandardCharsets.US_ASCII);
        return ForeignWords.shortened(answer.substring(0, Math.min(answer.length(), 20)));
    }

    /// As the organisations have committed it: version and sequence.
    String definition() throws PeerFailed, AnchorageSetback {
        var found = committed();
        return String.format(
                Locale.ROOT,
                "version %s, sequence %d",
                ForeignWords.shortened(found.getVersion()),
                found.getSequence());
    }

    /// A collection of private data of that definition; empty if it has none of this name.
    Optional<PrivateCollection> collection(String name) throws PeerFailed, AnchorageSetback {
        try {
            return PrivateCollection.named(name, committed().getCollections());
        } catch (InvalidProtocolBufferException e) {
            throw nonsense("which collections the chaincode has", e);
        }
    }

    private QueryChaincodeDefinitionResult committed() throws PeerFailed, AnchorageSetback {
        var asked = QueryChaincodeDefinitionArgs.newBuilder()
                .setName(config.chaincode())
                .build();
        var question = new Calls.Question(
                "_lifecycle",
                List.of(),
                List.of(ByteString.copyFromUtf8("QueryChaincodeDefinition"), asked.toByteString()));
        try {
            return CountedFields.read(
                    QueryChaincodeDefinitionResult.getDefaultInstance(), calls.evaluateByAny(question));
        } catch (InvalidProtocolBufferException e) {
            throw nonsense("how the chaincode is committed", e);
        }
    }

    /// What the chaincode is asked about a head, which reads that head's key alone.
    Calls.Question rootAt(OriginId origin, long size) {
        return asked("rootAt", origin.toString(), Long.toString(size));
    }

    /// What peers signed of the one key that this question reads. Empty if nobody has written it.
    Optional<EndorsedState> state(Calls.Question question) throws PeerFailed, AnchorageSetback {
        try {
            return EndorsedState.of(calls.endorse(question).getEnvelope(), config.chaincode());
        } catch (InvalidProtocolBufferException e) {
            throw nonsense("what peers signed", e);
        }
    }

    // --- publications (docs/formats.md §26)

    /// Which reads that publication's key alone.
    Calls.Question publicationAt(OriginId origin, long number) {
        return asked("publicationAt", origin.toString(), Long.toString(number));
    }

    /// The digest of what the chaincode holds under a number; empty if it is free.
    Optional<Hash> publication(OriginId origin, long number) throws PeerFailed, AnchorageSetback {
        return publication(origin, number, calls.evaluate(publicationAt(origin, number)));
    }

    /// As this peer has it.
    Optional<Hash> publication(int peer, OriginId origin, long number) throws PeerFailed, AnchorageSetback {
        return publication(origin, number, calls.evaluate(peer, publicationAt(origin, number)));
    }

    private Optional<Hash> publication(OriginId origin, long number, byte[] answer) throws AnchorageSetback {
        if (answer.length == 0) return Optional.empty();
        try {
            var in = new CborReader(answer)
                    .arrayOf(5)
                    .expect("sealpost-published")
                    .expect(1);
            if (!Hash.of(in.fixed(Hash.SIZE)).equals(origin.value())) throw new CborMalformed(0, "another origin");
            in.expect(number);
            var digest = Hash.of(in.fixed(Hash.SIZE));
            in.end();
            return Optional.of(digest);
        } catch (CborMalformed e) {
            throw nonsense("publication " + number + " of " + origin, e);
        }
    }

    /// SHA-256 of what the members of a collection hold of a publication. Empty where no peer hands it out: it
    /// has none, or is no member's; the shim does not say which, and [#collection] tells who the members are.
    Optional<Hash> privateContent(OriginId origin, long number, String collection) throws PeerFailed, AnchorageSetback {
        try {
            var content = privateContentAt(origin, number, collection);
            return content.length == 0 ? Optional.empty() : Optional.of(FabricProofs.sha256(content));
        } catch (PeerFailed e) {
            if (e.says("chaincode response 500")) return Optional.empty();
            throw e;
        }
    }

    /// @throws PeerFailed where no peer hands anything out from this collection
    void requireCollection(OriginId origin, long number, String collection) throws PeerFailed, AnchorageSetback {
        privateContentAt(origin, number, collection);
    }

    private byte[] privateContentAt(OriginId origin, long number, String collection)
            throws PeerFailed, AnchorageSetback {
        return calls.evaluateByAny(asked("privateContentAt", origin.toString(), Long.toString(number), collection));
    }

    /// What wrote it there.
    EndorsedCall call(FabricBlock block, long position) throws AnchorageSetback {
        try {
            if (position >= block.transactions().size()) throw new InvalidProtocolBufferException("no transaction");
            return EndorsedCall.of(
                    CountedFields.read(
                            Envelope.getDefaultInstance(), block.transactions().get((int) position)),
                    config.chaincode());
        } catch (InvalidProtocolBufferException e) {
            throw nonsense("transaction " + position + " of block " + block.number(), e);
        }
    }

    /// Empty if it calls nothing: a peer may have had it made so, for a release that did not look.
    Optional<EndorsedCall> call(FabricRequest request) {
        try {
            return Optional.of(EndorsedCall.of(request.transaction(), config.chaincode()));
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    /// The highest number of an origin that is used; 0 for none. By ranges of keys, so nothing that peers would
    /// sign.
    long lastPublication(OriginId origin) throws PeerFailed, AnchorageSetback {
        var answer = new String(call("lastPublication", origin.toString()), StandardCharsets.US_ASCII);
        try {
            if (NUMBER.matcher(answer).matches()) return Long.parseLong(answer);
        } catch (NumberFormatException e) {
            // above 2^63-1, as below
        }
        throw nonsense("the last publication of " + origin, null);
    }

    /// Where an origin published a commitment first.
    ///
    /// @param position from 0
    record Spot(long number, int position) {}

    /// Which reads that commitment's key alone.
    Calls.Question publishedAt(OriginId origin, Hash commitment) {
        return asked("publishedAt", origin.toString(), commitment.hex());
    }

    Optional<Spot> spot(OriginId origin, Hash commitment) throws PeerFailed, AnchorageSetback {
        var answer = calls.evaluate(publishedAt(origin, commitment));
        if (answer.length == 0) return Optional.empty();
        try {
            var in = new CborReader(answer).arrayOf(2);
            long number = in.unsigned("number", 1, Long.MAX_VALUE);
            var spot = new Spot(number, (int) in.unsigned("position", 0, Publication.MAX_COUNT - 1));
            in.end();
            return Optional.of(spot);
        } catch (CborMalformed e) {
            throw nonsense("where commitment " + commitment + " was published", e);
        }
    }

    private Calls.Question asked(String... words) {
        return new Calls.Question(config.chaincode(), words);
    }

    private byte[] call(String... words) throws PeerFailed, AnchorageSetback {
        return calls.evaluate(asked(words));
    }

    AnchorageSetback nonsense(String about, @Nullable Exception cause) {
        return new AnchorageSetback(
                "what a peer tells of " + about + " cannot be read"
                        + (cause == null ? "" : ": " + ForeignWords.shortened(String.valueOf(cause.getMessage()))),
                "look whether the channel, the chaincode and the peers' addresses are the right ones");
    }
}
