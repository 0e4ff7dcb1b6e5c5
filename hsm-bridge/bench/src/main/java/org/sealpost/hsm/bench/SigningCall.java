package org.sealpost.hsm.bench;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.sealpost.hsm.TokenConfig;

/// One signature, asked for and waited for by one thread, on the module that signs by rote: what is left is
/// what the call costs its caller. [SigningCallRun] has it measured by JMH.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SigningCall {
    /// A property of the system: the folder that [Place] has made.
    static final String FOLDER = "sealpost.jmh.folder";

    /// As in [SigningProcess]: in this process or through the driver process, answered on a thread of its own
    /// or on the one that has signed or read.
    @Param({"inside-direct", "inside", "process-direct", "process"})
    public String way = "";

    private @Nullable Way open;

    /// Opens the token, and has its key tested.
    @Setup(Level.Trial)
    public void open() throws Exception {
        Path folder = Path.of(System.getProperty(FOLDER));
        var config = new TokenConfig(
                folder.resolve("rote"), Place.LABEL, Optional.empty(), Optional.empty(), folder.resolve("pin"), 1);
        open = SigningProcess.way(way, config, Place.KEY);
    }

    /// Measured.
    @Benchmark
    public byte[] sign() throws Exception {
        Way token = open;
        if (token == null) {
            throw new IllegalStateException("not open");
        }
        return token.one();
    }

    /// Closes the token.
    @TearDown(Level.Trial)
    public void close() {
        Way token = open;
        if (token != null) {
            token.close();
        }
    }
}
