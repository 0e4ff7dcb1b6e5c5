package org.sealpost.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.PinRefused;
import org.sealpost.hsm.QueueFull;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.hsm.est.EstFailed;
import picocli.CommandLine.Option;

/// How a verb of [HsmCommand] answers: in plain words, or as one line of JSON on the standard output; progress goes to
/// the standard error.
final class HsmOutput {
    // Kept, because the JDK forgets the level of a logger that nobody holds.
    private static final Logger TOKENS = Logger.getLogger("org.sealpost.hsm");

    @Option(names = "--json", description = "answers with one line of JSON")
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
    int run(Act act) throws Exception {
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
        } catch (TokenSetback e) {
            return trouble(e.getMessage(), e.remedy(), passes(e.state()) ? HsmCommand.LATER : HsmCommand.REFUSED);
        } catch (QueueFull e) {
            return trouble(e.getMessage(), "", HsmCommand.LATER);
        } catch (KeyRefused | PinRefused e) {
            return trouble(e.getMessage(), "", HsmCommand.REFUSED);
        } catch (EstFailed e) {
            return trouble(e.getMessage(), "", HsmCommand.LATER);
        } catch (HsmRefusal e) {
            return trouble(e.getMessage(), "", e.exitCode());
        } catch (StartRefused e) {
            return trouble(e.problem(), e.remedy(), HsmCommand.SETTINGS);
        } catch (ConfigRefused | IllegalArgumentException | IllegalStateException e) {
            return trouble(e.getMessage(), "", HsmCommand.SETTINGS);
        } catch (UncheckedIOException e) {
            return trouble(String.valueOf(e.getMessage()), "", HsmCommand.SETTINGS);
        } catch (IOException e) {
            return trouble("a file cannot be used: " + Refusal.words(e), "", HsmCommand.SETTINGS);
        }
    }

    void progress(String words) {
        System.err.println(words);
    }

    private int trouble(String cause, String remedy, int exitCode) throws IOException {
        if (json) {
            System.out.println(new JsonMapper()
                    .writeValueAsString(object().put("error", cause).put("remedy", remedy)));
        } else {
            System.err.println("sealpost: " + cause + (remedy.isEmpty() ? "" : "; " + remedy));
        }
        return exitCode;
    }

    private static boolean passes(TokenHealth.State state) {
        return switch (state) {
            case READY, RECOVERING, UNRESPONSIVE, ABSENT, LOCKED_OUT -> true;
            case AMBIGUOUS_TOKEN, PIN_BLOCKED, FOREIGN_STORE, AMBIGUOUS_KEY, KEY_REFUSED, CLOSED -> false;
        };
    }
}
