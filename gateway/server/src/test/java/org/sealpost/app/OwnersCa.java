package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The CA that an owner brings: OpenSSL, with the command that docs/appliance.md gives.
record OwnersCa(Path folder) {
    private static final Pattern ANSWER = Pattern.compile("`(openssl x509 -req -in request\\.pem [^`]*)`");

    static OwnersCa create(Path folder) throws IOException, InterruptedException {
        Command.assumeInstalled("openssl", "openssl");
        Files.createDirectories(folder);
        var ca = new OwnersCa(folder);
        ca.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ca.key");
        ca.openssl(
                "req", "-x509", "-new", "-key", "ca.key", "-subj", "/CN=Owner's CA", "-days", "3650", "-out", "ca.pem");
        return ca;
    }

    /// Signs a request as the document says, word for word.
    String answer(String request) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("request.pem"), request);
        var words = new ArrayList<>(List.of(documentedCommand().split(" ")));
        openssl(words.subList(1, words.size()).toArray(String[]::new));
        return Files.readString(folder.resolve("seal.pem"));
    }

    /// Signs a request in other ways.
    String answer(String request, String... words) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("request.pem"), request);
        var all = new ArrayList<>(
                List.of("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-out", "seal.pem"));
        all.addAll(List.of(words));
        openssl(all.toArray(String[]::new));
        return Files.readString(folder.resolve("seal.pem"));
    }

    /// What OpenSSL says of a request.
    String show(String request) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("request.pem"), request);
        return openssl("req", "-in", "request.pem", "-verify", "-noout", "-text");
    }

    String pem() throws IOException {
        return Files.readString(folder.resolve("ca.pem"));
    }

    /// A trust file that names this CA and nothing else.
    String trust() throws IOException {
        var base64 = pem().replaceAll("-----[A-Z ]*-----", "").replaceAll("\\s", "");
        assertEquals(
                base64, Base64.getEncoder().encodeToString(Base64.getDecoder().decode(base64)));
        return "sealpost-trust 1\nca " + base64 + "\n";
    }

    private static String documentedCommand() throws IOException {
        var document = Files.readString(Path.of(System.getProperty("sealpost.root"), "docs", "appliance.md"));
        Matcher found = ANSWER.matcher(document);
        if (!found.find()) throw new AssertionError("docs/appliance.md has no command for a CA");
        return found.group(1);
    }

    String openssl(String... words) throws IOException, InterruptedException {
        var all = new ArrayList<String>();
        all.add("openssl");
        all.addAll(List.of(words));
        var process = new ProcessBuilder(all)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
