package org.sealpost.hsm;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// Which token of a module is to be prepared, among those that it shows by their slots.
///
/// @param slot if it is set, it alone decides which empty token is meant: some have a serial only afterwards
record MeantToken(String label, Optional<String> serial, OptionalLong slot) {

    /// The token that has the label already.
    Optional<Long> labelled(Map<Long, TokenLabel> tokens) {
        return tokens.entrySet().stream()
                .filter(each -> each.getValue().isInitialised())
                .filter(each -> each.getValue().label().equals(label))
                .filter(each -> serial.isEmpty()
                        || slot.isPresent()
                        || serial.get().equals(each.getValue().serial()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /// The one that is to get it.
    ///
    /// @throws IllegalStateException if that is none, or more than one may be meant
    long empty(Map<Long, TokenLabel> tokens) {
        Map<Long, TokenLabel> empty = tokens.entrySet().stream()
                // A slot that takes nothing has no token of ours: NSS shows one.
                .filter(each ->
                        !each.getValue().isInitialised() && !each.getValue().isWriteProtected())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        if (empty.isEmpty()) {
            throw new IllegalStateException("the module shows no empty token");
        }
        List<Long> meant = empty.entrySet().stream()
                .filter(each -> slot.isPresent()
                        ? slot.getAsLong() == each.getKey()
                        : serial.isEmpty()
                                || serial.get().equals(each.getValue().serial()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (meant.isEmpty()) {
            String wanted =
                    slot.isPresent() ? "in slot " + slot.getAsLong() : "of serial \"" + serial.orElseThrow() + "\"";
            throw new IllegalStateException("there is no empty token " + wanted + ", but " + words(empty));
        }
        if (meant.size() > 1) {
            throw new IllegalStateException("it is not told which empty token is meant, of " + words(empty)
                    + ": give its serial or, where it has none yet, its slot");
        }
        return meant.getFirst();
    }

    private static String words(Map<Long, TokenLabel> empty) {
        return empty.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each -> "slot " + each.getKey() + " (serial \""
                        + each.getValue().serial() + "\")")
                .collect(Collectors.joining(", "));
    }
}
