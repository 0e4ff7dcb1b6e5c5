package org.sealpost.hsm;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Walks from a module's file to a signature, says of each step what it found, and at the first trouble what to do.
///
/// Tries the PIN once, by the same rules as [Tokens#open]: a PIN that was refused before is not tried.
public final class TokenDoctor {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TokenConfig config;
    private final Way way;
    private final List<String> meant;
    private final Consumer<Finding> told;

    private TokenDoctor(TokenConfig config, Way way, List<String> meant, Consumer<Finding> told) {
        this.config = config;
        this.way = way;
        this.meant = meant;
        this.told = told;
    }

    /// Where the library runs meanwhile: in this process, or in a driver process.
    public interface Way {
        /// As [Tokens#look].
        ListedModule look(Path module, Optional<String> reserved, Optional<String> profile);

        /// As [Tokens#list].
        default List<ListedToken> list(Path module, Optional<String> reserved, Optional<String> profile) {
            return look(module, reserved, profile).listed();
        }

        /// As [Tokens#open].
        Token open(TokenConfig config);
    }

    /// If the library crashes, so does this process.
    public static final Way INSIDE = new Way() {
        @Override
        public ListedModule look(Path module, Optional<String> reserved, Optional<String> profile) {
            return Tokens.look(module, reserved, profile);
        }

        @Override
        public Token open(TokenConfig config) {
            return Tokens.open(config);
        }
    };

    /// The steps, in their order.
    public enum Step {
        LIBRARY,
        SLOTS,
        TOKEN,
        FLAGS,
        PIN_FILE,
        LOGIN,
        KEYS,
        SELF_TEST
    }

    /// What a finding means for whoever wants to use the token.
    public enum Meaning {
        /// The next step can be taken.
        GOOD,
        /// A person has to change something.
        AMISS,
        /// What is looked for is away, or is not answered: later it may be there.
        AWAY,
        /// The library or the profile that is named cannot be used.
        UNUSABLE
    }

    /// @param words  what was found
    /// @param remedy what to do; empty if it is good
    public record Finding(Step step, Meaning meaning, String words, String remedy) {
        /// Whether the next step can be taken.
        public boolean good() {
            return meaning == Meaning.GOOD;
        }
    }

    private static final class Trouble extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /// As the other, with all keys of the token.
    public static boolean examine(TokenConfig config, Way way, Consumer<Finding> told) throws InterruptedException {
        return examine(config, way, List.of(), told);
    }

    /// Tells each finding as it is made.
    ///
    /// @param meant names of the keys that are tested, and must be there; none: whatever is there is tested
    /// @return whether all is good
    public static boolean examine(TokenConfig config, Way way, List<String> meant, Consumer<Finding> told)
            throws InterruptedException {
        var doctor = new TokenDoctor(config, way, List.copyOf(meant), told);
        try {
            doctor.profile();
            ListedToken token = doctor.find(doctor.library());
            doctor.flags(token);
            if (token.needsLogin()) {
                doctor.pinFile();
            }
            doctor.use();
            return true;
        } catch (Trouble alreadyTold) {
            return false;
        }
    }

    /// Before the library, which it says how to initialise.
    private void profile() throws Trouble {
        try {
            Profiles.chosen(config.profile());
        } catch (IllegalArgumentException none) {
            throw bad(
                    Step.LIBRARY,
                    Meaning.UNUSABLE,
                    String.valueOf(none.getMessage()),
                    "Correct the profile, or leave it out: the library's manufacturer decides then.");
        }
    }

