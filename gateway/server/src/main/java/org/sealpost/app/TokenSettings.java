package org.sealpost.app;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.Tokens;
import org.sealpost.hsm.driver.DriverOptions;
import org.sealpost.hsm.driver.RemoteToken;

/// The `[token]` table: which token, and what its keys are called.
///
/// @param config        how the token is found and opened
/// @param driver        where its library runs
/// @param sealKey       CKA_LABEL of the P-256 sealing key
/// @param checkpointKey CKA_LABEL of the Ed25519 key; empty where the token cannot make one
/// @param certificates  PEM file with those of the sealing key; empty as long as no CA gave one
/// @param chip          device of the TPM behind the token; empty where it is none
record TokenSettings(
        TokenConfig config,
        Driver driver,
        String sealKey,
        Optional<String> checkpointKey,
        Optional<Path> certificates,
        Optional<Path> chip) {
    private static final int SESSIONS = 2;

    /// Where the token's library runs.
    enum Driver {
        /// In a process of its own, which is replaced when the library crashes or hangs.
        PROCESS,
        /// In the gateway's own, which a crash ends.
        INSIDE
    }

    static TokenSettings read(ConfigTable table) {
        Path module = table.path("module");
        var config = refusing(() -> new TokenConfig(
                module,
                table.text("label"),
                table.optionalText("serial"),
                table.optionalText("reserved"),
                table.path("pin-file"),
                table.integer("sessions", SESSIONS, 1, 64),
                table.optionalText("profile").map(profile -> profile(table, profile))));
        var settings = new TokenSettings(
                config,
                driver(table),
                table.optionalText("seal-key").orElse("seal"),
                table.optionalText("checkpoint-key"),
                table.optionalText("certificates").map(table::resolve),
                table.optionalText("chip").map(table::resolve));
        table.done();
        return settings;
    }

    private static Driver driver(ConfigTable table) {
        String said = table.optionalText("driver").orElse("process");
        return switch (said) {
            case "process" -> Driver.PROCESS;
            case "inside" -> Driver.INSIDE;
            default ->
                throw new ConfigRefused(
                        "token.driver is \"" + said
                                + "\", expected \"process\" (the default) or \"inside\", where a crash of the token's library ends the gateway");
        };
    }

    private static String profile(ConfigTable table, String nameOrPath) {
        return TokenConfig.isProfileFile(nameOrPath) ? table.resolve(nameOrPath).toString() : nameOrPath;
    }

    /// Signatures are completed on the token's own threads, which saves a wake-up for each: whoever signs in the
    /// gateway waits for the answer and hangs nothing on it.
    ///
    /// @throws ConfigRefused if the module is no PKCS#11 library, or the profile is none
    Token open() {
        return refusing(() -> switch (driver) {
            case PROCESS -> RemoteToken.open(config, DriverOptions.DEFAULT.withReplies(Runnable::run));
            case INSIDE -> Tokens.open(config, Runnable::run);
        });
    }

    static <T> T refusing(Supplier<T> make) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            throw new ConfigRefused(e.getMessage());
        }
    }
}
