package org.sealpost.hsm;

import java.util.Optional;

/// Looks for the one token of a label, and a serial if that is known, in whatever slot it is now.
record TokenFinder(CryptokiModule module, String label, Optional<String> serial) {

    /// The slot, good until the module is finalised or the token moves, and what the token says of itself.
    record Found(long slot, TokenLabel label) {}

    /// Control thread only.
    ///
    /// @throws TokenSetback ABSENT or AMBIGUOUS_TOKEN
    Found find() throws CryptokiError {
        Found found = null;
        CryptokiError unreadable = null;
        String others = "";
        for (long slot : module.cryptoki().slotsWithToken()) {
            TokenLabel token;
            try {
                token = module.cryptoki().tokenLabel(slot);
            } catch (CryptokiError error) {
                // Perhaps another reader's trouble; it is ours only if our token is in no other slot.
                unreadable = error;
                continue;
            }
            if (!token.isInitialised() || !token.label().equals(label)) {
                continue;
            }
            if (serial.isPresent() && !serial.get().equals(token.serial())) {
                others += "; a token of this label has serial " + token.serial() + " instead of " + serial.get();
                continue;
            }
            if (found != null) {
                throw new TokenSetback(
                        label,
                        TokenHealth.State.AMBIGUOUS_TOKEN,
                        "tokens with serials " + found.label().serial() + " and " + token.serial() + " have this label",
                        "Configure the serial of the one that is meant.");
            }
            found = new Found(slot, token);
        }
        if (found == null && unreadable != null) {
            throw unreadable;
        }
        if (found == null) {
            throw new TokenSetback(
                    label,
                    TokenHealth.State.ABSENT,
                    "no token of this label in " + module + others,
                    HealthBoard.LOOKED_FOR);
        }
        return found;
    }
}