    private List<ListedToken> library() throws Trouble {
        ListedModule module;
        try {
            module = way.look(config.module(), config.reserved(), config.profile());
        } catch (IllegalArgumentException unusable) {
            throw bad(
                    Step.LIBRARY,
                    Meaning.UNUSABLE,
                    String.valueOf(unusable.getMessage()),
                    "Give the path of the vendor's PKCS#11 library for this machine ("
                            + System.getProperty("os.arch")
                            + "), and install what it needs: ldd " + config.module() + " shows what is missing.");
        } catch (IllegalStateException refused) {
            throw bad(
                    Step.LIBRARY,
                    Meaning.AWAY,
                    String.valueOf(refused.getMessage()),
                    "The library is there and does not start: set what its vendor's manual asks for (environment,"
                            + " configuration file, a service that runs, a reserved string), and that this user may use the"
                            + " device.");
        }
        good(
                Step.LIBRARY,
                config.module() + " is loaded and initialised; its manufacturer is \"" + module.manufacturer()
                        + "\", the profile in force " + module.profile());
        List<ListedToken> tokens = module.listed();
        if (tokens.isEmpty()) {
            throw bad(
                    Step.SLOTS,
                    Meaning.AWAY,
                    "no slot holds a token",
                    "Plug the token in; see that this user may use the device (lsusb, groups) and that the vendor's"
                            + " service runs.");
        }
        good(Step.SLOTS, tokens.size() + (tokens.size() == 1 ? " token: " : " tokens: ") + names(tokens));
        return tokens;
    }

    private ListedToken find(List<ListedToken> tokens) throws Trouble {
        List<ListedToken> labelled = tokens.stream()
                .filter(token -> token.initialised() && token.label().equals(config.label()))
                .toList();
        List<ListedToken> ours = labelled.stream()
                .filter(token ->
                        config.serial().isEmpty() || config.serial().get().equals(token.serial()))
                .toList();
        if (ours.isEmpty() && !labelled.isEmpty()) {
            throw bad(
                    Step.TOKEN,
                    Meaning.AWAY,
                    "a token \"" + config.label() + "\" is there, but its serial is "
                            + labelled.getFirst().serial() + " and not "
                            + config.serial().orElse(""),
                    "Plug in the right one, or correct the serial.");
        }
        if (ours.isEmpty()) {
            boolean empty = tokens.stream().anyMatch(token -> !token.initialised());
            throw bad(
                    Step.TOKEN,
                    Meaning.AWAY,
                    "none of them is labelled \"" + config.label() + "\"",
                    empty
                            ? "Correct the label, or initialise the empty token: hsm init."
                            : "Correct the label; one of the names above is right.");
        }
        if (ours.size() > 1) {
            throw bad(
                    Step.TOKEN,
                    ours.size() + " tokens are labelled \"" + config.label() + "\": " + names(ours),
                    "Give the serial of the right one.");
        }
        ListedToken token = ours.getFirst();
        good(Step.TOKEN, token.manufacturer() + " " + token.model() + ", serial " + token.serial());
        return token;
    }

    private void flags(ListedToken token) throws Trouble {
        switch (token.pin()) {
            case SET -> good(Step.FLAGS, "its user PIN is set" + (token.needsLogin() ? "" : ", but it asks for none"));
            case COUNT_LOW ->
                good(
                        Step.FLAGS,
                        "a wrong PIN was tried before; ours is tried only if it was us who tried that one and another is in"
                                + " the PIN file since");
            case NOT_SET -> {
                if (token.needsLogin()) {
                    throw bad(
                            Step.FLAGS,
                            "its user PIN was never set",
                            "Set it with the security officer's PIN, by the vendor's tool or pkcs11-tool --init-pin.");
                }
                good(Step.FLAGS, "it asks for no PIN");
            }
            case FINAL_TRY ->
                throw bad(
                        Step.FLAGS,
                        "only one try is left for its user PIN, and that one belongs to a person",
                        "Log in once by hand with the right PIN (pkcs11-tool --login), or set a new one with the"
                                + " security officer's.");
            case LOCKED ->
                throw bad(
                        Step.FLAGS,
                        "it has locked its user PIN",
                        "Set a new PIN with the security officer's (pkcs11-tool --init-pin).");
        }
    }

