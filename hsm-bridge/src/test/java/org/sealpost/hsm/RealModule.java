package org.sealpost.hsm;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// A PKCS#11 module that nobody here wrote, with one token in it, as [TokenContract] needs it: what it offers, what
/// it cannot do, and how a test does to it what a person with a hand at the plug would.
///
/// Whatever is done to it is done while no token of it is open in this process, except [#pullOut], [#plugIn] and
/// what [#programs] run.
interface RealModule extends AutoCloseable {
    /// How its token is opened, as it was made at first.
    TokenConfig config();

    /// What keys its token makes, the one first that a test takes which does not care.
    List<KeyKind> kinds();

    /// What the token says of itself, beside its label.
    String manufacturer();

    /// What it cannot do that others can, and why. The contract shows each: where it is lacking, that it is.
    Map<Ability, String> lacks();

    /// The token is gone for whoever looks for it.
    void pullOut() throws Exception;

    void plugIn() throws Exception;

    /// Does what moves a token to another slot, if anything does. It is there when the library is initialised next.
    void moveToAnotherSlot() throws Exception;

    /// Another token of the same label takes the place of the first. How that one is opened.
    TokenConfig exchange() throws Exception;

    /// How many wrong PINs the token counts against its user since the last right one; as the module tells it. Some
    /// tell no more than that there was one.
    int wrongPins() throws Exception;

    /// What a process of its own needs in its environment to reach the same token.
    Map<String, String> variables();

    /// A command that lists the private keys of the token, after a login with the PIN from the environment
    /// variable `PIN` or from the PIN file.
    List<String> programThatLists(TokenConfig config) throws Exception;

    @Override
    void close() throws Exception;

    /// What most modules can do.
    enum Ability {
        /// Sees while it is open that its token was pulled out.
        NOTICES_LOSS,
        /// Gives each token a serial of its own.
        HAS_SERIALS,
        /// Can have the same token in another slot.
        MOVES_BETWEEN_SLOTS,
        /// Tells how many wrong PINs were tried.
        COUNTS_WRONG_PINS,
        /// Lets a key be made that is extractable or not sensitive.
        MAKES_LOOSE_KEYS,
        /// Says of a key that was made in it that it was (CKA_LOCAL).
        TELLS_WHERE_KEYS_WERE_MADE
    }

    default boolean can(Ability ability) {
        return !lacks().containsKey(ability);
    }

    /// Reasons by ability, in pairs.
    static Map<Ability, String> because(Object... abilitiesAndReasons) {
        var reasons = new EnumMap<Ability, String>(Ability.class);
        for (int i = 0; i < abilitiesAndReasons.length; i += 2) {
            reasons.put((Ability) abilitiesAndReasons[i], (String) abilitiesAndReasons[i + 1]);
        }
        return reasons;
    }

    /// OpenSC's tool on any module that needs no reserved string.
    static List<String> pkcs11Tool(TokenConfig config, String... arguments) {
        Installed.requireProgram("pkcs11-tool", "opensc");
        var command = new ArrayList<>(List.of(
                "pkcs11-tool",
                "--module",
                config.module().toString(),
                "--token-label",
                config.label(),
                "--login",
                "--pin",
                "env:PIN"));
        command.addAll(List.of(arguments));
        return command;
    }
}
