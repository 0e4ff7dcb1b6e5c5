package org.sealpost.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.ListedKey;
import org.sealpost.hsm.ListedModule;
import org.sealpost.hsm.ModuleFailed;
import org.sealpost.hsm.PinPlace;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenDoctor;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.hsm.Tokens;
import org.sealpost.hsm.driver.DriverOptions;
import org.sealpost.hsm.driver.DriverTokens;
import org.sealpost.record.ClockReading;
import picocli.CommandLine.Option;

/// Which token a verb of [HsmCommand] is about: that of a gateway's configuration, or one that is described by hand.
final class HsmTarget {
    static final Duration SETTLING = Duration.ofSeconds(30);

    @Option(names = "--config", description = "takes the token from this configuration file, sealpost.toml")
    private Optional<Path> config = Optional.empty();

    @Option(names = "--module", description = "the vendor's PKCS#11 library")
    private Optional<Path> module = Optional.empty();

    @Option(names = "--label", description = "the token's label")
    private Optional<String> label = Optional.empty();

    @Option(names = "--serial", description = "the token's serial, where labels repeat")
    private Optional<String> serial = Optional.empty();

    @Option(names = "--reserved", description = "the module's own parameter string (NSS)")
    private Optional<String> reserved = Optional.empty();

    @Option(names = "--profile", description = "the vendor's profile: a name that comes with Sealpost, or a file")
    private Optional<String> profile = Optional.empty();

    @Option(
            names = "--pin-file",
            description = "the file that holds the user PIN; for init and change-pin also beside --config, where the"
                    + " gateway's PIN is a systemd credential")
    private Optional<Path> pinFile = Optional.empty();

    // Taken, so that the answer is a sentence that tells the way.
    @Option(
            names = "--pin-credential",
            hidden = true,
            description = "not here: a gateway's configuration names a systemd credential (token.pin-credential)")
    private Optional<String> pinCredential = Optional.empty();

    @Option(
            names = "--inside",
            description = "runs the vendor's library in this process, as a debugger wants it, and not in a driver"
                    + " process; its crash is then this program's")
    private boolean inside;

    private boolean writesPin;

    TokenConfig token() {
        return token(1);
    }

    TokenConfig token(int sessions) {
        if (gateway().isPresent()) {
            var settings = gateway().get().token().config();
            return new TokenConfig(
                    settings.module(),
                    settings.label(),
                    settings.serial(),
                    settings.reserved(),
                    pinFile.map(PinPlace::inFile).orElse(settings.pin()),
                    sessions,
                    settings.profile());
        }
        return new TokenConfig(
                module(),
                label.orElseThrow(() -> usage("--label is missing: hsm list shows the labels")),
                serial,
                reserved,
                pinFile.orElseThrow(() -> usage("--pin-file is missing: a file that holds the PIN and nothing else")),
                sessions,
                profile);
    }

    /// For verbs that write the PIN. Where a gateway's is a systemd credential, they work on a file that is to become
    /// it; the notes of what they do are left where that gateway looks for them.
    ///
    /// @throws HsmRefusal if there is no such file
    TokenConfig tokenWithPinFile(String instead) {
        writesPin = true;
        var ofGateway = gateway().map(gateway -> gateway.token().config().pin());
        if (ofGateway.isPresent() && pinFile.isPresent() && !ofGateway.get().isCredential())
            throw usage(
                    "the configuration names the PIN file " + ofGateway.get().file() + ": leave out --pin-file");
        var token = token();
        if (token.pin().isCredential())
            throw new HsmRefusal(
                    "the PIN comes from the systemd credential " + token.pinFile()
                            + ", which nothing here can write; add --pin-file, " + instead,
                    HsmCommand.SETTINGS);
        return token;
    }

    /// The configuration that is given, read anew each time.
    Optional<GatewayConfig> gateway() {
        if (pinCredential.isPresent())
            throw usage(
                    "a systemd credential is not named here, since the data directory of a gateway remembers what the"
                            + " token said of it: put token.pin-credential into sealpost.toml and give --config, or give"
                            + " --pin-file");
        boolean described = Stream.of(module, label, serial, reserved, profile).anyMatch(Optional::isPresent)
                || pinFile.isPresent() && !writesPin;
        if (config.isPresent() && described)
            throw usage("give --config, or --module, --label, --pin-file and what else describes the token, and not"
                    + " both");
        return config.map(this::read);
    }

    /// Beside a file with the PIN, no credential is read, and none needs to be given.
    private GatewayConfig read(Path file) {
        return pinFile.isPresent()
                ? GatewayConfig.read(ConfigTable.read(file), Map.of("CREDENTIALS_DIRECTORY", "/"))
                : GatewayConfig.read(file);
    }

