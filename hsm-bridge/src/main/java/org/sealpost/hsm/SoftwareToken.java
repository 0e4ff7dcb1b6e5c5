package org.sealpost.hsm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bouncycastle.crypto.CryptoException;

/// A token that is none: its keys lie in files, and this process signs with them. For development, where no module can
/// be had; whoever reads the folder has the keys, so what they sign proves nothing. Description, health and each
/// opening's log line say so.
///
/// It keeps the promises of [Token] but those that need a chip: its keys are neither SENSITIVE nor unextractable,
/// which their listing tells, and there is no PIN. Two processes may use one folder; if both make a key of one name
/// at once, it is refused as ambiguous afterwards.
final class SoftwareToken implements Token {
    static final String SERIAL = "INSECURE-SOFTWARE";
    static final String MANUFACTURER = "Sealpost";
    static final String MODEL = "software, keys in files";

    private static final System.Logger LOG = System.getLogger(SoftwareToken.class.getName());
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String WARNING = "signs with keys in files, for development only: prove nothing";
    private static final String REMEDY =
            "Use an HSM, and keys that are made in it, before anybody relies on what is signed.";
    private static final int THREADS = 2;
    private static final int QUEUE = 64 * THREADS;
    private static final int MESSAGE_BYTES = 32;
    private static final Duration CLOSING = Duration.ofSeconds(2);

    private final Path path;
    private final String label;

    // Guarded by this, as the list of keys.
    private final KeyFolder folder;

    private final List<KeyInFile> keys = new ArrayList<>();
    private final ThreadPoolExecutor threads;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile TokenHealth health;

