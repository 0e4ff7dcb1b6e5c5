package org.sealpost.app.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sealpost.control.Clients;
import org.sealpost.evidence.Certificates;

/// Settings, credentials and small notes of a gateway: what they are about, and nothing that is secret.
final class SettingsExplainer implements Explainer {
    private static final Pattern SECRET = Pattern.compile(".*(secret|password|pin|token|code|key)");
    private static final Pattern VARIABLE = Pattern.compile("([A-Z][A-Z0-9_]*)=.*");
    private static final Pattern LISTENED = Pattern.compile("[0-9]{4}-[0-9-]+T[0-9:.]+Z [A-Za-z0-9._-]+");
    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";

    @Override
    public Optional<Explanation> explain(Subject subject) throws IOException {
        var lines = subject.lines();
        if (lines.isEmpty()) return Optional.empty();
        if (subject.name().endsWith(".toml")) return Optional.of(toml(subject));
        return switch (subject.name()) {
            case "identity.pem" -> Optional.of(identity(subject));
            case "sensors-listened", "sensors-listened.tmp" -> Optional.of(listened(lines.get()));
            case "client-secret" ->
                Optional.of(Explanation.of("token and password of a client (not shown)")
                        .done());
            case "env", "env.new" -> Optional.of(variables(lines.get()));
            case "clients" -> Optional.of(clients(lines.get()));
            default -> console(lines.get());
        };
    }

    private static Explanation toml(Subject subject) throws IOException {
        try {
            var top = new TomlMapper()
                    .readTree(new String(subject.content(Subject.MAX_TEXT_BYTES), StandardCharsets.UTF_8));
            var draft = Explanation.of(
                    top.has("sensor") || top.has("sensors") && !top.has("data")
                            ? "settings of sensors (TOML)"
                            : top.has("data") ? "configuration of a gateway (TOML)" : "settings (TOML)");
            flatten("", top, draft);
            return draft.done();
        } catch (IOException e) {
            // A parser's message may quote what stands there.
            return Explanation.of("settings (TOML)").damaged("not TOML").done();
        }
    }

    private static void flatten(String name, JsonNode node, Explanation.Draft draft) {
        if (node.isObject()) {
            node.properties()
                    .forEach(entry -> flatten(
                            name.isEmpty() ? entry.getKey() : name + "." + entry.getKey(), entry.getValue(), draft));
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) flatten(name + "[" + i + "]", node.get(i), draft);
        } else {
            draft.item(name + " = " + value(name, node));
        }
    }

    /// Secrets are files here, and their names are no secret; whoever wrote one into the settings all the same
    /// is not to find it on a screen.
    private static String value(String name, JsonNode node) {
        var key = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (SECRET.matcher(key).matches() && !key.endsWith("-key")) return "(not shown)";
        var text = node.asText();
        if (!text.contains("://")) return node.toString();
        try {
            var address = URI.create(text);
            return address.getHost() == null
                    ? "an address"
                    : address.getScheme() + "://" + address.getHost()
                            + (address.getPort() < 0 ? "" : ":" + address.getPort());
        } catch (IllegalArgumentException e) {
            return "an address";
        }
    }

    private static Explanation identity(Subject subject) throws IOException {
        var draft =
                Explanation.of("what the doors show of themselves over TLS: private key (not shown) and certificate");
        var text = new String(subject.content(Subject.MAX_TEXT_BYTES), StandardCharsets.US_ASCII);
        int begin = text.indexOf(BEGIN);
        if (begin < 0) return draft.damaged("no certificate").done();
        try {
            var certificate = Certificates.read(text.substring(begin).getBytes(StandardCharsets.US_ASCII));
            return draft.fact("subject", certificate.getSubjectX500Principal().getName())
                    .fact(
                            "valid",
                            certificate.getNotBefore().toInstant() + " to "
                                    + certificate.getNotAfter().toInstant())
                    .done();
        } catch (CertificateException e) {
            return draft.damaged("its certificate cannot be read").done();
        }
    }

    private static Explanation listened(List<String> lines) {
        var draft = Explanation.of("until when each sensor was listened to");
        for (var line : lines) {
            if (LISTENED.matcher(line).matches()) draft.item(line);
            else draft.damaged("a line of it is no time and a name");
        }
        return draft.done();
    }

    private static Explanation variables(List<String> lines) {
        var draft = Explanation.of("how the demo is reached, as variables of a shell (values not shown)");
        for (var line : lines) {
            var variable = VARIABLE.matcher(line);
            if (variable.matches()) draft.item(variable.group(1));
        }
        return draft.done();
    }

    private static Explanation clients(List<String> lines) {
        var draft = Explanation.of("credentials of clients, as hashes (not shown)");
        try {
            Clients.parse(lines).leftOut().forEach(draft::damaged);
        } catch (IllegalArgumentException e) {
            return draft.damaged(String.valueOf(e.getMessage())).done();
        }
        lines.stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(line -> line.split("\\s+"))
                .forEach(parts -> draft.item(parts[0] + " " + parts[1]));
        return draft.done();
    }

    /// It shows the code by which a box is claimed.
    private static Optional<Explanation> console(List<String> lines) {
        if (lines.isEmpty() || !lines.getFirst().startsWith("address  ")) return Optional.empty();
        return Optional.of(Explanation.of("text of a box's console (claim code not shown)")
                .fact("address", lines.getFirst().substring("address  ".length()))
                .done());
    }
}
