package org.sealpost.ota.release;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where the private half of each key is: the file `keys.json`. No secret, and no authority: which key counts says the
/// root. It is written before metadata that needs a new key, so it may know keys that never came to count.
record KeyPlaces(String format, List<String> boards, List<RootKey> root, List<OnlineKey> online) {
    static final String FILE = "keys.json";
    private static final String FORMAT = "sealpost-keys-1";
    private static final int MAX_BYTES = 1 << 20;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final ObjectWriter PRETTY = JSON.writer(SerializationFeature.INDENT_OUTPUT);

    /// A root key, `root-1` and so on, as its file is called when it is made; where people keep it is their secret.
    record RootKey(String id, String name) {}

    /// A key in a token: the token's label, and its name there.
    record OnlineKey(String id, String role, String token, String name) {}

    KeyPlaces {
        if (!format.equals(FORMAT)) {
            throw new IllegalArgumentException("its format is not " + FORMAT);
        }
        boards = List.copyOf(boards);
        root = List.copyOf(root);
        online = List.copyOf(online);
    }

    static KeyPlaces of(List<String> boards) {
        return new KeyPlaces(FORMAT, boards, List.of(), List.of());
    }

    static KeyPlaces read(Path repository) {
        Path file = repository.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new Refusal(repository + " is no repository, since it holds no " + FILE + "; make one with: init");
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new Refusal(file + " is longer than " + MAX_BYTES + " bytes; take a copy that is whole");
            }
            return JSON.readValue(Files.readAllBytes(file), KeyPlaces.class);
        } catch (JacksonException damaged) {
            throw new Refusal(
                    file + " is damaged, take a copy that is whole: " + damaged.getOriginalMessage(), damaged);
        } catch (IOException unreadable) {
            throw new Refusal(file + " cannot be read: " + NewFile.reason(unreadable), unreadable);
        }
    }

    byte[] toJson() {
        try {
            return (PRETTY.writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JacksonException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    KeyPlaces with(RootKey key) {
        var more = new ArrayList<>(root);
        more.add(key);
        return new KeyPlaces(format, boards, more, online);
    }

    KeyPlaces with(OnlineKey key) {
        var more = new ArrayList<>(online);
        more.add(key);
        return new KeyPlaces(format, boards, root, more);
    }

    /// The name of a root key that is made next, or after so many others: none is given twice.
    String newRootName(int others) {
        int last = 0;
        for (RootKey key : root) {
            last = Math.max(
                    last, Integer.parseInt(key.name().substring(key.name().lastIndexOf('-') + 1)));
        }
        return "root-" + (last + 1 + others);
    }

    Optional<OnlineKey> online(String id) {
        return online.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /// The root key's name, or its id where this file does not know it.
    String rootName(String id) {
        return root.stream()
                .filter(key -> key.id().equals(id))
                .map(RootKey::name)
                .findFirst()
                .orElse(id);
    }
}