    private SoftwareToken(Path path, String label) {
        this.path = path;
        this.label = label;
        this.folder = new KeyFolder(path);
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE),
                Thread.ofPlatform().daemon().name("insecure-" + label + "-", 1).factory());
        this.health = ready();
    }

    static SoftwareToken open(Path folder, String label) {
        ListedToken shown = listed(label);
        if (!Files.isDirectory(folder)) {
            try {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (IOException cannot) {
                throw new IllegalArgumentException(
                        folder + " is no folder and cannot be made, so it holds no keys: " + cannot, cannot);
            }
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "token {0} is INSECURE: {1}, in {2}. {3}",
                shown.label(),
                WARNING,
                folder,
                REMEDY);
        return new SoftwareToken(folder, label);
    }

    /// As a module would list it.
    static ListedToken listed(String label) {
        TokenConfig.requireLabel(label);
        return new ListedToken(0, label, SERIAL, MANUFACTURER, MODEL, true, false, ListedToken.Pin.NOT_SET);
    }

    // ---- keys ----

    @Override
    public SigningKey key(KeySpec spec) {
        requireOpen();
        try {
            BareKey bare = tested(spec);
            KeyInFile key = remember(KeySpec.pinned(spec.name(), spec.kind(), bare.spki()));
            key.passed(bare);
            return key;
        } catch (TokenSetback away) {
            if (spec.pinnedSpki().isPresent()) {
                return remember(spec);
            }
            throw away;
        }
    }

    /// The test that a key still owes, because the folder was away when it was asked for.
    void test(KeyInFile key) {
        key.passed(tested(key.spec()));
    }

    private BareKey tested(KeySpec spec) {
        String name = spec.name();
        BareKey bare = onFolder(() -> bare(only(name)))
                .orElseThrow(() -> KeyRefused.because(
                        name, "CKA_KEY_TYPE", "cannot be told: its file holds no private key (PKCS#8) that we know"));
        if (!bare.kinds().contains(spec.kind())) {
            throw KeyRefused.because(name, "CKA_KEY_TYPE", "is that of another kind than " + spec.kind());
        }
        if (spec.pinnedSpki()
                .filter(pinned -> !Arrays.equals(pinned, bare.spki()))
                .isPresent()) {
            throw KeyRefused.because(name, "public key", "is not the pinned public key");
        }
        requireSignature(spec, bare);
        return bare;
    }

    /// Over a random challenge, verified by other code where there is other code.
    static void requireSignature(KeySpec spec, BareKey bare) {
        byte[] challenge = new byte[spec.kind().signsDigest() ? spec.kind().digestBytes() : MESSAGE_BYTES];
        RANDOM.nextBytes(challenge);
        try {
            if (SignatureCheck.verifies(spec.kind(), bare.spki(), challenge, bare.sign(spec.kind(), challenge))) {
                return;
            }
        } catch (CryptoException | RuntimeException cannot) {
            throw KeyRefused.because(spec.name(), "signature", "cannot be made: " + cannot);
        }
        throw KeyRefused.because(spec.name(), "signature", "does not verify under its public key");
    }

    @Override
    public SigningKey generate(String name, KeyKind kind) {
        requireOpen();
        KeySpec spec = KeySpec.unpinned(name, kind);
        onFolder(() -> {
            if (!folder.named(name).isEmpty()) {
                throw KeyRefused.because(name, "CKA_LABEL", "is borne by a key in this token already");
            }
            if (folder.all().size() >= KeyRing.MAX_KEYS) {
                throw KeyRefused.because(
                        name,
                        "CKA_LABEL",
                        "would be that of more than " + KeyRing.MAX_KEYS + " keys: destroy one first");
            }
            KeyFolder.Place place = folder.another(name);
            BareKey bare = BareKey.generate(kind);
            requireSignature(spec, bare);
            folder.write(place, new KeyFolder.Content(bare.pkcs8(), List.of()));
            return place;
        });
        return key(spec);
    }

    @Override
    public List<ListedKey> keys() {
        requireOpen();
        return onFolder(() -> {
            List<ListedKey> listed = new ArrayList<>();
            for (KeyFolder.Place place : folder.all()) {
                KeyFolder.Content content = folder.read(place);
                Optional<BareKey> bare = BareKey.parse(content.pkcs8());
                listed.add(new ListedKey(
                        place.name(),
                        place.id(),
                        bare.map(BareKey::kinds).orElse(List.of()),
                        bare.map(BareKey::spki),
                        new ListedKey.Flags(Optional.of(false), Optional.of(true), Optional.empty()),
                        true,
                        content.certificates()));
            }
            return List.copyOf(listed);
        });
    }

    @Override
    public Optional<String> destroy(String name, byte[] spki) {
        requireOpen();
        return onFolder(() -> destroy(only(name, spki)));
    }

    @Override
    public Optional<String> destroyById(String name, byte[] id) {
        requireOpen();
        return onFolder(() -> {
            List<KeyFolder.Place> found = folder.all().stream()
                    .filter(place -> Arrays.equals(place.id(), id))
                    .toList();
            KeyFolder.Place place = only(name, "CKA_ID", found);
            if (!place.name().equals(name)) {
                throw KeyRefused.because(name, "CKA_LABEL", "is not that of the key with this id");
            }
            return destroy(place);
        });
    }

    /// With its one file goes all that belongs to it.
    private Optional<String> destroy(KeyFolder.Place place) throws IOException {
        Optional<byte[]> spki = bare(place).map(BareKey::spki);
        folder.delete(place);
        for (KeyInFile key : keys) {
            if (key.spec().name().equals(place.name())
                    && spki.filter(gone -> Arrays.equals(gone, key.spki())).isPresent()) {
                key.markDestroyed();
            }
        }
        keys.removeIf(KeyInFile::isDestroyed);
        return Optional.empty();
    }

    @Override
    public void storeCertificate(String name, byte[] spki, byte[] certificate) {
        requireOpen();
        byte[] der = KeyCertificate.of(certificate, spki).der();
        onFolder(() -> {
            KeyFolder.Place place = only(name, spki);
            KeyFolder.Content content = folder.read(place);
            if (content.certificates().stream().anyMatch(there -> Arrays.equals(there, der))) {
                return place;
            }
            if (content.certificates().size() >= KeyRing.MAX_CERTIFICATES) {
                throw KeyRefused.because(
                        name,
                        "CKO_CERTIFICATE",
                        "objects are " + KeyRing.MAX_CERTIFICATES + " already, and no more are kept of one key");
            }
            List<byte[]> all = new ArrayList<>(content.certificates());
            all.add(der);
            folder.write(place, new KeyFolder.Content(content.pkcs8(), all));
            return place;
        });
    }

    @Override
    public List<byte[]> certificates(String name, byte[] spki) {
        requireOpen();
        return onFolder(() -> folder.read(only(name, spki)).certificates());
    }

    @Override
    public void changePin(Path newPin) {
        requireOpen();
        throw new PinRefused("the token \"" + label + "\" has no PIN: its keys lie in files, for development only");
    }

    // ---- signing ----

    void submit(KeyInFile.Call call) {
        try {
            threads.execute(call);
        } catch (RejectedExecutionException full) {
            call.fail(closed.get() ? gone() : new QueueFull(label, QUEUE));
        }
    }

    /// A call that is over gives its place to another.
    void forget(KeyInFile.Call call) {
        threads.remove(call);
    }

    // ---- what it is ----

    @Override
    public TokenHealth health() {
        return health;
    }

    @Override
    public TokenHealth settle(Duration patience) {
        return health;
    }

    @Override
    public String description() {
        return MANUFACTURER + " " + MODEL + ", serial " + SERIAL + ", label \"" + label + "\"";
    }

    String label() {
        return label;
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        health =
                new TokenHealth(TokenHealth.State.CLOSED, "closed by this program", "Open it again.", Instant.now(), 0);
        for (Runnable waiting : threads.shutdownNow()) {
            if (waiting instanceof KeyInFile.Call call) {
                call.fail(gone());
            }
        }
        try {
            threads.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- small things ----

    private interface FolderTask<T> {
        T run() throws IOException;
    }

    private synchronized <T> T onFolder(FolderTask<T> task) {
        try {
            T result = task.run();
            if (health.state() == TokenHealth.State.ABSENT) {
                health = ready();
            }
            return result;
        } catch (IOException | UncheckedIOException unusable) {
            var setback = new TokenSetback(
                    label,
                    TokenHealth.State.ABSENT,
                    "the folder of its keys, " + path + ", cannot be used: " + unusable,
                    "See that it is there, and that this user may read and write in it.");
            if (!closed.get()) {
                health = new TokenHealth(setback.state(), setback.words(), setback.remedy(), Instant.now(), 0);
            }
            throw setback;
        }
    }

    private static TokenHealth ready() {
        return new TokenHealth(TokenHealth.State.READY, WARNING, REMEDY, Instant.now(), 0);
    }

    private TokenSetback gone() {
        return new TokenSetback(label, TokenHealth.State.CLOSED, "closed by this program", "Open it again.");
    }

    private synchronized KeyInFile remember(KeySpec pinned) {
        for (KeyInFile key : keys) {
            if (key.spec().equals(pinned)) {
                return key;
            }
        }
        var key = new KeyInFile(this, pinned);
        keys.add(key);
        return key;
    }

    private Optional<BareKey> bare(KeyFolder.Place place) throws IOException {
        return BareKey.parse(folder.read(place).pkcs8());
    }

    private KeyFolder.Place only(String name, byte[] spki) throws IOException {
        KeyFolder.Place place = only(name);
        if (bare(place).filter(bare -> Arrays.equals(bare.spki(), spki)).isEmpty()) {
            throw KeyRefused.because(name, "public key", "is not the given one");
        }
        return place;
    }

    private KeyFolder.Place only(String name) throws IOException {
        return only(name, "CKA_LABEL", folder.named(name));
    }

    private static KeyFolder.Place only(String name, String attribute, List<KeyFolder.Place> found) {
        if (found.isEmpty()) {
            throw KeyRefused.missing(name, attribute, "is borne by no private key");
        }
        if (found.size() > 1) {
            throw KeyRefused.ambiguous(name, attribute, "is borne by more than one private key");
        }
        return found.getFirst();
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("token \"" + label + "\" is closed");
        }
    }
}