    /// Whether the configuration names no token, but keys that lie in files.
    boolean isInsecure() {
        return gateway().filter(gateway -> gateway.token().isInsecure()).isPresent();
    }

    private Path module() {
        return module.orElseThrow(() -> usage("--module is missing: the path of the vendor's PKCS#11 library"));
    }

    /// For verbs that need no label yet.
    ListedModule look() {
        if (gateway().map(gateway -> gateway.token().place()).orElse(null)
                instanceof TokenPlace.InsecureFolder insecure) {
            var listed = Tokens.listedInsecureSoftwareToken(insecure.label());
            return new ListedModule(
                    listed.manufacturer(), "none", List.of(), List.of(new ListedModule.Held(listed, List.of())));
        }
        var settings = gateway().map(gateway -> gateway.token().config());
        var library = settings.map(TokenConfig::module).orElseGet(this::module);
        try {
            return way().look(
                            library,
                            settings.map(TokenConfig::reserved).orElse(reserved),
                            settings.map(TokenConfig::profile).orElse(profile));
        } catch (ModuleFailed doesNotShow) {
            throw doesNotShow;
        } catch (IllegalStateException doesNotShow) {
            // A service that is down, an HSM that nobody reaches, a library that crashes: as for a token that is away.
            throw new HsmRefusal(String.valueOf(doesNotShow.getMessage()), HsmCommand.LATER);
        }
    }

    /// Where the library runs.
    TokenSettings.Driver driver() {
        if (inside) return TokenSettings.Driver.INSIDE;
        return gateway().map(gateway -> gateway.token().driver()).orElse(TokenSettings.Driver.PROCESS);
    }

    TokenDoctor.Way way() {
        return switch (driver()) {
            case PROCESS -> new DriverTokens(DriverOptions.DEFAULT);
            case INSIDE -> TokenDoctor.INSIDE;
        };
    }

    Token open() throws InterruptedException {
        return open(1);
    }

    /// For verbs that do something to the token or its keys: a note of it is left for the gateway's log.
    ///
    /// @throws StartRefused if none could be left
    Token openToAct() throws InterruptedException {
        var noted = noted(notes());
        return Tokens.telling(open(), NotedActs.somebodyHere(), noted);
    }

    /// Of whatever the verb is about.
    TokenNotes notes() {
        return gateway().map(gateway -> gateway.token().notes()).orElseGet(() -> TokenNotes.of(token().pin()));
    }

    /// @throws StartRefused if no note could be left
    static NotedActs noted(TokenNotes notes) {
        notes.requireRoom();
        try {
            return new NotedActs(notes, KernelClock.open(ClockReading.Source.SYSTEM), () -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @throws TokenSetback if the token cannot be used now
    Token open(int sessions) throws InterruptedException {
        if (isInsecure())
            return HsmInsecure.warned(gateway().orElseThrow().token().open());
        var settings = token(sessions);
        var token = way().open(settings);
        var health = token.settle(SETTLING);
        if (health.isReady()) return token;
        token.close();
        throw health.setback(settings.label());
    }

    /// The one key of this name, as it is listed.
    static ListedKey listed(Token token, String name) {
        List<ListedKey> named =
                token.keys().stream().filter(key -> key.name().equals(name)).toList();
        if (named.isEmpty())
            throw new HsmRefusal("the token holds no key \"" + name + "\": hsm keys lists them", HsmCommand.REFUSED);
        if (named.size() > 1)
            throw new HsmRefusal(
                    named.size() + " keys of the token are named \"" + name
                            + "\", so that it cannot be told which is meant: hsm keys shows their ids, and hsm destroy"
                            + " takes one",
                    HsmCommand.REFUSED);
        return named.getFirst();
    }

    /// The one key of this name, tested.
    static SigningKey key(Token token, String name, Optional<KeyKind> kind) {
        var listed = listed(token, name);
        if (kind.isEmpty() && listed.kinds().isEmpty())
            throw new HsmRefusal("key \"" + name + "\" is of no kind that we know", HsmCommand.REFUSED);
        if (kind.isEmpty() && listed.kinds().size() > 1)
            throw usage("--kind is missing: key \"" + name + "\" can be used as one of " + listed.kinds());
        return token.key(
                KeySpec.unpinned(name, kind.orElseGet(() -> listed.kinds().getFirst())));
    }

    static HsmRefusal usage(String sentence) {
        return new HsmRefusal(sentence, HsmCommand.USAGE);
    }
}
