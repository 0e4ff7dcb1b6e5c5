package org.sealpost.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/// The update agent's file of acts, written here by what docs/updates.md says of it alone.
final class ActsFile {
    private final Path file;
    private int n;

    ActsFile(Path file) {
        this.file = file;
    }

    Path path() {
        return file;
    }

    /// Appends an act; the JSON object that the log is to have.
    String add(String act) throws IOException {
        var json =
                ("{\"n\":%d,\"at\":\"2026-11-25T10:00:00.000Z\",\"clock\":\"synced\",\"by\":\"owner\",\"act\":\"%s\","
                                + "\"sentence\":\"für „%s“\"}")
                        .formatted(n, act, act);
        n++;
        append(line(json));
        return json;
    }

    void append(String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /// Leaves the first so many lines.
    void cutTo(int lines) throws IOException {
        Files.write(file, List.copyOf(Files.readAllLines(file).subList(0, lines)));
        n = lines;
    }

    static String line(String json) {
        var crc = new CRC32C();
        crc.update(json.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits((int) crc.getValue()) + " " + json + "\n";
    }
}
