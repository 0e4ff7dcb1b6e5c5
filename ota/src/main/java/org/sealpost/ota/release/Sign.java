package org.sealpost.ota.release;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.ota.tuf.MetadataSigner;
import org.sealpost.ota.tuf.Role;
import org.sealpost.ota.tuf.Root;
import org.sealpost.ota.tuf.Signed;
import org.sealpost.ota.tuf.TufKey;

/// Signs what a repository holds; with root keys at hand, a new root before that.
record Sign(RepositoryFolder repository, Expiries expiries, Optional<RootChange> rootChange) {

    /// What becomes of the root.
    ///
    /// @param holders the files of root keys that sign
    /// @param newRootKeys how many root keys are made
    /// @param dropped names of root keys that no longer count
    /// @param newOnlineKeys the roles that get a new key in the token
    record RootChange(
            List<Path> holders,
            List<Path> passphraseFiles,
            int newRootKeys,
            Path rootFolder,
            List<String> dropped,
            Optional<Integer> threshold,
            List<Role> newOnlineKeys) {}

    record Done(Signed<Root> root, OnlineSigning.Result online, List<Path> rootFiles) {}

    Done sign(TokenConfig config) {
        try (FileChannel _ = repository.lock();
                var token = OnlineToken.open(config)) {
            var places = KeyPlaces.read(repository.folder());
            Signed<Root> before = repository.newestRoot();
            return rootChange.isPresent()
                    ? withNewRoot(token, config.label(), places, before, rootChange.get())
                    : finish(token, places, before, List.of());
        } catch (IOException failed) {
            throw new Refusal(repository.folder() + " cannot be written: " + NewFile.reason(failed), failed);
        }
    }

    private Done withNewRoot(
            OnlineToken token, String label, KeyPlaces places, Signed<Root> before, RootChange change) {
        var made = new ArrayList<Path>();
        var passphrases = new ArrayList<Passphrase>();
        try {
            var files = change.holders().stream().map(RootKeyFile::locate).toList();
            passphrases.addAll(Passphrase.each(purposes(files, places, change), change.passphraseFiles()));
            var holders = open(before.metadata(), files, passphrases);
            var renewal = RootRenewal.after(before.metadata());
            for (String name : change.dropped()) {
                renewal.drop(rootId(places, name), name);
            }
            for (Passphrase passphrase : passphrases.subList(files.size(), passphrases.size())) {
                String name = places.newRootName(0);
                Path file = Init.rootFile(change.rootFolder(), name);
                var holder = RootKeyFile.create(file, passphrase);
                made.add(file);
                holders.add(holder);
                renewal.add(holder.key());
                places = places.with(new KeyPlaces.RootKey(holder.key().id(), name));
            }
            change.threshold().ifPresent(renewal::threshold);
            // Judged before a key is made in the token, which nothing takes out again.
            renewal.sign(expiries.of(Role.ROOT), holders);
            for (Role role : change.newOnlineKeys()) {
                String name = Init.newName(role);
                TufKey key = token.generate(name).key();
                renewal.replace(role, key);
                places = places.with(new KeyPlaces.OnlineKey(key.id(), role.word(), label, name));
            }
            Signed<Root> next = renewal.sign(expiries.of(Role.ROOT), holders);
            return finish(token, places, next, made);
        } catch (RuntimeException failed) {
            RootKeyFile.discardUnless(
                    repository.metadata(Role.ROOT.file(before.metadata().version() + 1)), made);
            throw failed;
        } finally {
            passphrases.forEach(Passphrase::close);
        }
    }

    private static List<Passphrase.Purpose> purposes(List<Path> holders, KeyPlaces places, RootChange change) {
        var purposes = new ArrayList<Passphrase.Purpose>();
        holders.forEach(file -> purposes.add(new Passphrase.Purpose(file.toString(), false)));
        for (int more = 0; more < change.newRootKeys(); more++) {
            purposes.add(new Passphrase.Purpose(places.newRootName(more), true));
        }
        return purposes;
    }

    private static List<MetadataSigner> open(Root before, List<Path> files, List<Passphrase> passphrases) {
        var candidates = before.keysOf(Role.ROOT).keyIds().stream()
                .map(before.keys()::get)
                .toList();
        var holders = new ArrayList<MetadataSigner>();
        for (int at = 0; at < files.size(); at++) {
            holders.add(RootKeyFile.open(files.get(at), passphrases.get(at), candidates));
        }
        return holders;
    }

    private static String rootId(KeyPlaces places, String name) {
        return places.root().stream()
                .filter(key -> key.name().equals(name) || key.id().equals(name))
                .map(KeyPlaces.RootKey::id)
                .findFirst()
                .orElseThrow(() -> new Refusal("keys.json knows no root key \"" + name + "\"; it knows "
                        + places.root().stream().map(KeyPlaces.RootKey::name).toList()));
    }

    /// In an order in which each state between two files is whole for a box: where keys are first, then what nobody
    /// points to yet, then the timestamp that points to it, then the root that takes old keys away.
    private Done finish(OnlineToken token, KeyPlaces places, Signed<Root> root, List<Path> rootFiles) {
        var roots = repository.roots();
        boolean isNew = root.metadata().version() > roots.getLast().metadata().version();
        var earlier = roots.stream()
                .map(Signed::metadata)
                .filter(before -> before.version() < root.metadata().version())
                .toList();
        var online = new OnlineSigning(token, places, root.metadata(), earlier).sign(repository, expiries);
        long targets = online.targets().metadata().version();
        long snapshot = online.snapshot().metadata().version();
        var commit = new Commit()
                .then(repository.folder().resolve(KeyPlaces.FILE), places.toJson())
                .then(repository.metadata(Role.TARGETS.file(targets)), Limits.bytes(online.targets()))
                .then(repository.metadata(Role.SNAPSHOT.file(snapshot)), Limits.bytes(online.snapshot()))
                .then(repository.metadata(Role.TIMESTAMP.file()), Limits.bytes(online.timestamp()));
        if (isNew) {
            commit.then(repository.metadata(Role.ROOT.file(root.metadata().version())), Limits.bytes(root));
        }
        commit.finish();
        return new Done(root, online, rootFiles);
    }
}
