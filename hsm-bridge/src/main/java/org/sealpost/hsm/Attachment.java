package org.sealpost.hsm;

import java.util.HashMap;
import java.util.Map;

/// A token as it was opened last: the slot it is in, and each key either bound or refused. Slot numbers and
/// handles never outlive it.
///
/// `opening` tells the sessions of one opening from those of the next. `life` counts the module's initialisations:
/// sessions of an earlier life are gone in the module already.
record Attachment(long opening, long life, long slot, Map<TokenKey, Binding> keys) {

    /// What became of a key at its self-test.
    sealed interface Binding {
        record Bound(long handle, SigningMethod method) implements Binding {}

        record Refused(KeyRefused reason) implements Binding {}
    }

    Attachment {
        keys = Map.copyOf(keys);
    }

    Attachment with(TokenKey key, Binding binding) {
        var more = new HashMap<>(keys);
        more.put(key, binding);
        return new Attachment(opening, life, slot, more);
    }

    Attachment without(TokenKey key) {
        var fewer = new HashMap<>(keys);
        fewer.remove(key);
        return new Attachment(opening, life, slot, fewer);
    }
}
