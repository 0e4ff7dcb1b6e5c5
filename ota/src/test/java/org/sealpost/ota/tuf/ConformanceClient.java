package org.sealpost.ota.tuf;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Our client as the TUF project's conformance suite drives clients: `init`, `refresh`, `download`. Not
/// shipped: it speaks plain HTTP, as the suite's server does.
@Command(name = "conformance-client")
final class ConformanceClient {
    @Option(names = "--metadata-dir", required = true)
    private Path metadata;

    @Option(names = "--metadata-url")
    private Optional<URI> metadataUrl = Optional.empty();

    @Option(names = "--target-name")
    private List<String> targetNames = List.of();

    @Option(names = "--target-base-url")
    private Optional<URI> targetsUrl = Optional.empty();

    @Option(names = "--target-dir")
    private Optional<Path> targets = Optional.empty();

    /// Exits 0 if all was as asked, 1 if something was refused or failed.
    public static void main(String[] words) {
        System.exit(new CommandLine(new ConformanceClient()).execute(words) == 0 ? 0 : 1);
    }

    @Command
    int init(@Parameters Path root) throws IOException {
        TrustedFolder.open(metadata).replace(Role.ROOT, Files.readAllBytes(root));
        Files.copy(root, imageRoot());
        return 0;
    }

    @Command
    int refresh() throws IOException {
        try (var repository = repository()) {
            return refresh(repository.client()) instanceof Trusted ? 0 : 1;
        }
    }

    @Command
    int download() throws IOException {
        try (var repository = repository()) {
            var client = repository.client();
            if (!(refresh(client) instanceof Trusted trusted)) return 1;
            for (var name : targetNames) {
                var target = trusted.targets().target(name);
                if (target.isEmpty()) {
                    System.err.println("targets.json does not name " + name);
                    return 1;
                }
                if (!download(client, trusted, target.get())) return 1;
            }
            return 0;
        }
    }

    private boolean download(TufClient client, Trusted trusted, Target target) throws IOException {
        var folder = targets.orElseThrow();
        var whole = folder.resolve(target.path().replace("/", "%2F"));
        if (Files.exists(whole) && target.hashes().match(whole)) return true;
        var part = Files.createTempFile(folder.getParent(), "target", ".part");
        var refused = client.fetchInto(trusted, target, part, bytes -> {});
        refused.ifPresent(said -> System.err.println(said.sentence()));
        if (refused.isEmpty()) Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
        return refused.isEmpty();
    }

    private Refresh refresh(TufClient client) throws IOException {
        var refresh = client.refresh(Instant.now());
        if (refresh instanceof Refused refused) System.err.println(refused.sentence());
        if (refresh instanceof Trusted trusted) trusted.remarks().forEach(System.err::println);
        return refresh;
    }

    private Path imageRoot() {
        return metadata.resolve("image-root");
    }

    private TwoServers repository() {
        return new TwoServers(
                HttpsRepository.withPlainHttpForTestsOnly(metadataUrl.orElseThrow(), HttpLimits.STANDARD),
                targetsUrl.map(url -> HttpsRepository.withPlainHttpForTestsOnly(url, HttpLimits.STANDARD)));
    }

    /// The suite serves metadata and targets at addresses of their own.
    private final class TwoServers implements Repository, AutoCloseable {
        private final HttpsRepository metadataServer;
        private final Optional<HttpsRepository> targetsServer;

        private TwoServers(HttpsRepository metadataServer, Optional<HttpsRepository> targetsServer) {
            this.metadataServer = metadataServer;
            this.targetsServer = targetsServer;
        }

        TufClient client() throws IOException {
            return new TufClient(
                    this, TrustedFolder.open(metadata), Files.readAllBytes(imageRoot()), MetadataLimits.STANDARD);
        }

        @Override
        public byte[] fetch(String path, int maxLength) throws IOException {
            return metadataServer.fetch(path.substring(TufClient.METADATA.length()), maxLength);
        }

        @Override
        public void fetchInto(String path, Path part, long length, Progress progress) throws IOException {
            targetsServer.orElseThrow().fetchInto(path.substring(TufClient.TARGETS.length()), part, length, progress);
        }

        @Override
        public void close() {
            metadataServer.close();
            targetsServer.ifPresent(HttpsRepository::close);
        }
    }
}
