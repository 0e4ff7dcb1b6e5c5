package org.sealpost.admin;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What a form asks of the update agent, or why it is not passed on. What an order means is the agent's to judge;
/// here is only seen to it that it can be one.
sealed interface UpdateOrder {
    record Given(UpdateAgent.Order order) implements UpdateOrder {}

    /// @param sentence names the rule and the remedy
    record Refused(String sentence) implements UpdateOrder {}

    int MAX_URL_LENGTH = 1024;
    int MAX_CA_BYTES = 32 << 10;
    int MAX_VERSION_LENGTH = 64;

    /// `%XX` for all that is no letter.
    int MAX_FORM_BYTES = 3 * (MAX_CA_BYTES + MAX_URL_LENGTH) + 1024;

    static UpdateOrder source(Submission.Fields fields, String by) {
        var url = fields.field("url");
        if (url.filter(text -> text.length() > MAX_URL_LENGTH).isPresent()) {
            return new Refused("The address has more than " + MAX_URL_LENGTH + " characters; use a shorter one.");
        }
        var ca = fields.field("ca");
        if (ca.filter(pem -> pem.getBytes(StandardCharsets.UTF_8).length > MAX_CA_BYTES)
                .isPresent()) {
            return new Refused("The certificates have more than " + MAX_CA_BYTES
                    + " bytes; give those of the CA alone that has certified the server.");
        }
        var automatic = flag(fields.field("automatic"));
        if (automatic.isEmpty()) {
            return new Refused("The field automatic is neither true nor false; say one of them, or leave it out.");
        }
        return new Given(agent -> agent.source(url, ca, automatic.get(), by));
    }

    static UpdateOrder check(String by) {
        return new Given(agent -> agent.check(by));
    }

    static UpdateOrder install(Submission.Fields fields, String by) {
        return version(fields)
                .<UpdateOrder>map(version -> new Given(agent -> agent.install(version, by)))
                .orElseGet(UpdateOrder::noVersion);
    }

    static UpdateOrder allow(Submission.Fields fields, String by) {
        return version(fields)
                .<UpdateOrder>map(version -> new Given(agent -> agent.allow(version, by)))
                .orElseGet(UpdateOrder::noVersion);
    }

    private static Optional<String> version(Submission.Fields fields) {
        return fields.field("version").filter(version -> version.length() <= MAX_VERSION_LENGTH);
    }

    private static UpdateOrder noVersion() {
        return new Refused("The field version names no release; give one such as 1.2.0.");
    }

    /// A box of a form that is not ticked is not sent.
    private static Optional<Boolean> flag(Optional<String> text) {
        return switch (text.orElse("false")) {
            case "true", "on" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        };
    }
}
