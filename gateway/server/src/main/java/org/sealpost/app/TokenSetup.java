package org.sealpost.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.control.Act;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenAct;
import org.sealpost.hsm.TokenCeremony;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.Tokens;
import org.sealpost.hsm.driver.RemoteCeremony;

/// Makes a token ready for a box: initialises an empty one with a random PIN, and generates the keys that the
/// configuration names. For commissioning and the demo; a gateway that runs never makes keys. The token's library runs
/// where the configuration says, as in the gateway itself; of each act a note is left.
final class TokenSetup {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String PIN_CHARACTERS = "23456789abcdefghjkmnpqrstuvwxyz";
    private static final int PIN_LENGTH = 20;
    private static final int MAX_PIN_BYTES = 255;
    private static final Duration SETTLING = Duration.ofSeconds(30);

    private TokenSetup() {}

    /// Does what is still missing, and says what it did. If the PIN file exists, the token is taken to be
    /// initialised.
    static List<String> initialise(GatewayConfig config) throws IOException {
        return initialise(config, Act.BOX);
    }

    /// @param by who has it done, as the notes say it
    static List<String> initialise(GatewayConfig config, String by) throws IOException {
        var did = new ArrayList<String>();
        var token = config.token();
        var notes = TokenNotes.beside(token.config().pinFile());
        notes.requireRoom();
        var noted = new NotedActs(notes, KernelClock.open(config.discipline()), () -> {});
        if (!Files.exists(token.config().pinFile())) {
            initToken(token.config(), token.driver(), Optional.empty());
            noted.told(new TokenAct.Initialised(token.config().label(), by));
            did.add("token \"" + token.config().label() + "\" initialised, its PIN is in "
                    + token.config().pinFile());
        }
        try (var open = Tokens.telling(token.open(), by, noted)) {
            settle(open);
            makeKey(open, token.sealKey(), KeyKind.P256, did);
            token.checkpointKey().ifPresent(name -> makeKey(open, name, KeyKind.ED25519, did));
            config.evm().ifPresent(evm -> makeKey(open, evm.accountKey(), KeyKind.SECP256K1, did));
        }
        return did;
    }

    /// So that a token which refuses is refused for the reason that stays.
    private static void settle(Token token) throws IOException {
        try {
            token.settle(SETTLING);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the token was opened", stop);
        }
    }

    private static void makeKey(Token token, String name, KeyKind kind, List<String> did) {
        try {
            token.generate(name, kind);
            did.add("key \"" + name + "\" (" + kind + ") made in " + token.description());
        } catch (KeyRefused refused) {
            // The name is taken, as at every start but the first; if the refusal means anything else, this says so.
            token.key(KeySpec.unpinned(name, kind));
        }
    }

    /// The PIN has its final name only once the token knows it, so an interrupted run is simply run again. Until then
    /// the security officer's PIN is kept, too: a token that has only that one takes no other, and counts
    /// wrong ones.
    ///
    /// @param officersFile holds the security officer's PIN; without it a random one is set
    static void initToken(TokenConfig config, TokenSettings.Driver driver, Optional<Path> officersFile)
            throws IOException {
        var unfinished = beside(config.pinFile(), ".new");
        var officer = beside(config.pinFile(), ".officer.new");
        boolean again = Files.exists(unfinished);
        if (!again) {
            keep(officer, officersFile.isPresent() ? officersPin(officersFile.get()) : pin());
            keep(unfinished, pin());
        }
        var pins = new TokenCeremony.PinsInFiles(officer, unfinished, again);
        try {
            switch (driver) {
                case PROCESS -> RemoteCeremony.initToken(config, pins);
                case INSIDE -> TokenCeremony.initToken(config, pins);
            }
        } catch (TokenCeremony.AlreadyInitialised there) {
            // By the run before this one, whose PIN it then is; if that was the first, it is somebody else's token, and
            // our PIN would cost one of its tries.
            if (!again) {
                Files.delete(unfinished);
                // First and for good: found again after a power cut, they would be taken for the token's own.
                DurableFile.forceDirectoryOf(unfinished);
                Files.delete(officer);
                throw new StartRefused(String.valueOf(there.getMessage()), "put its PIN into " + config.pinFile());
            }
        } catch (IllegalStateException cannot) {
            throw new StartRefused(
                    "the token cannot be initialised: " + cannot.getMessage(),
                    "see that it is there and empty, then start again");
        } catch (IllegalArgumentException noLibrary) {
            throw new ConfigRefused(noLibrary.getMessage());
        }
        Files.move(unfinished, config.pinFile(), StandardCopyOption.ATOMIC_MOVE);
        DurableFile.forceDirectoryOf(config.pinFile());
        // Only the user PIN is kept: whoever has lost it makes a new token and a new key, certified by the owner.
        Files.deleteIfExists(officer);
    }

    private static byte[] officersPin(Path file) throws IOException {
        var bytes = Files.readAllBytes(file);
        int length = bytes.length;
        while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r')) length--;
        if (length == 0 || length > MAX_PIN_BYTES)
            throw new StartRefused(file + " holds no PIN", "write the security officer's PIN there, alone");
        var pin = Arrays.copyOf(bytes, length);
        Arrays.fill(bytes, (byte) 0);
        return pin;
    }

    private static void keep(Path file, byte[] pin) throws IOException {
        try {
            writeSecret(file, pin);
        } finally {
            Arrays.fill(pin, (byte) 0);
        }
    }

    private static Path beside(Path file, String ending) {
        return file.resolveSibling(file.getFileName() + ending);
    }

    private static byte[] pin() {
        var pin = new byte[PIN_LENGTH];
        for (int i = 0; i < pin.length; i++) {
            pin[i] = (byte) PIN_CHARACTERS.charAt(RANDOM.nextInt(PIN_CHARACTERS.length()));
        }
        return pin;
    }

    /// Writes a file that only its owner can read, from the first byte on. It is there whole or not at all,
    /// also after a power cut: half a PIN would be taken for a PIN.
    static void writeSecret(Path file, byte[] content) throws IOException {
        DurableFile.replace(file, content, "rw-------");
    }

    static void writeSecret(Path file, String content) throws IOException {
        writeSecret(file, content.getBytes(StandardCharsets.UTF_8));
    }
}
