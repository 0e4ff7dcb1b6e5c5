package org.sealpost.ota.release;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The command line of the release tool. Exit codes: 0 done, 1 refused with a sentence and nothing changed, 2 wrong
/// usage.
@Command(
        name = "sealpost-release",
        description = "Makes, signs and publishes what boxes may install; docs/updates.md tells how.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            CommandLine.HelpCommand.class,
            InitCommand.class,
            AddCommand.class,
            WithdrawCommand.class,
            SignCommand.class,
            PublishCommand.class,
            VerifyCommand.class
        })
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        // The token's life is of no interest here; what stops a command is said in its sentence.
        LogManager.getLogManager().getLogger("").setLevel(Level.WARNING);
        System.exit(run(System.out, System.err, args));
    }

    /// @return the exit code
    static int run(PrintStream out, PrintStream err, String... args) {
        var line = new CommandLine(new Main());
        line.setOut(writer(out)).setErr(writer(err));
        line.setExecutionExceptionHandler((failed, _, _) -> {
            if (failed instanceof Refusal || failed instanceof IllegalArgumentException) {
                err.println("sealpost-release: " + failed.getMessage());
                return CommandLine.ExitCode.SOFTWARE;
            }
            throw failed;
        });
        return line.execute(args);
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true);
    }
}
