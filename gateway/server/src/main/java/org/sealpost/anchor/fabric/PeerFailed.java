package org.sealpost.anchor.fabric;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.hyperledger.fabric.client.GatewayException;
import org.hyperledger.fabric.protos.gateway.ErrorDetail;
import org.sealpost.anchor.ForeignWords;

/// A gateway answered with an error, or not at all. What it means is told by its details, which name nodes
/// and say what each of them said; the gRPC code alone decides nothing (docs/relay.md §9.2).
final class PeerFailed extends Exception {
    private static final long serialVersionUID = 1L;

    private static final Pattern REFUSED = Pattern.compile("chaincode response 400, ([^\\r\\n]{1,500})");
    private static final Pattern PERMANENT = Pattern.compile("\\b(FORBIDDEN|BAD_REQUEST)\\b");
    private static final int MAX_WORDS = 500;
    private static final int MAX_CAUSES = 20;

    /// Of each node that is named, and of how many: what this is told by stands in front.
    private static final int MAX_DETAIL = 1000;

    private static final int MAX_DETAILS = 64;

    private final Status.Code code;
    private final boolean isUntrusted;
    private final boolean isOutOfTime;
    private final boolean isOfSomethingElse;
    private final transient List<String> said;

    /// Without its cause, which has the whole answer with it: setbacks are kept as long as they last.
    PeerFailed(FabricConfig.Peer peer, GatewayException cause) {
        super("peer " + peer + ": " + words(cause));
        isOutOfTime = isOutOfTime(cause);
        isOfSomethingElse = false;
        isUntrusted = !isOutOfTime && isUntrusted(cause);
        code = cause.getStatus().getCode();
        said = Stream.concat(
                        Stream.of(String.valueOf(cause.getStatus().getDescription())),
                        cause.getDetails().stream().map(ErrorDetail::getMessage))
                .limit(1 + MAX_DETAILS)
                .map(words -> words.length() <= MAX_DETAIL ? words : words.substring(0, MAX_DETAIL))
                .toList();
    }

    /// What it answered was none that the library can read; without its cause, which may have all of it.
    PeerFailed(FabricConfig.Peer peer, RuntimeException cause) {
        this(peer, "its answer cannot be read: " + shortened(String.valueOf(cause)), false);
    }

    /// What it answered is none of what it was asked.
    PeerFailed(FabricConfig.Peer peer, InvalidProtocolBufferException cause) {
        this(peer, "its answer is not taken: " + shortened(String.valueOf(cause.getMessage())), true);
    }

    private PeerFailed(FabricConfig.Peer peer, String words, boolean isOfSomethingElse) {
        super("peer " + peer + ": " + words);
        isUntrusted = false;
        isOutOfTime = false;
        this.isOfSomethingElse = isOfSomethingElse;
        code = Status.Code.UNKNOWN;
        said = List.of();
    }

    /// What the chaincode said where it refused the call.
    Optional<String> refusal() {
        return said.stream()
                .map(REFUSED::matcher)
                .filter(Matcher::find)
                .map(found -> ForeignWords.printable(found.group(1)))
                .findFirst();
    }

    /// Whether each orderer that was asked refuses these bytes, and not for a while only.
    boolean isRefusedByOrderers() {
        return said.size() > 1
                && said.stream()
                        .skip(1)
                        .allMatch(words -> PERMANENT.matcher(words).find());
    }

    boolean says(String words) {
        return said.stream().anyMatch(each -> each.contains(words));
    }

    /// Whether somebody is there, and TLS tells that it is not the peer.
    boolean isUntrusted() {
        return isUntrusted;
    }

    /// Whether its TLS certificate, or one above it, has ended or not begun, by the clock of this box.
    boolean isOutOfTime() {
        return isOutOfTime;
    }

    /// Whether what it answered, or wants signed, is not what it was asked for.
    boolean isOfSomethingElse() {
        return isOfSomethingElse;
    }

    boolean isLate() {
        return code == Status.Code.DEADLINE_EXCEEDED;
    }

    /// Whether it is the channel's word, which every other peer would bring, too. What else a peer says may be its own
    /// trouble.
    boolean isAnswer() {
        return refusal().isPresent() || isRefusedByOrderers() || isKnownToOrderers();
    }

    /// Whether the orderers have had these bytes before.
    boolean isKnownToOrderers() {
        return says("already processed");
    }

    /// Of several that failed the highest is told: who waited until the deadline knows that a transaction is in no
    /// block, and who answered at all knows why it could not, which is more than that nobody listens.
    int weight() {
        boolean isSilence = code == Status.Code.UNAVAILABLE && said.size() == 1;
        return isLate() ? 2 : isSilence ? 0 : 1;
    }

    private static boolean isOutOfTime(GatewayException cause) {
        var tls = byTls(cause);
        return tls.flatMap(from -> find(from, CertificateExpiredException.class))
                        .isPresent()
                || tls.flatMap(from -> find(from, CertificateNotYetValidException.class))
                        .isPresent();
    }

    private static boolean isUntrusted(GatewayException cause) {
        return byTls(cause)
                .flatMap(tls -> find(tls, CertificateException.class))
                .isPresent();
    }

    private static Optional<SSLException> byTls(GatewayException cause) {
        return find(cause, SSLException.class)
                .or(() -> Optional.ofNullable(cause.getStatus().getCause())
                        .flatMap(behind -> find(behind, SSLException.class)));
    }

    private static <T extends Throwable> Optional<T> find(Throwable from, Class<T> kind) {
        return Stream.iterate(from, Objects::nonNull, Throwable::getCause)
                .limit(MAX_CAUSES)
                .filter(kind::isInstance)
                .map(kind::cast)
                .findFirst();
    }

    /// What the library says of TLS names its own parts, and not what is wrong.
    private static String words(GatewayException cause) {
        if (isOutOfTime(cause)) {
            return "its TLS certificate is not valid at " + Instant.now().truncatedTo(ChronoUnit.SECONDS)
                    + " by this box's clock";
        }
        if (isUntrusted(cause)) return "its TLS certificate is by none of ca-file, or names another host";
        var tls = byTls(cause);
        if (tls.isPresent()) return shortened("TLS fails: " + tls.get().getMessage());
        var words = new StringBuilder(cause.getStatus().getCode().name());
        var details = cause.getDetails();
        if (details.isEmpty()) words.append(", ").append(cause.getStatus().getDescription());
        var unread = cause.getStatus().getCause(); // of an answer that was not read
        if (unread instanceof StatusRuntimeException) words.append(", ").append(unread.getMessage());
        for (var detail : details) {
            words.append("; ").append(detail.getAddress()).append(": ").append(detail.getMessage());
        }
        return shortened(words.toString());
    }

    /// What a peer says ends up in logs and on terminals.
    private static String shortened(String words) {
        return ForeignWords.printable(words.length() <= MAX_WORDS ? words : words.substring(0, MAX_WORDS) + "…");
    }
}
