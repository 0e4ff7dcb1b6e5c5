import org.sealpost.evidence.command.VerifyCommand;

/// `sealpost verify` for many files, in one JVM: prints for each its exit code, its name, and what is said, on one line.
void main(String[] arguments) {
    var trust = arguments[0];
    for (var file : List.of(arguments).subList(1, arguments.length)) {
        var said = new ByteArrayOutputStream();
        var out = new PrintStream(said, true, StandardCharsets.UTF_8);
        int code = VerifyCommand.run(new String[] {file, "--trust", trust}, out, out);
        IO.println(code + "\t" + file + "\t" + said.toString(StandardCharsets.UTF_8).replace('\n', '\t'));
    }
}
