package org.sealpost.archive.range;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.TrustStore;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// Adds range files to a mirror, after everything in them was checked: each file by itself, and all of them
/// against what the mirror has. Repeating it is harmless, and goes on where it was cut off.
public final class RangeImport {
    private final MirrorPlace place;
    private final Mirror.Shape shape;
    private final Optional<TrustStore> trust;
    private final String folder;

    /// What was done.
    ///
    /// @param key       thumbprint of the key that sealed the newest of the files
    /// @param before    entries that the mirror had
    /// @param published of how many entries the checkpoint is that followers see; 0 if there is none yet
    public record Result(Origin origin, Hash genesisHash, Hash key, long before, long after, long published) {}

    /// A file whose head was read.
    private record Named(Path file, RangeHead head) {}

    RangeImport(MirrorPlace place, Mirror.Shape shape, Optional<TrustStore> trust, String folder) {
        this.place = place;
        this.shape = shape;
        this.trust = trust;
        this.folder = folder;
    }

    /// @param folder a mirror, or a folder that is empty or not there yet
    /// @param trust  who must vouch for the key of each file's seal; without it a mirror trusts the log that
    ///     its first file was of
    public static RangeImport into(Path folder, Optional<TrustStore> trust) {
        return new RangeImport(new FolderFiles(folder), Mirror.Shape.USUAL, trust, folder.toString());
    }

    /// Whether an import made this folder.
    public static boolean isMirror(Path folder) {
        return Files.isRegularFile(folder.resolve(Mirror.MARK));
    }

    /// What a mirror shows to its followers, as the file says that lies there; nobody checks it here.
    public static Optional<Checkpoint> checkpoint(Path folder) throws IOException {
        return StaticLog.checkpoint(new FolderFiles(folder));
    }

    /// @throws RangeRefused if a file is not taken; then the mirror is as it was
    /// @throws IOException  if a file cannot be read or the mirror not be written: the same again goes on
    public Result add(List<Path> files) throws IOException, RangeRefused {
        var named = heads(files);
        var identity = Mirror.Identity.of(named.getFirst().head);
        Optional<Mirror.Identity> known;
        try {
            known = Mirror.identity(place);
        } catch (RangeRefused refused) {
            throw new RangeRefused(folder + " " + refused.getMessage());
        }
        for (var file : named) {
            requireSame(known.orElse(identity), file);
        }
        long before = 0;
        List<RangeFile> checked;
        if (known.isPresent()) {
            try (var mirror = Mirror.open(place, identity, shape, 0)) {
                before = mirror.size();
                checked = check(named, Optional.of(mirror));
            }
        } else {
            checked = check(named, Optional.empty());
            Mirror.begin(place, identity);
        }
        int largest = checked.stream().mapToInt(RangeFile::largestEntry).max().orElseThrow();
        try (var mirror = Mirror.open(place, identity, shape, largest)) {
            if (mirror.size() != before) throw new IOException("the mirror changed meanwhile: import again");
            for (int i = 0; i < named.size(); i++) append(mirror, named.get(i).file, checked.get(i));
            var newest = checked.stream()
                    .map(RangeFile::head)
                    .max(Comparator.comparingLong(RangeHead::size))
                    .orElseThrow();
            return new Result(
                    identity.origin(),
                    identity.genesisHash(),
                    newest.sealed().seal().keyThumbprint(),
                    before,
                    mirror.size(),
                    mirror.published());
        }
    }

    /// In the order in which their entries follow.
    private static List<Named> heads(List<Path> files) throws IOException, RangeRefused {
        var all = new ArrayList<Named>();
        for (var file : files) {
            try (var opened = FolderStick.openToRead(file)) {
                all.add(new Named(file, RangeFile.head(opened)));
            } catch (RangeFault fault) {
                throw refused(file, fault);
            }
        }
        all.sort(Comparator.comparingLong((Named named) -> named.head.from())
                .thenComparingLong(named -> named.head.next()));
        return all;
    }

    private void requireSame(Mirror.Identity identity, Named named) throws RangeRefused {
        var found = Mirror.Identity.of(named.head);
        if (!found.equals(identity)) {
            throw new RangeRefused(named.file + " is of the log " + found.origin() + ", genesis "
                    + found.genesisHash().hex() + ", and " + folder + " is for " + identity.origin() + ", genesis "
                    + identity.genesisHash().hex() + ": a mirror is of one log");
        }
    }

    private List<RangeFile> check(List<Named> files, Optional<Mirror> mirror) throws IOException, RangeRefused {
        var comparison = new Comparison(mirror, trust);
        var checked = new ArrayList<RangeFile>();
        for (var named : files) {
            try {
                var file = RangeFile.check(named.file, comparison);
                comparison.checked(file);
                checked.add(file);
            } catch (RangeFault fault) {
                throw refused(named.file, fault);
            }
        }
        return checked;
    }

    /// A file is read again, and each chunk must be the one that was checked.
    private static void append(Mirror mirror, Path path, RangeFile checked) throws IOException {
        mirror.promise(checked.head());
        try (var file = FolderStick.openToRead(path)) {
            var in = new ChunkReader(file);
            in.next();
            for (var expected : checked.chunks()) {
                var chunk = in.next();
                if (chunk.isEmpty() || !RangeFile.digest(chunk.get()).equals(expected)) throw changed(path);
                EntriesChunk.read(chunk.get().bytes(), mirror::add);
            }
        } catch (RangeFault fault) {
            throw changed(path);
        }
        mirror.settle(checked.head());
    }

    private static IOException changed(Path path) {
        return new IOException(path + " reads differently now than a moment ago: copy it to a disk that is sound, and"
                + " import it from there");
    }

    private static RangeRefused refused(Path file, RangeFault fault) {
        return new RangeRefused(file + ": " + fault.getMessage());
    }
}
