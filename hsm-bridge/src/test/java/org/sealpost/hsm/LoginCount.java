package org.sealpost.hsm;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// Counts the calls of C_Login that reach a module, by standing before it: many modules do not tell.
///
/// `config` is how the token is opened so that its logins are counted, and `variables` what another process needs
/// in its environment to reach it that way.
record LoginCount(TokenConfig config, Map<String, String> variables, LongSupplier count, AutoCloseable end)
        implements AutoCloseable {

    static LoginCount inThisProcess(RealModule module) throws Exception {
        TokenConfig config = module.config();
        var faults = new Faults(config.module(), config.reserved());
        return new LoginCount(config, module.variables(), () -> faults.logins().calls(), faults);
    }

    /// In whatever process, by a library in C.
    static LoginCount anywhere(RealModule module) throws Exception {
        FaultShim shim = FaultShim.before(module.config().module());
        var variables = new HashMap<>(module.variables());
        variables.putAll(shim.environment());
        return new LoginCount(
                shim.through(module.config()),
                variables,
                () -> shim.on(FaultShim.Function.LOGIN).calls(),
                shim::heal);
    }

    long logins() {
        return count.getAsLong();
    }

    @Override
    public void close() throws Exception {
        end.close();
    }
}
