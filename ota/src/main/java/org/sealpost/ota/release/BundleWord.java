package org.sealpost.ota.release;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.sealpost.ota.Version;

/// What a bundle says of itself, once RAUC has accepted its signature: the board (`compatible`) and the version.
record BundleWord(String board, String version) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MAX_ANSWER = 1 << 20;
    private static final long SECONDS = 120;

    /// Whether `rauc` is on the PATH.
    static boolean canBeAsked() {
        return Optional.ofNullable(System.getenv("PATH")).stream()
                .flatMap(path -> Arrays.stream(path.split(":")))
                .anyMatch(folder -> !folder.isEmpty() && Files.isExecutable(Path.of(folder, "rauc")));
    }

    /// Asks `rauc info`. With a keyring it checks the signature of the bundle and, as a box does, that its signer may
    /// sign code.
    ///
    /// @param shown how the bundle is called in sentences
    /// @throws Refusal if RAUC does not accept the bundle
    static BundleWord ask(Path bundle, Path shown, Optional<Path> keyring) {
        if (keyring.isPresent() && !Files.isReadable(keyring.get())) {
            throw new Refusal(
                    "the keyring " + keyring.get() + " cannot be read; give the CA of the bundle's signer in PEM");
        }
        try {
            Path work = Files.createTempDirectory("sealpost-release");
            try {
                var command = new ArrayList<>(List.of("rauc"));
                if (keyring.isPresent()) {
                    command.add("--conf=" + configuration(work, keyring.get()));
                }
                command.addAll(List.of("info", "--output-format=json"));
                if (keyring.isEmpty()) {
                    command.add("--no-verify");
                }
                command.add(bundle.toAbsolutePath().toString());
                return read(shown, run(work, command, shown));
            } finally {
                for (String name : new String[] {"rauc.conf", "answer", "words"}) {
                    Files.deleteIfExists(work.resolve(name));
                }
                Files.deleteIfExists(work);
            }
        } catch (IOException failed) {
            throw new Refusal("rauc could not be asked about " + bundle + ": " + NewFile.reason(failed), failed);
        }
    }

    private static Path configuration(Path work, Path keyring) throws IOException {
        return Files.writeString(work.resolve("rauc.conf"), """
                [system]
                compatible=any
                bootloader=noop

                [keyring]
                path=%s
                check-purpose=codesign
                """.formatted(keyring.toAbsolutePath()));
    }

    private static byte[] run(Path work, List<String> command, Path bundle) throws IOException {
        Path answer = work.resolve("answer");
        Path words = work.resolve("words");
        var builder = new ProcessBuilder(command);
        builder.redirectInput(Path.of("/dev/null").toFile());
        builder.redirectOutput(answer.toFile()).redirectError(words.toFile());
        Process rauc = builder.start();
        try {
            if (!rauc.waitFor(SECONDS, TimeUnit.SECONDS)) {
                throw new Refusal("rauc has not answered for " + SECONDS + " s about " + bundle);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new Refusal("stopped while rauc looked at " + bundle, stopped);
        } finally {
            rauc.destroyForcibly();
        }
        if (rauc.exitValue() != 0) {
            throw new Refusal("rauc does not accept " + bundle + ": " + lastLine(words)
                    + "; make it anew, or name the keyring that knows its signer");
        }
        try (var in = Files.newInputStream(answer)) {
            return in.readNBytes(MAX_ANSWER);
        }
    }

    private static String lastLine(Path words) throws IOException {
        String text;
        try (var in = Files.newInputStream(words)) {
            text = new String(in.readNBytes(MAX_ANSWER), StandardCharsets.UTF_8);
        }
        return text.lines()
                .filter(line -> !line.isBlank())
                .reduce((_, last) -> last)
                .orElse("it does not say why");
    }

    private static BundleWord read(Path bundle, byte[] answer) throws IOException {
        try {
            JsonNode json = JSON.readTree(answer);
            return new BundleWord(
                    json.path("compatible").asText(), json.path("version").asText());
        } catch (JsonProcessingException odd) {
            throw new Refusal("rauc says of " + bundle + " what is not JSON; is it RAUC 1.8 or later?", odd);
        }
    }

    /// Refuses to describe the bundle as something that it says it is not.
    void requireIs(Path bundle, String wantedBoard, Version wantedVersion) {
        if (!board.equals(wantedBoard)) {
            throw new Refusal(bundle + " is for \"" + board + "\", not for " + wantedBoard
                    + "; take the bundle of that board, or name the right --board");
        }
        if (!version.equals(wantedVersion.toString())) {
            throw new Refusal(bundle + " says it is version \"" + version + "\", not " + wantedVersion
                    + "; take the bundle of that version, or name the right --version");
        }
    }
}
