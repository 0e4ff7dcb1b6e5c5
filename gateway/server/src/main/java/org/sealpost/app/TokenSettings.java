package org.sealpost.app;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.hsm.PinPlace;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenConfig;

/// The `[token]` table: which token, and what its keys are called.
///
/// @param place         where the keys are
/// @param sealKey       CKA_LABEL of the P-256 sealing key
/// @param checkpointKey CKA_LABEL of the Ed25519 key; empty where the token cannot make one
/// @param certificates  PEM file with those of the sealing key; empty as long as no CA gave one
/// @param chip          device of the TPM behind the token; empty where it is none
record TokenSettings(
        TokenPlace place,
        String sealKey,
        Optional<String> checkpointKey,
        Optional<Path> certificates,
        Optional<Path> chip) {
    static final String INSECURE = "insecure-software";

    private static final int SESSIONS = 2;
    private static final List<String> OF_A_MODULE =
            List.of("module", "serial", "reserved", "pin-file", "pin-credential", "sessions", "profile", "chip");
    private static final String MEMORY = "token-pin";

    TokenSettings(
            TokenConfig config,
            Driver driver,
            String sealKey,
            Optional<String> checkpointKey,
            Optional<Path> certificates,
            Optional<Path> chip) {
        this(new TokenPlace.Module(config, driver), sealKey, checkpointKey, certificates, chip);
    }

    /// Where the token's library runs.
    enum Driver {
        /// In a process of its own, which is replaced when the library crashes or hangs.
        PROCESS,
        /// In the gateway's own, which a crash ends.
        INSIDE
    }

    /// @param data        the gateway's data directory, where it is kept what the token said of a credential
    /// @param environment of this process
    static TokenSettings read(ConfigTable table, Path data, Map<String, String> environment) {
        var said = table.optionalText("driver").orElse("process");
        var settings = new TokenSettings(
                said.equals(INSECURE)
                        ? insecure(table)
                        : new TokenPlace.Module(module(table, pin(table, data, environment)), driver(said)),
                table.optionalText("seal-key").orElse("seal"),
                table.optionalText("checkpoint-key"),
                table.optionalText("certificates").map(table::resolve),
                table.optionalText("chip").map(table::resolve));
        table.done();
        return settings;
    }

    private static TokenPlace insecure(ConfigTable table) {
        for (var key : OF_A_MODULE) {
            if (table.has(key))
                throw new ConfigRefused("token." + key + " is there, and token.driver is \"" + INSECURE
                        + "\", whose keys lie in token.folder: leave out token." + key
                        + ", or token.driver, so that a real token is used");
        }
        return new TokenPlace.InsecureFolder(table.path("folder"), table.text("label"));
    }

    private static PinPlace pin(ConfigTable table, Path data, Map<String, String> environment) {
        var credential = table.optionalText("pin-credential");
        if (credential.isEmpty()) return PinPlace.inFile(table.path("pin-file"));
        if (table.has("pin-file"))
            throw new ConfigRefused("token.pin-file and token.pin-credential are both there: leave out the one that the"
                    + " PIN does not come from");
        return refusing(() -> PinPlace.ofCredential(credential.get(), environment, data.resolve(MEMORY)));
    }

    private static TokenConfig module(ConfigTable table, PinPlace pin) {
        Path module = table.path("module");
        return refusing(() -> new TokenConfig(
                module,
                table.text("label"),
                table.optionalText("serial"),
                table.optionalText("reserved"),
                pin,
                table.integer("sessions", SESSIONS, 1, 64),
                table.optionalText("profile").map(profile -> profile(table, profile))));
    }

    private static Driver driver(String said) {
        return switch (said) {
            case "process" -> Driver.PROCESS;
            case "inside" -> Driver.INSIDE;
            default ->
                throw new ConfigRefused(
                        "token.driver is \"" + said
                                + "\", expected \"process\" (the default), \"inside\", where a crash of the token's library ends the gateway, or, for development only, \"insecure-software\"");
        };
    }

    private static String profile(ConfigTable table, String nameOrPath) {
        return TokenConfig.isProfileFile(nameOrPath) ? table.resolve(nameOrPath).toString() : nameOrPath;
    }

    /// Whether there is no token: the keys lie in files.
    boolean isInsecure() {
        return place instanceof TokenPlace.InsecureFolder;
    }

    /// @throws ConfigRefused if the module is no PKCS#11 library, or the profile is none
    Token open() {
        return refusing(place::open);
    }

    TokenNotes notes() {
        return place.notes();
    }

    /// @throws ConfigRefused if there is no token
    TokenConfig config() {
        return module().config();
    }

    /// @throws ConfigRefused if there is no token
    Driver driver() {
        return module().driver();
    }

    private TokenPlace.Module module() {
        return switch (place) {
            case TokenPlace.Module module -> module;
            case TokenPlace.InsecureFolder _ ->
                throw new ConfigRefused("token.driver is \"" + INSECURE
                        + "\": there is no token, no library and no PIN; name a real token in [token] for this");
        };
    }

    static <T> T refusing(Supplier<T> make) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            throw new ConfigRefused(e.getMessage());
        }
    }
}
