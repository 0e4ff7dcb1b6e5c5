package org.sealpost.hsm;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/// The folder of a [SoftwareToken]: a file `<name>.<id>.pem` for each key, with the private key (PKCS#8, in the clear)
/// and its certificates, so that a key is there with all that belongs to it or not at all. What is named otherwise is
/// left alone.
///
/// Files are made as [PinFolder] makes them: for the folder's owner only, and durable when a call returns. Not for
/// several threads at once.
final class KeyFolder {
    private static final Pattern FILE = Pattern.compile("(.+)\\.([0-9a-f]{32})\\.pem");
    private static final int ID_BYTES = 16;
    private static final int MAX_FILE_BYTES = 1 << 20;
    private static final int MAX_NAME_BYTES = 200;
    private static final String PRIVATE_KEY = "PRIVATE KEY";
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path folder;
    private final PinFolder files;

    KeyFolder(Path folder) {
        this.folder = folder;
        // There is no PIN: who may use the folder may use the files.
        this.files = new PinFolder(folder.resolve("no-pin"));
    }

    /// A key's file, which need not be there yet.
    record Place(String name, byte[] id, Path file) {}

    record Content(byte[] pkcs8, List<byte[]> certificates) {
        static final Content NONE = new Content(new byte[0], List.of());

        /// [#NONE] if it holds no private key in PEM.
        static Content read(Path file) throws IOException {
            if (Files.size(file) > MAX_FILE_BYTES) {
                return NONE;
            }
            return parse(Files.readAllBytes(file));
        }

        private static Content parse(byte[] file) {
            byte[] pkcs8 = {};
            List<byte[]> certificates = new ArrayList<>();
            try (var pem =
                    new PemReader(new InputStreamReader(new ByteArrayInputStream(file), StandardCharsets.US_ASCII))) {
                for (PemObject part = pem.readPemObject(); part != null; part = pem.readPemObject()) {
                    switch (part.getType()) {
                        case PRIVATE_KEY -> pkcs8 = part.getContent();
                        case CERTIFICATE -> certificates.add(part.getContent());
                        default -> {}
                    }
                }
            } catch (IOException | RuntimeException notPem) {
                return NONE;
            }
            return new Content(pkcs8, List.copyOf(certificates));
        }

        byte[] pem() throws IOException {
            var bytes = new ByteArrayOutputStream();
            try (var pem = new PemWriter(new OutputStreamWriter(bytes, StandardCharsets.US_ASCII))) {
                pem.writeObject(new PemObject(PRIVATE_KEY, pkcs8));
                for (byte[] der : certificates) {
                    pem.writeObject(new PemObject(CERTIFICATE, der));
                }
            }
            return bytes.toByteArray();
        }
    }

    /// In the order of their names; no more than a token lists.
    List<Place> all() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.flatMap(file -> place(file).stream())
                    .sorted(Comparator.comparing(Place::name))
                    .limit(KeyRing.MAX_KEYS)
                    .toList();
        }
    }

    List<Place> named(String name) throws IOException {
        return all().stream().filter(place -> place.name().equals(name)).toList();
    }

    /// A file for another key of this name.
    Place another(String name) {
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8);
        if (encoded.length() > MAX_NAME_BYTES
                || !URLDecoder.decode(encoded, StandardCharsets.UTF_8).equals(name)) {
            throw KeyRefused.because(
                    name, "CKA_LABEL", "cannot be part of a file's name: take a shorter one, of Latin letters");
        }
        byte[] id = new byte[ID_BYTES];
        RANDOM.nextBytes(id);
        return new Place(name, id, folder.resolve(encoded + "." + HexFormat.of().formatHex(id) + ".pem"));
    }

    /// [Content#NONE] if it holds no private key in PEM.
    Content read(Place place) throws IOException {
        return Content.read(place.file());
    }

    void write(Place place, Content content) throws IOException {
        files.write(place.file(), content.pem());
    }

    void delete(Place place) throws IOException {
        files.delete(place.file());
    }

    private static Optional<Place> place(Path file) {
        Matcher parts = FILE.matcher(file.getFileName().toString());
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            String name = URLDecoder.decode(parts.group(1), StandardCharsets.UTF_8);
            return Optional.of(new Place(name, HexFormat.of().parseHex(parts.group(2)), file));
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }
}
