package org.sealpost.ota.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.sealpost.ota.ReleaseDescriptor;
import org.sealpost.ota.Version;

/// Takes a release out of a repository. Boxes that have it keep it; others are no longer offered it after the next sign
/// and publish. Its bundle stays where it is.
record Withdraw(RepositoryFolder repository, Version version) {

    /// What was taken out: one release for each board.
    List<ReleaseDescriptor> withdraw() {
        try (var _ = repository.lock()) {
            var names = repository.releases().values().stream()
                    .filter(release -> release.version().equals(version))
                    .toList();
            if (names.isEmpty()) {
                throw new Refusal("there is no release " + version + "; there are "
                        + repository.releases().keySet());
            }
            for (var release : names) {
                String file = Copy.sha256(release.toJson()) + "." + release.targetName();
                Path descriptor = repository.folder().resolve("targets").resolve(file);
                Files.delete(descriptor);
                NewFile.forceFolderOf(descriptor);
            }
            return names;
        } catch (IOException failed) {
            throw new Refusal(version + " was not withdrawn: " + NewFile.reason(failed), failed);
        }
    }
}
