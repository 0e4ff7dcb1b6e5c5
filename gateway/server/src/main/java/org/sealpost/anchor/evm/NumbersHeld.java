package org.sealpost.anchor.evm;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.merkle.Hash;

/// What the contract holds under numbers of an origin, and how far its account has come, as of one block.
///
/// @param finalHeight of the highest block that could not be taken back when it was asked; below 0 for none
/// @param spentBelow  nonces of the account below this were used in blocks up to that one; 0, too, where that is not
///     known
/// @param places      of the blocks that were looked up, by their heights
record NumbersHeld(
        Place newest,
        long finalHeight,
        long spentBelow,
        OriginId origin,
        Map<Long, Optional<PublicationCalls.Held>> held,
        Map<Long, Place> places) {
    NumbersHeld {
        held = Map.copyOf(held);
        places = Map.copyOf(places);
    }

    /// @param before what was told before, of whatever block
    static NumbersHeld ask(
            Optional<NumbersHeld> before,
            Chain chain,
            ContractAccess access,
            Place newest,
            long finalHeight,
            OriginId origin,
            Set<Long> numbers)
            throws IOException {
        var same = before.filter(known -> known.newest.equals(newest) && known.origin.equals(origin));
        var held = new HashMap<>(same.map(NumbersHeld::held).orElse(Map.of()));
        var places = new HashMap<>(same.map(NumbersHeld::places).orElse(Map.of()));
        places.put(newest.height(), newest);
        var unknown =
                numbers.stream().filter(number -> !held.containsKey(number)).toList();
        var questions = unknown.stream()
                .map(number -> PublicationCalls.publicationAt(origin, number))
                .toList();
        var views = chain.views(
                access.contract(), questions, newest.height(), access.account().address(), finalHeight);
        for (int i = 0; i < unknown.size(); i++) {
            var answer = views.answers().get(i);
            held.put(unknown.get(i), PublicationCalls.publicationAtAnswer(answer));
        }
        for (long number : numbers) {
            var there = Optional.ofNullable(held.get(number)).orElseThrow();
            if (there.isEmpty()) continue;
            long height = there.get().height();
            if (!places.containsKey(height)) places.put(height, chain.placeAt(height));
        }
        return new NumbersHeld(newest, finalHeight, views.count(), origin, held, places);
    }

    /// Whether nothing has to be asked for the findings.
    boolean tells(Place now, OriginId asked, Set<Long> numbers) {
        return newest.equals(now) && origin.equals(asked) && numbers.stream().allMatch(this::tells);
    }

    private boolean tells(long number) {
        var there = held.get(number);
        return there != null
                && (there.isEmpty() || places.containsKey(there.get().height()));
    }

    /// Under a number that it tells of.
    Optional<PublicationCalls.Held> held(long number) {
        return Optional.ofNullable(held.get(number)).orElseThrow();
    }

    /// Of a number that it tells of.
    PublicationFinding finding(long number, Hash digest) {
        var there = held(number);
        if (there.isEmpty()) return new PublicationFinding.Absent();
        var found = there.get();
        if (!found.digest().equals(digest)) return new PublicationFinding.Conflict(found.digest());
        var place = Optional.ofNullable(places.get(found.height())).orElseThrow();
        return new PublicationFinding.Present(place, found.height() <= finalHeight);
    }
}
