package org.sealpost.hsm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Which [Profile] a module gets: the one that the configuration names, else the one whose manufacturer it is, else
/// the standard's.
final class Profiles {
    /// Each is a file beside this class, `profiles/<name>.properties`.
    static final List<String> SHIPPED = List.of(
            "softhsm2",
            "tpm2-pkcs11",
            "nss",
            "opencryptoki",
            "kryoptic",
            "yubihsm2",
            "opensc",
            "luna",
            "tass",
            "sansec",
            "ibm-ep11");

    /// Exactly what PKCS#11 says.
    static final Profile STANDARD = ProfileFile.read("standard", "name = standard\nstatus = documentation");

    private static final List<Profile> ALL =
            SHIPPED.stream().map(Profiles::shipped).toList();

    private Profiles() {}

    /// The profile of a configuration: a shipped one's name, or a file's path, which has a slash or ends in
    /// `.properties`.
    ///
    /// @throws IllegalArgumentException if there is none of this name, or the file is no profile; one sentence
    static Profile named(String nameOrPath) {
        if (TokenConfig.isProfileFile(nameOrPath)) {
            return ofFile(Path.of(nameOrPath));
        }
        if (!SHIPPED.contains(nameOrPath)) {
            throw new IllegalArgumentException("there is no profile \"" + nameOrPath + "\"; there are "
                    + String.join(", ", SHIPPED) + ", or name a file that ends in .properties");
        }
        return shipped(nameOrPath);
    }

    /// `manufacturer` as the module's C_GetInfo tells it. Of several that fit, the longest.
    static Profile ofManufacturer(String manufacturer) {
        Profile best = STANDARD;
        int length = 0;
        for (Profile profile : ALL) {
            for (String beginning : profile.manufacturers()) {
                if (manufacturer.startsWith(beginning) && beginning.length() > length) {
                    best = profile;
                    length = beginning.length();
                }
            }
        }
        return best;
    }

    /// The profile that a configuration names, if it names one.
    static Optional<Profile> chosen(Optional<String> nameOrPath) {
        return nameOrPath.map(Profiles::named);
    }

    private static Profile ofFile(Path file) {
        try {
            if (Files.size(file) > ProfileFile.MAX_CHARS) {
                throw new IllegalArgumentException(
                        "profile " + file + ": is larger than " + ProfileFile.MAX_CHARS + " bytes");
            }
            return ProfileFile.read(file.toString(), Files.readString(file));
        } catch (CharacterCodingException binary) {
            throw new IllegalArgumentException("profile " + file + ": is not text in UTF-8", binary);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    "profile " + file + ": cannot be read ("
                            + unreadable.getClass().getSimpleName() + "); name a file that this user may read",
                    unreadable);
        }
    }

    private static Profile shipped(String name) {
        String resource = "profiles/" + name + ".properties";
        try (InputStream in = Profiles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("this program lacks its file " + resource);
            }
            return ProfileFile.read(resource, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException damaged) {
            throw new IllegalStateException(resource, damaged);
        }
    }
}
