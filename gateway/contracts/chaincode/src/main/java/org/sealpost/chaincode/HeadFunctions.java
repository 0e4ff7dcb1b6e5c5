package org.sealpost.chaincode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.hyperledger.fabric.shim.ChaincodeStub;
import org.sealpost.evidence.P256Key;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.LodgingRequest;
import org.sealpost.lodging.LodgingRules;
import org.sealpost.lodging.LodgingRules.Outcome;
import org.sealpost.lodging.LodgingRules.Refusal;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborWriter;
import org.sealpost.record.Origin;

/// What may be called about heads (docs/formats.md §25).
final class HeadFunctions {
    private static final byte[] NOTHING = new byte[0];

    static final Function LODGE = new Function(1, LodgingRequest.MAX_SIZE_BYTES, HeadFunctions::lodge);
    static final Function ROOT_AT = new Function(2, CalledWith.HASH_DIGITS, HeadFunctions::rootAt);
    static final Function NEWEST = new Function(1, CalledWith.HASH_DIGITS, HeadFunctions::newest);
    static final Function FIND = new Function(2, CalledWith.HASH_DIGITS, HeadFunctions::find);
    static final Function KEY_AT = new Function(2, CalledWith.HASH_DIGITS, HeadFunctions::keyAt);
    static final Function HOPS = new Function(1, CalledWith.HASH_DIGITS, HeadFunctions::hops);

    private HeadFunctions() {}

    private static byte[] lodge(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        var request = request(arguments.getFirst());
        var head = head(request);
        var held = new HeldHeads(stub, head.originId());
        var found = held.find(head);
        var keys = needsKeys(found) ? held.keys() : Optional.<HeldKeys>empty();
        var offer = new LodgingRules.Offer(head, request.consistency(), request.hops());
        return switch (LodgingRules.judge(found, keys.flatMap(HeldKeys::followed), offer)) {
            case Outcome.Lodged(var followed) -> {
                // By now the first key has signed something, so it is one.
                var now = new HeldKeys(P256Key.of(head.firstKey()), followed);
                store(stub, held, head, keys, now);
                yield ascii("lodged");
            }
            case Outcome.Repeated _ -> ascii("repeated");
            case Outcome.Covered _ -> ascii("covered");
            case Outcome.Refused(var why) -> throw refused(why);
        };
    }

    /// Whoever has lodged nothing has no keys yet, and what is held or covered is answered before any is
    /// looked at.
    private static boolean needsKeys(Finding found) {
        return switch (found) {
            case Finding.Present _, Finding.Covered _ -> false;
            case Finding.Conflict _ -> true;
            case Finding.Absent absent -> absent.newestSize() > 0;
        };
    }

    /// One event for all that came of it, since a transaction has one at most.
    private static void store(
            ChaincodeStub stub, HeldHeads held, LodgeableHead head, Optional<HeldKeys> before, HeldKeys now) {
        var state = held.put(head);
        int known = before.map(keys -> keys.handOvers().size()).orElse(0);
        var rotated = now.handOvers().subList(known, now.handOvers().size());
        if (before.isEmpty() || !rotated.isEmpty()) held.put(now);
        var event = new CborWriter().array(2).item(state).array(rotated.size());
        for (var tenure : rotated) {
            event.array(3)
                    .integer(++known)
                    .integer(tenure.afterSize())
                    .bytes(tenure.key().spki());
        }
        stub.setEvent(rotated.isEmpty() ? "lodged" : "rotated", event.toBytes());
    }

    private static byte[] rootAt(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        return held(stub, arguments).stateAt(size(arguments)).orElse(NOTHING);
    }

    private static byte[] newest(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        var held = held(stub, arguments);
        return held.newestSize().flatMap(held::stateAt).orElse(NOTHING);
    }

    /// As of one block, and of one peer: two calls may be answered by two, of which one is behind.
    private static byte[] find(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        var held = held(stub, arguments);
        var out = new CborWriter().array(2);
        held.stateAt(size(arguments)).ifPresentOrElse(out::item, out::nil);
        held.newestSize().flatMap(held::stateAt).ifPresentOrElse(out::item, out::nil);
        return out.toBytes();
    }

    private static byte[] keyAt(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        long size = size(arguments);
        return held(stub, arguments).keys().map(keys -> keys.at(size).spki()).orElse(NOTHING);
    }

    private static byte[] hops(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        var keys = held(stub, arguments).keys();
        var out = new CborWriter().array(2);
        keys.flatMap(HeldKeys::followed)
                .ifPresentOrElse(followed -> out.bytes(followed.genesisHash().toBytes()), out::nil);
        var handOvers = keys.map(HeldKeys::handOvers).orElse(List.of());
        out.array(handOvers.size());
        for (var tenure : handOvers) out.integer(tenure.afterSize());
        return out.toBytes();
    }

    private static LodgingRequest request(byte[] argument) throws Refused {
        try {
            return LodgingRequest.read(argument);
        } catch (CborMalformed e) {
            throw new Refused("bad argument: not a lodging: " + e.getMessage());
        }
    }

    private static LodgeableHead head(LodgingRequest request) throws Refused {
        Origin origin;
        try {
            origin = new Origin(request.origin());
        } catch (IllegalArgumentException e) {
            throw refused(Refusal.BAD_ORIGIN);
        }
        if (request.size() < 2) throw refused(Refusal.BAD_SIZE);
        try {
            return new LodgeableHead(origin, request.size(), request.root(), request.firstKey(), request.signature());
        } catch (IllegalArgumentException e) {
            throw new Refused("bad argument: " + e.getMessage());
        }
    }

    private static HeldHeads held(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        return new HeldHeads(stub, CalledWith.origin(arguments));
    }

    private static long size(List<byte[]> arguments) throws Refused {
        return CalledWith.number(arguments.get(1), "a size");
    }

    private static Refused refused(Refusal why) {
        return new Refused(why.word() + ": " + why.sentence);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
