package org.sealpost.hsm;

import java.time.Duration;
import java.util.Map;
import org.sealpost.hsm.driver.DriverOptions;
import org.sealpost.hsm.driver.RemoteToken;

/// The ways to open a token. What [TokenContract] promises holds for each.
enum Opener {
    IN_THIS_PROCESS {
        @Override
        Token open(TokenConfig config, Map<String, String> variables) {
            return Tokens.open(config);
        }

        @Override
        LoginCount count(RealModule module) throws Exception {
            return LoginCount.inThisProcess(module);
        }
    },
    IN_A_DRIVER_PROCESS {
        @Override
        Token open(TokenConfig config, Map<String, String> variables) {
            return RemoteToken.open(config, new DriverOptions(variables, PATIENT, SILENT));
        }

        @Override
        LoginCount count(RealModule module) throws Exception {
            return LoginCount.anywhere(module);
        }
    };

    /// A machine that is busy with other things must not be taken for a process that hangs.
    private static final Duration PATIENT = Duration.ofMinutes(1);

    private static final Duration SILENT = Duration.ofMinutes(5);

    /// `variables` are what another process needs in its environment to reach the token.
    abstract Token open(TokenConfig config, Map<String, String> variables);

    /// Counts logins that reach the library, whoever opens the token this way. None is open yet.
    abstract LoginCount count(RealModule module) throws Exception;

    /// Whether the library is in this process, so that a test can stand between it and us.
    boolean isInThisProcess() {
        return this == IN_THIS_PROCESS;
    }
}
