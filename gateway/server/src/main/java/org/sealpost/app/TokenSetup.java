package org.sealpost.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.sealpost.anchor.evm.EvmLedger;
import org.sealpost.control.Act;
import org.sealpost.hsm.InsecureKeyFile;
import org.sealpost.hsm.KeyFileRefused;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenAct;
import org.sealpost.hsm.TokenCeremony;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.Tokens;
import org.sealpost.hsm.driver.RemoteCeremony;
import org.sealpost.journal.DurableFile;

/// Makes a token ready for a box: initialises an empty one with a random PIN, and generates the keys that the
/// configuration names, of accounts also those in files. For commissioning and the demo; a gateway that runs never
/// makes keys. The token's library runs where the configuration says, as in the gateway itself; of each act on it a
/// note is left.
final class TokenSetup {
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
        var notes = token.notes();
        notes.requireRoom();
        var noted = new NotedActs(notes, KernelClock.open(config.discipline()), () -> {});
        // A credential is somebody's who has prepared the token.
        if (!token.isInsecure()
                && !token.config().pin().isCredential()
                && !Files.exists(token.config().pinFile())) {
            initToken(token.config(), token.driver(), TokenCeremony.EmptyToken.ONLY);
            noted.told(new TokenAct.Initialised(token.config().label(), by));
            did.add("token \"" + token.config().label() + "\" initialised, its PIN is in "
                    + token.config().pinFile());
        }
        try (var open = Tokens.telling(token.open(), by, noted)) {
            settle(open);
            // Once there is a log, its genesis names the keys.
            Consumer<SigningKey> found =
                    FirstBoot.hasLog(config.data()) ? _ -> {} : key -> noted.found(open.description(), by, key);
            makeKey(open, token.sealKey(), KeyKind.P256, did, found);
            token.checkpointKey().ifPresent(name -> makeKey(open, name, KeyKind.ED25519, did, found));
            config.allAccountKeys().forEach(name -> makeKey(open, name, KeyKind.SECP256K1, did, found));
            config.identityKeys().forEach(name -> makeKey(open, name, KeyKind.P256, did, found));
        }
        for (var key : config.accountFiles()) makeAccount(key, did);
        return did;
    }

    /// One that is there stays, and must be of use.
    private static void makeAccount(AccountKey.InFile key, List<String> did) throws KeyFileRefused {
        try {
            var account = EvmLedger.accountOf(InsecureKeyFile.make(key.file(), KeyKind.SECP256K1));
            did.add("key of account " + account + " made; " + key.warning());
        } catch (FileAlreadyExistsException there) {
            InsecureKeyFile.open(key.file(), KeyKind.SECP256K1);
        }
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

    /// @param found takes a key that was there, be it somebody's or that of a run which was cut off before its note
    private static void makeKey(Token token, String name, KeyKind kind, List<String> did, Consumer<SigningKey> found) {
        try {
            token.generate(name, kind);
            did.add("key \"" + name + "\" (" + kind + ") made in " + token.description());
        } catch (KeyRefused refused) {
            // The name is taken, as at every start but the first; if the refusal means anything else, this says so.
            found.accept(thatIsThere(token, name, kind, refused));
        }
    }

    private static SigningKey thatIsThere(Token token, String name, KeyKind kind, KeyRefused making) {
        try {
            return token.key(KeySpec.unpinned(name, kind));
        } catch (KeyRefused missing) {
            if (kind != KeyKind.SECP256K1) throw missing;
            throw new StartRefused(
                    "the token makes no key for an account: " + making.getMessage(),
                    "where it has no secp256k1, as a TPM, give the account a key in a file: account-key-file in its"
                            + " [anchorage.NAME], or publish-account-key-file");
        }
    }

    /// Repeatable after an interruption: [TokenCeremony].
    static void initToken(TokenConfig config, TokenSettings.Driver driver, TokenCeremony.EmptyToken wanted) {
        try {
            ceremony(config, driver, wanted);
        } catch (TokenCeremony.AlreadyInitialised there) {
            throw new StartRefused(String.valueOf(there.getMessage()), "put its PIN into " + config.pinFile());
        } catch (IllegalStateException cannot) {
            throw new StartRefused(
                    "the token cannot be initialised: " + cannot.getMessage(),
                    "see that it is there and empty, then start again");
        } catch (IllegalArgumentException noLibrary) {
            throw new ConfigRefused(noLibrary.getMessage());
        }
    }

    /// As [TokenCeremony#initToken(TokenConfig, TokenCeremony.EmptyToken)], where the library runs.
    static void ceremony(TokenConfig config, TokenSettings.Driver driver, TokenCeremony.EmptyToken wanted) {
        switch (driver) {
            case PROCESS -> RemoteCeremony.initToken(config, wanted);
            case INSIDE -> TokenCeremony.initToken(config, wanted);
        }
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
