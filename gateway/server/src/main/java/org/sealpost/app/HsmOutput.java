package org.sealpost.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Option;

/// How a verb of [HsmCommand] or [AnchorCommand] answers: in plain words, or as one line of JSON on the
/// standard output; progress goes to the standard error.
final class HsmOutput {
    static final String JSON = "--json";

    // Kept, because the JDK forgets the level of a logger that nobody holds.
    private static final Logger TOKENS = Logger.getLogger("org.sealpost.hsm");

    @Option(names = JSON, description = "answers with one line of JSON")
    private boolean json;

    /// What a verb found or did.
    record Answer(JsonNode json, List<String> lines, int exitCode) {
        static Answer done(JsonNode json, String... lines) {
            return new Answer(json, List.of(lines), HsmCommand.DONE);
        }
    }

    interface Act {
        Answer run() throws Exception;
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// @return the exit code
    int run(Act act) throws IOException {
        // What it would log is in the answer.
        TOKENS.setLevel(Level.OFF);
        try {
            var answer = act.run();
            if (json) {
                System.out.println(new JsonMapper().writeValueAsString(answer.json()));
            } else {
                answer.lines().forEach(System.out::println);
            }
            return answer.exitCode();
        } catch (Exception e) {
            if (e instanceof InterruptedException) Thread.currentThread().interrupt();
            return tell(HsmTrouble.of(e).orElseGet(() -> {
                e.printStackTrace();
                return HsmTrouble.bug(e);
            }));
        }
    }

    void progress(String words) {
        System.err.println(words);
    }

    private int tell(HsmTrouble trouble) throws IOException {
        return tell(trouble, json);
    }

    /// @return the exit code
    static int tell(HsmTrouble trouble, boolean json) throws IOException {
        if (json) {
            System.out.println(new JsonMapper().writeValueAsString(trouble.json()));
        } else {
            System.err.println("sealpost: " + trouble.sentence());
        }
        return trouble.exitCode();
    }
}
