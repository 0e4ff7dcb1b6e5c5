package org.sealpost.hsm;

import java.time.Duration;
import org.sealpost.hsm.driver.DriverOptions;
import org.sealpost.hsm.driver.RemoteToken;

/// The ways to open a token. What [TokenContract] promises holds for each.
enum Opener {
    IN_THIS_PROCESS {
        @Override
        Token open(RealModule module, TokenConfig config) {
            return Tokens.open(config);
        }
    },
    IN_A_DRIVER_PROCESS {
        @Override
        Token open(RealModule module, TokenConfig config) {
            return RemoteToken.open(config, new DriverOptions(module.variables(), PATIENT));
        }
    };

    /// A machine that is busy with other things must not be taken for a process that hangs.
    private static final Duration PATIENT = Duration.ofMinutes(5);

    /// Whoever opens it in another process gives that one the module's [RealModule#variables].
    abstract Token open(RealModule module, TokenConfig config);

    /// Whether the library is in this process, so that a test can stand between it and us.
    boolean isInThisProcess() {
        return this == IN_THIS_PROCESS;
    }
}
