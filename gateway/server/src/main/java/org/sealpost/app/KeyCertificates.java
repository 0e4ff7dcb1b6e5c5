package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.control.ControlLog;
import org.sealpost.evidence.Certificates;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.evidence.P256Key;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which certificates go with which sealing key of a log: a head by an earlier key is of no use beside the certificate
/// of a later one. Any thread.
final class KeyCertificates {
    private static final Logger LOG = LoggerFactory.getLogger(KeyCertificates.class);

    private final KeyHistory keys;
    private final ControlLog control;

    /// What does not change while the box runs, the newest first: an owner uploads for the key in force only.
    private final List<List<byte[]>> known = new ArrayList<>();

    private KeyCertificates(KeyHistory keys, ControlLog control) {
        this.keys = keys;
        this.control = control;
    }

    /// Those that [SealingCertificates#read] refuses are taken, too: they spoil evidence, and capture need not
    /// stop for that.
    ///
    /// @param ofFile the file of certificates that the configuration names
    /// @throws ConfigRefused if the file's are of no key that the log had
    static KeyCertificates open(Optional<Path> ofFile, KeyHistory keys, ControlLog control) throws IOException {
        var all = new KeyCertificates(keys, control);
        all.known.addAll(control.certificatesAccepted().reversed());
        ofFile.ifPresent(file -> {
            var spki = keys.keys().stream().map(P256Key::spki).toArray(byte[][]::new);
            all.known.add(SealingCertificates.readAny(file, spki));
            SealingCertificates.excess(all.known.getLast())
                    .ifPresent(excess -> LOG.warn(
                            "{}: {}, {}; {}", file, excess, SealingCertificates.NOBODY, SealingCertificates.REMEDY));
            SealingCertificates.narrowness(all.known.getLast()).ifPresent(why -> LOG.warn("{}: {}", file, why));
            if (!isOf(all.known.getLast(), keys.last())) {
                LOG.warn("{} certifies a sealing key that was replaced; have the one in force certified", file);
            }
        });
        for (var handOver : keys.handOvers().reversed()) {
            if (handOver.handOver().isBreak()) all.known.add(handOver.handOver().certificates());
        }
        return all;
    }

    /// Those that were uploaded last for this key; else those of the file; else those of a break; else none.
    List<byte[]> of(P256Key key) {
        var uploaded = Optional.of(control.state().certificates()).filter(chain -> isOf(chain, key));
        return uploaded.or(
                        () -> known.stream().filter(chain -> isOf(chain, key)).findFirst())
                .orElse(List.of());
    }

    /// Those of the key in force.
    List<byte[]> inForce() {
        return of(keys.last());
    }

    private static boolean isOf(List<byte[]> chain, P256Key key) {
        if (chain.isEmpty()) return false;
        try {
            var first = Certificates.read(chain.getFirst());
            return Arrays.equals(first.getPublicKey().getEncoded(), key.spki());
        } catch (CertificateException e) {
            return false;
        }
    }
}
