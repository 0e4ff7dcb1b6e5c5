package org.sealpost.hsm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.bouncycastle.crypto.CryptoException;

/// INSECURE: one key in a file of its own, in the clear, for what needs no trust, such as an account that only pays.
/// It is a file as a [SoftwareToken] has them (PEM, PKCS#8), read and tested by the same code; whoever reads it has the
/// key. The file is read when it is opened, and not again. For any thread.
public final class InsecureKeyFile {
    private static final System.Logger LOG = System.getLogger(InsecureKeyFile.class.getName());
    private static final int MAX_NAME = 64;
    private static final int LOOKED_AT = 4096;

    private InsecureKeyFile() {}

    /// Opens it, and says in the log what it is.
    ///
    /// The key signs on the thread that asks, in about a millisecond, and completes its future there.
    ///
    /// @throws KeyFileRefused if it holds no key of this kind that signs, or every user of this machine may
    ///     read it
    public static SigningKey open(Path file, KeyKind kind) throws KeyFileRefused {
        BareKey bare = key(file, kind);
        KeySpec spec = KeySpec.pinned(name(file), kind, bare.spki());
        try {
            SoftwareToken.requireSignature(spec, bare);
        } catch (KeyRefused cannot) {
            throw new KeyFileRefused(file + " holds a key that cannot sign: " + cannot.words(), remedy(file, kind));
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "the {0} key in {1} is INSECURE: it lies in a file, in the clear, and whoever reads that has the key.",
                kind,
                file);
        return new Opened(spec, bare);
    }

    /// The public key alone (SubjectPublicKeyInfo, RFC 5280 §4.1, DER), to compare it: nothing is signed, and the log
    /// says nothing.
    ///
    /// @throws KeyFileRefused if it holds no key of this kind, or every user of this machine may read it
    public static byte[] spki(Path file, KeyKind kind) throws KeyFileRefused {
        return key(file, kind).spki();
    }

    private static BareKey key(Path file, KeyKind kind) throws KeyFileRefused {
        KeyFolder.Content content = read(file);
        BareKey bare = BareKey.parse(content.pkcs8())
                .orElseThrow(() -> new KeyFileRefused(file + " " + whatItIs(file), remedy(file, kind)));
        if (bare.kinds().contains(kind)) return bare;
        throw new KeyFileRefused(
                file + " holds a key of another kind than " + kind + ": " + bare.kinds(), remedy(file, kind));
    }

    /// Makes a key in a file that only the owner of its folder may read, and opens it. It is there whole or not at
    /// all, and durable when this returns.
    ///
    /// @throws FileAlreadyExistsException if the file is there, whatever it is: nothing is ever overwritten
    /// @throws KeyFileRefused if it cannot be written, or read afterwards
    public static SigningKey make(Path file, KeyKind kind) throws KeyFileRefused, FileAlreadyExistsException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        BareKey bare = BareKey.generate(kind);
        SoftwareToken.requireSignature(KeySpec.unpinned(name(file), kind), bare);
        try {
            byte[] pem = new KeyFolder.Content(bare.pkcs8(), List.of()).pem();
            // There is no PIN: who may use the folder may use the file.
            new PinFolder(file.resolveSibling("no-pin")).writeNew(file, pem);
        } catch (FileAlreadyExistsException there) {
            throw there;
        } catch (IOException cannot) {
            throw new KeyFileRefused(
                    file + " cannot be made: " + cannot,
                    "see that its folder is there, and that this user may write in it",
                    cannot);
        }
        return open(file, kind);
    }

    private static KeyFolder.Content read(Path file) throws KeyFileRefused {
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                throw new KeyFileRefused(
                        "the key file " + file + " may be read by every user of this machine",
                        "chmod 600 " + file + "; and where somebody else may have read it, move it away for another"
                                + " key");
            }
            return KeyFolder.Content.read(file);
        } catch (KeyFileRefused refused) {
            throw refused;
        } catch (NoSuchFileException missing) {
            throw new KeyFileRefused(
                    "there is no key file " + file,
                    "bring it back from where it was, or make one: sealpost token init makes what the configuration"
                            + " names",
                    missing);
        } catch (IOException cannot) {
            throw new KeyFileRefused(
                    "the key file " + file + " cannot be read: " + cannot,
                    "see that it is a file, and that this user may read it",
                    cannot);
        }
    }

    /// Of one without a key that could be used. Tells what others write, since each needs another command.
    private static String whatItIs(Path file) {
        String text;
        try (InputStream in = Files.newInputStream(file)) {
            text = new String(in.readNBytes(LOOKED_AT), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "holds no private key any more";
        }
        if (text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED")) {
            return "holds a private key that is encrypted, and nobody is here to give its password";
        }
        if (text.contains("BEGIN EC PRIVATE KEY")) {
            return "holds a private key that is not in PKCS#8 (BEGIN EC PRIVATE KEY)";
        }
        return "holds no private key in PEM (PKCS#8, BEGIN PRIVATE KEY) of a kind that we know: it is damaged, or"
                + " something else";
    }

    private static String remedy(Path file, KeyKind kind) {
        return "put a " + kind + " key there, as openssl pkcs8 -topk8 -nocrypt writes it; or move " + file
                + " away, and sealpost token init makes another";
    }

    private static String name(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(0, Math.min(MAX_NAME, name.length()));
    }

    private record Opened(KeySpec spec, BareKey bare) implements SigningKey {
        @Override
        public byte[] spki() {
            return bare.spki();
        }

        @Override
        public CompletableFuture<byte[]> sign(byte[] input, Duration deadline) {
            spec.kind().requireInput(input);
            Deadlines.requirePositive(deadline);
            try {
                return CompletableFuture.completedFuture(bare.sign(spec.kind(), input));
            } catch (CryptoException | RuntimeException cannot) {
                return CompletableFuture.failedFuture(
                        KeyRefused.because(spec.name(), "signature", "cannot be made: " + cannot));
            }
        }

        @Override
        public String toString() {
            return spec.toString();
        }
    }
}
