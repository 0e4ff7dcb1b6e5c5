package org.sealpost.anchor.evm;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.merkle.Hash;

/// What the contract holds under numbers of an origin, as of one block. A relay asks for one number after the other,
/// so who asks for a second one as of the same block is told those behind it, too.
///
/// @param finalHeight of the highest block that could not be taken back when it was asked; below 0 for none
/// @param places      of the blocks that were looked up, by their heights
record NumbersHeld(
        Place newest,
        long finalHeight,
        OriginId origin,
        Map<Long, Optional<PublicationCalls.Held>> held,
        Map<Long, Place> places) {
    /// With the one that was asked for.
    private static final int AT_ONCE = 64;

    NumbersHeld {
        held = Map.copyOf(held);
        places = Map.copyOf(places);
    }

    /// @param before what was told before, of whatever block
    static NumbersHeld ask(
            Optional<NumbersHeld> before,
            Chain chain,
            Address contract,
            Place newest,
            long finalHeight,
            OriginId origin,
            long number)
            throws IOException {
        var same = before.filter(known -> known.newest.equals(newest) && known.origin.equals(origin));
        var held = new HashMap<>(same.map(NumbersHeld::held).orElse(Map.of()));
        var places = new HashMap<>(same.map(NumbersHeld::places).orElse(Map.of()));
        places.put(newest.height(), newest);
        if (!held.containsKey(number)) {
            long last = same.isEmpty() ? number : number + Math.min(AT_ONCE - 1, Long.MAX_VALUE - number);
            var numbers = LongStream.rangeClosed(number, last).boxed().toList();
            List<byte[]> questions = numbers.stream()
                    .map(each -> PublicationCalls.publicationAt(origin, each))
                    .toList();
            var answers = chain.views(contract, questions, newest.height());
            for (int i = 0; i < numbers.size(); i++) {
                held.put(numbers.get(i), PublicationCalls.publicationAtAnswer(answers.get(i)));
            }
        }
        var there = Optional.ofNullable(held.get(number)).orElseThrow();
        if (there.isPresent() && !places.containsKey(there.get().height())) {
            places.put(
                    there.get().height(),
                    ContractAccess.placeAt(chain, there.get().height()));
        }
        return new NumbersHeld(newest, finalHeight, origin, held, places);
    }

    /// Whether nothing has to be asked for the finding.
    boolean tells(Place now, OriginId asked, long number) {
        var there = held.get(number);
        return there != null
                && newest.equals(now)
                && origin.equals(asked)
                && (there.isEmpty() || places.containsKey(there.get().height()));
    }

    /// Of a number that it tells of.
    PublicationFinding finding(long number, Hash digest) {
        var there = Optional.ofNullable(held.get(number)).orElseThrow();
        if (there.isEmpty()) return new PublicationFinding.Absent();
        var found = there.get();
        if (!found.digest().equals(digest)) return new PublicationFinding.Conflict(found.digest());
        var place = Optional.ofNullable(places.get(found.height())).orElseThrow();
        return new PublicationFinding.Present(place, found.height() <= finalHeight);
    }
}
