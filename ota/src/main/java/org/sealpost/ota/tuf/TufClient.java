package org.sealpost.ota.tuf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.sealpost.ota.tuf.Repository.NotThere;
import org.sealpost.ota.tuf.Repository.TooLittle;
import org.sealpost.ota.tuf.Repository.TooMuch;

/// Says which files of a repository may be trusted, after section 5 of the TUF specification 1.0.34, and
/// fetches them.
///
/// It owns no thread and asks no clock. What is refused is a value; a repository that cannot be asked, and a
/// store that cannot be read or written, are exceptions. After either the next run begins where this one ended.
public final class TufClient {
    static final String METADATA = "metadata/";
    static final String TARGETS = "targets/";

    private final Repository repository;
    private final TrustedStore store;
    private final byte[] imageRoot;
    private final MetadataLimits limits;

    /// @param imageRoot the first `root.json`, which came with the image; trusted if it is signed by its own
    /// keys
    public TufClient(Repository repository, TrustedStore store, byte[] imageRoot, MetadataLimits limits) {
        this.repository = repository;
        this.store = store;
        this.imageRoot = imageRoot.clone();
        this.limits = limits;
    }

    /// Looks for newer metadata, judged as of this moment, which does not move while it runs.
    ///
    /// @throws Repository.Unreachable if the repository cannot be asked now
    /// @throws IOException if the trusted store fails
    public Refresh refresh(Instant now) throws IOException {
        var run = new RefreshRun(repository, store, limits, now);
        try {
            return run.run(imageRoot);
        } catch (Refusal refusal) {
            return refusal.refused(run.remarks());
        }
    }

    /// A small target, whole.
    public Download fetch(Trusted trusted, Target target, int maxLength) throws IOException {
        try {
            if (target.length() > maxLength) throw tooMuch(target, maxLength);
            byte[] content = repository.fetch(location(trusted, target), (int) target.length());
            if (content.length != target.length() || !target.hashes().match(content)) throw another(target);
            return new Download.Content(content);
        } catch (NotThere missing) {
            return missing(target);
        } catch (TooMuch endless) {
            return tooMuch(target, target.length()).refused();
        } catch (Refusal refusal) {
            return refusal.refused();
        }
    }

    /// A large target, into a file; goes on where `part` ends. What is not the target is deleted.
    ///
    /// @return the refusal; empty if the file is there and is the target
    public Optional<Refused> fetchInto(Trusted trusted, Target target, Path part, Repository.Progress progress)
            throws IOException {
        try {
            repository.fetchInto(location(trusted, target), part, target.length(), progress);
            if (target.hashes().match(part)) return Optional.empty();
            Files.delete(part);
            return Optional.of(another(target).refused());
        } catch (NotThere missing) {
            return Optional.of(missing(target));
        } catch (TooLittle cut) {
            Files.deleteIfExists(part);
            return Optional.of(another(target).refused());
        } catch (TooMuch endless) {
            Files.deleteIfExists(part);
            return Optional.of(tooMuch(target, target.length()).refused());
        } catch (Refusal refusal) {
            return Optional.of(refusal.refused());
        }
    }

    private static String location(Trusted trusted, Target target) throws Refusal {
        var path = target.location(trusted.root().consistentSnapshot());
        if (path.isPresent() && Paths.isPlain(path.get())) return TARGETS + path.get();
        throw new Refusal(
                target.path(),
                Rule.FORM,
                path.isEmpty() ? "has no hash that is known here" : "is not a plain relative path",
                "publish it with a SHA-256 and under a plain name");
    }

    private static Refusal another(Target target) {
        return new Refusal(
                target.path(),
                Rule.HASH,
                "not the file that targets.json describes (length or hash differ)",
                "publish the file again, as it was when it was signed");
    }

    private static Refusal tooMuch(Target target, long maxLength) {
        return new Refusal(
                target.path(),
                Rule.SIZE,
                "has more than " + maxLength + " bytes",
                "publish the file again, as it was when it was signed");
    }

    private static Refused missing(Target target) {
        return new Refusal(target.path(), Rule.MISSING, "is not there", "publish the whole repository").refused();
    }
}