    private void pinFile() throws Trouble {
        var folder = new PinFolder(config.pin());
        PinLatch latch = PinLatch.in(folder);
        boolean changing = new PinFiles(folder).isChanging();
        try (PinFile pin = PinFile.read(config.pinFile())) {
            if (!changing && latch.isClosedTo(pin.pin())) {
                throw bad(
                        Step.PIN_FILE,
                        "the PIN in " + config.pinFile() + " was refused before and is not tried again",
                        config.pin().supply() + " If it is right and it was the token that was wrong, delete "
                                + latch.file() + ".");
            }
            latch.requireWritable();
            folder.requireUsableLock();
        } catch (IOException unusable) {
            throw bad(
                    Step.PIN_FILE,
                    String.valueOf(unusable.getMessage()),
                    config.pin().isCredential()
                            ? "Give the service a credential that holds the PIN alone, and a data directory in which it"
                                    + " may create files."
                            : "Write the PIN alone into a file of its own that only this user can read (chmod 600), in a"
                                    + " folder in which this user may create files.");
        }
        good(
                Step.PIN_FILE,
                config.pinFile() + " can be used"
                        + (changing ? "; a change of PIN was interrupted, and is settled by the login" : ""));
    }

    private void use() throws Trouble, InterruptedException {
        try (Token token = way.open(config)) {
            TokenHealth health = token.settle(PATIENCE);
            if (!health.isReady()) {
                throw bad(Step.LOGIN, meaning(health.state()), health.state() + ": " + health.cause(), health.remedy());
            }
            good(Step.LOGIN, "the token took the PIN");
            List<ListedKey> keys = token.keys();
            if (keys.isEmpty()) {
                throw bad(Step.KEYS, "the token holds no key", "Make one: hsm keygen.");
            }
            good(Step.KEYS, keys.size() + (keys.size() == 1 ? " key" : " keys"));
            for (ListedKey key : chosen(keys)) {
                selfTest(token, key);
            }
        } catch (TokenSetback setback) {
            throw bad(Step.KEYS, meaning(setback.state()), String.valueOf(setback.getMessage()), setback.remedy());
        }
    }

    /// A name that several keys bear stands for each of them; the self-test says so then.
    private List<ListedKey> chosen(List<ListedKey> keys) throws Trouble {
        for (String name : meant) {
            if (keys.stream().noneMatch(key -> key.name().equals(name))) {
                throw bad(
                        Step.KEYS,
                        "the token holds no key \"" + name + "\"",
                        "Make it (hsm keygen), or name one of those that hsm keys shows.");
            }
        }
        return meant.isEmpty()
                ? keys
                : keys.stream().filter(key -> meant.contains(key.name())).toList();
    }

    private void selfTest(Token token, ListedKey key) throws Trouble {
        if (key.kinds().isEmpty() || !key.hasPrivate()) {
            if (!meant.isEmpty()) {
                throw bad(
                        Step.SELF_TEST,
                        key + (key.hasPrivate() ? " is of no kind that we know" : " has no private key"),
                        "Make another one (hsm keygen), or name another key.");
            }
            good(
                    Step.SELF_TEST,
                    key + (key.hasPrivate() ? " is of no kind that we know" : " has no private key") + ", not tested");
            return;
        }
        try {
            token.key(KeySpec.unpinned(key.name(), key.kinds().getFirst()));
            good(Step.SELF_TEST, key + " signs, and the signature verifies");
        } catch (KeyRefused | IllegalArgumentException refused) {
            throw bad(
                    Step.SELF_TEST,
                    String.valueOf(refused.getMessage()),
                    "If this key is to be used, make it anew here (hsm keygen): what is wrong with it cannot be"
                            + " changed. If it is somebody else's, name the keys that are meant: hsm doctor KEY.");
        }
    }

    private void good(Step step, String words) {
        told.accept(new Finding(step, Meaning.GOOD, words, ""));
    }

    private Trouble bad(Step step, String words, String remedy) {
        return bad(step, Meaning.AMISS, words, remedy);
    }

    private Trouble bad(Step step, Meaning meaning, String words, String remedy) {
        told.accept(new Finding(step, meaning, words, remedy));
        return new Trouble();
    }

    private static Meaning meaning(TokenHealth.State state) {
        return state.passes() ? Meaning.AWAY : Meaning.AMISS;
    }

    private static String names(List<ListedToken> tokens) {
        return String.join(
                ", ",
                tokens.stream()
                        .map(token -> token.initialised()
                                ? "\"" + token.label() + "\" (serial " + token.serial() + ")"
                                : "an empty one in slot " + token.slot())
                        .toList());
    }
}
