package org.sealpost.hsm.driver;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenConfig;

/// A program that uses a token in a driver process, prints that one's id, and does not end by itself.
final class ParentToBeKilled {
    private ParentToBeKilled() {}

    static Process start(TokenConfig config) throws IOException {
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                ParentToBeKilled.class.getName(),
                config.module().toString(),
                config.label(),
                config.pinFile().toString());
        builder.environment().putAll(SoftHsm.environment());
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    public static void main(String[] arguments) throws Exception {
        var config = new TokenConfig(
                Path.of(arguments[0]), arguments[1], Optional.empty(), Optional.empty(), Path.of(arguments[2]), 1);
        RemoteToken token = Driven.open(config, DriverOptions.DEFAULT);
        System.out.println(token.process().orElseThrow());
        Thread.currentThread().join();
    }
}
