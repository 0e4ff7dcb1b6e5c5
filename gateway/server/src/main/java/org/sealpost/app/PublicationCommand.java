package org.sealpost.app;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bouncycastle.util.encoders.DecoderException;
import org.bouncycastle.util.io.pem.PemReader;
import org.sealpost.anchor.EncryptedContent;
import org.sealpost.evidence.Printable;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.PublicationRequest;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.Content;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `sealpost publication open`: the payloads in a publication's content, for whoever may read them. Needs no gateway
/// and no ledger.
@Command(
        name = "publication",
        description = "Reads what was published to a ledger.",
        subcommands = PublicationCommand.Open.class)
final class PublicationCommand implements Callable<Integer> {
    private static final int DONE = 0;
    private static final int NOT_YOURS = 1;
    private static final int CANNOT = 2;

    @Override
    public Integer call() {
        System.err.println("sealpost: publication open; publication open --help explains it");
        return CANNOT;
    }

    @Command(
            name = "open",
            mixinStandardHelpOptions = true,
            description = {
                "Takes the payloads out of the content of a publication, as a ledger gives it, and writes each to a file."
                        + " Of a channel of Fabric the argument that the transaction has is taken as it stands.",
                "Exits 0 if that is done, 1 if the key is none of its recipients', 2 if something cannot be read or"
                        + " written."
            })
    static final class Open implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "the content of the publication, or the argument with it")
        private Path file = Path.of("");

        @Option(
                names = "--key",
                paramLabel = "PEM",
                description = "a recipient's private key on P-256, PKCS#8; leave it out if payloads are in the clear")
        private Optional<Path> key = Optional.empty();

        @Option(names = "--to", required = true, paramLabel = "DIR", description = "a folder that is made")
        private Path folder = Path.of("");

        @Override
        public Integer call() {
            try {
                byte[] content = content(Files.readAllBytes(file));
                if (key.isPresent()) {
                    var opened = EncryptedContent.open(content, privateKey(key.get()));
                    if (opened.isEmpty()) {
                        System.err.println("sealpost: " + key.get() + " is the key of none of its recipients");
                        return NOT_YOURS;
                    }
                    content = opened.get();
                }
                write(payloads(content));
                return DONE;
            } catch (CborMalformed e) {
                System.err.println("sealpost: " + file + " holds no payloads as they are published"
                        + (key.isEmpty() ? "; encrypted ones need --key" : "") + ": " + e.getMessage());
            } catch (GeneralSecurityException e) {
                System.err.println(
                        "sealpost: " + file + " was altered, or cannot be read with this key: " + e.getMessage());
            } catch (IOException e) {
                System.err.println("sealpost: " + Refusal.words(e));
            }
            return CANNOT;
        }

        /// Of an argument that a chaincode was given its content; all else is content already.
        private static byte[] content(byte[] bytes) {
            try {
                var request = PublicationRequest.read(bytes);
                System.out.println("publication " + Long.toUnsignedString(request.number()) + " of "
                        + Printable.quote(request.origin()) + ", " + Long.toUnsignedString(request.count())
                        + " entries from " + Long.toUnsignedString(request.first()) + " on");
                return request.content();
            } catch (CborMalformed isContent) {
                return bytes;
            }
        }

        private static List<Content> payloads(byte[] bytes) throws CborMalformed {
            var in = new CborReader(bytes);
            int count = in.array(Publication.MAX_COUNT);
            var all = new ArrayList<Content>();
            for (int i = 0; i < count; i++) all.add(Content.parse(in.bytes(Integer.MAX_VALUE)));
            in.end();
            return all;
        }

        private void write(List<Content> payloads) throws IOException {
            try {
                Files.createDirectory(folder);
            } catch (FileAlreadyExistsException e) {
                throw new IOException(folder + " is there already; name a folder that is not", e);
            }
            for (int i = 0; i < payloads.size(); i++) {
                var payload = payloads.get(i);
                var to = folder.resolve(Integer.toString(i));
                Files.write(to, payload.payload(), StandardOpenOption.CREATE_NEW);
                System.out.println(
                        to + ": " + Printable.quote(payload.mediaType()) + ", " + payload.payload().length + " bytes");
            }
        }

        private static ECPrivateKey privateKey(Path pem) throws IOException {
            byte[] bytes = Files.readAllBytes(pem);
            try (var in =
                    new PemReader(new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.US_ASCII))) {
                var found = in.readPemObject();
                if (found != null && found.getType().equals("PRIVATE KEY")) {
                    var spec = new PKCS8EncodedKeySpec(found.getContent());
                    return (ECPrivateKey) KeyFactory.getInstance("EC").generatePrivate(spec);
                }
            } catch (IOException | DecoderException | GeneralSecurityException _) {
                // whatever it is, it is no such key
            }
            throw new IOException(pem + " is no private key on an elliptic curve in PEM, PKCS#8, without a passphrase");
        }
    }
}
