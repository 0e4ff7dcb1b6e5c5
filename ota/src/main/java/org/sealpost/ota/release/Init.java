package org.sealpost.ota.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.ota.tuf.MetadataSigner;
import org.sealpost.ota.tuf.Role;
import org.sealpost.ota.tuf.RoleKeys;
import org.sealpost.ota.tuf.Root;
import org.sealpost.ota.tuf.Signed;
import org.sealpost.ota.tuf.TufKey;

/// Makes a repository: its keys and its first root.
///
/// @param rootVersion 1, or for a repository that takes a lost one's place a higher one than any root of that
record Init(
        Path folder,
        List<String> boards,
        int rootVersion,
        int rootKeys,
        int threshold,
        Path rootFolder,
        List<Path> passphraseFiles) {
    private static final int MAX_ROOT_KEYS = 16;
    static final List<Role> ONLINE = List.of(Role.TARGETS, Role.SNAPSHOT, Role.TIMESTAMP);

    /// The root keys' files, and the token keys' names.
    record Made(List<Path> rootFiles, KeyPlaces places) {}

    Made make(TokenConfig config, Expiries expiries) {
        requireEmpty();
        if (rootVersion < 1) {
            throw new Refusal("--root-version must be 1 or more");
        }
        if (rootKeys < 1 || rootKeys > MAX_ROOT_KEYS || threshold < 1 || threshold > rootKeys) {
            throw new Refusal("--root-keys must be 1 to " + MAX_ROOT_KEYS + ", and --threshold 1 to that number");
        }
        var names = new ArrayList<String>();
        for (int number = 1; number <= rootKeys; number++) {
            names.add("root-" + number);
        }
        var passphrases = Passphrase.each(
                names.stream().map(name -> new Passphrase.Purpose(name, true)).toList(), passphraseFiles);
        var files = names.stream().map(name -> rootFile(rootFolder, name)).toList();
        for (Path file : files) {
            if (Files.exists(file)) {
                throw new Refusal("there is a root key " + file + " already; name another --root-folder");
            }
        }
        try (var token = OnlineToken.open(config)) {
            return make(token, config.label(), names, files, passphrases, expiries);
        } finally {
            passphrases.forEach(Passphrase::close);
        }
    }

    private Made make(
            OnlineToken token,
            String label,
            List<String> names,
            List<Path> files,
            List<Passphrase> passphrases,
            Expiries expiries) {
        var made = new ArrayList<Path>();
        try {
            var places = KeyPlaces.of(boards);
            var holders = new ArrayList<MetadataSigner>();
            for (int at = 0; at < files.size(); at++) {
                holders.add(RootKeyFile.create(files.get(at), passphrases.get(at)));
                made.add(files.get(at));
                places = places.with(
                        new KeyPlaces.RootKey(holders.getLast().key().id(), names.get(at)));
            }
            var online = new EnumMap<Role, TufKey>(Role.class);
            for (Role role : ONLINE) {
                String name = newName(role);
                online.put(role, token.generate(name).key());
                places = places.with(new KeyPlaces.OnlineKey(online.get(role).id(), role.word(), label, name));
            }
            write(places, firstRoot(holders, online, expiries));
            return new Made(files, places);
        } catch (RuntimeException failed) {
            RootKeyFile.discardUnless(folder.resolve("metadata").resolve(Role.ROOT.file(rootVersion)), made);
            throw failed;
        }
    }

    private Signed<Root> firstRoot(List<MetadataSigner> holders, Map<Role, TufKey> online, Expiries expiries) {
        var keys = new LinkedHashMap<String, TufKey>();
        var roles = new EnumMap<Role, RoleKeys>(Role.class);
        holders.forEach(holder -> keys.put(holder.key().id(), holder.key()));
        roles.put(Role.ROOT, new RoleKeys(List.copyOf(keys.keySet()), threshold));
        online.forEach((role, key) -> {
            keys.put(key.id(), key);
            roles.put(role, new RoleKeys(List.of(key.id()), 1));
        });
        var root = new Root(rootVersion, expiries.of(Role.ROOT), true, keys, roles);
        return RootRenewal.signedByAll(Signed.draft(root), holders);
    }

    /// All in a folder beside, which then gets the name: there is a whole repository, or none.
    private void write(KeyPlaces places, Signed<Root> root) {
        Path work = NewFile.unfinished(folder.toAbsolutePath().normalize());
        try {
            Files.createDirectories(work.getParent());
            remove(work);
            Files.createDirectory(work);
            for (String part : List.of("metadata", "targets", "bundles")) {
                Files.createDirectory(work.resolve(part));
            }
            NewFile.write(work.resolve(KeyPlaces.FILE), places.toJson());
            NewFile.write(work.resolve("metadata").resolve(Role.ROOT.file(rootVersion)), Limits.bytes(root));
            NewFile.rename(work, folder.toAbsolutePath().normalize());
        } catch (IOException failed) {
            remove(work);
            throw new Refusal("the repository " + folder + " cannot be made: " + NewFile.reason(failed), failed);
        }
    }

    private void remove(Path work) {
        String root = "metadata/" + Role.ROOT.file(rootVersion);
        for (String part : List.of(root, "metadata", "targets", "bundles", KeyPlaces.FILE, "")) {
            Commit.deleteQuietly(work.resolve(part));
        }
    }

    private void requireEmpty() {
        if (!Files.exists(folder)) {
            return;
        }
        try (var inside = Files.newDirectoryStream(folder)) {
            if (inside.iterator().hasNext()) {
                throw new Refusal(
                        folder + " is not empty, and a repository begins in an empty folder; name another one");
            }
        } catch (IOException noFolder) {
            throw new Refusal(folder + " is no folder that can be read; name another one", noFolder);
        }
    }

    static Path rootFile(Path rootFolder, String name) {
        return rootFolder.resolve(name).resolve(name + ".pem");
    }

    /// No two repositories on one token, and no two keys of one role, bear the same name.
    static String newName(Role role) {
        byte[] random = new byte[4];
        new SecureRandom().nextBytes(random);
        return role.word() + "-" + HexFormat.of().formatHex(random);
    }
}
