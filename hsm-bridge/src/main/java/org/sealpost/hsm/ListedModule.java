package org.sealpost.hsm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.sealpost.hsm.KeyKind.Family;

/// A module as it shows itself, before anybody has logged in: what whoever writes a profile for it has to know.
///
/// @param manufacturer as C_GetInfo tells it: a profile's `manufacturer` is its beginning
/// @param profile      the one in force, as people call it; `standard` where none fits
/// @param numbers      what the profile says of each kind of keys that the module has by it
/// @param tokens       at most 256
public record ListedModule(String manufacturer, String profile, List<Numbers> numbers, List<Held> tokens) {
    private static final int MAX_MECHANISMS = 512;

    /// @param kind       as in a profile's file: `ecdsa`, `rsa-pss`
    /// @param generation CKM that makes a pair
    /// @param signature  CKM that signs
    public record Numbers(String kind, long generation, long signature) {}

    /// @param mechanisms CKM numbers that the slot shows, in their order, at most 512; empty where it refuses
    ///     to tell
    public record Held(ListedToken token, List<Long> mechanisms) {
        public Held {
            mechanisms = List.copyOf(mechanisms);
        }
    }

    public ListedModule {
        numbers = List.copyOf(numbers);
        tokens = List.copyOf(tokens);
    }

    /// The tokens alone.
    public List<ListedToken> listed() {
        return tokens.stream().map(Held::token).toList();
    }

    /// Control thread only.
    static ListedModule of(CryptokiModule module) throws CryptokiError {
        module.ensureInitialised();
        Cryptoki cryptoki = module.cryptoki();
        List<Held> tokens = new ArrayList<>();
        for (long slot : cryptoki.slotsWithToken()) {
            tokens.add(new Held(ListedToken.of(slot, cryptoki.tokenLabel(slot)), mechanisms(cryptoki, slot)));
        }
        Profile profile = module.profile();
        List<Numbers> numbers = profile.mechanisms().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each -> numbers(each.getKey(), each.getValue()))
                .toList();
        return new ListedModule(cryptoki.manufacturer(), profile.name(), numbers, tokens);
    }

    private static Numbers numbers(Family family, Mechanism mechanism) {
        String kind = family.name().toLowerCase(Locale.ROOT).replace('_', '-');
        return new Numbers(kind, mechanism.generation(), mechanism.signature());
    }

    private static List<Long> mechanisms(Cryptoki cryptoki, long slot) {
        try {
            return cryptoki.mechanisms(slot).stream()
                    .sorted(Long::compareUnsigned)
                    .limit(MAX_MECHANISMS)
                    .toList();
        } catch (CryptokiError refused) {
            return List.of();
        }
    }
}
