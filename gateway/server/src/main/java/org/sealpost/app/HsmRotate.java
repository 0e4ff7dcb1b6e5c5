package org.sealpost.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.sealpost.evidence.P256Key;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.Token;
import org.sealpost.hsm.Tokens;
import org.sealpost.journal.DurableFile;
import org.sealpost.lodging.LodgingRules;
import org.sealpost.record.HandOver;
import org.sealpost.seal.CertificateRequest;
import org.sealpost.seal.Rotation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "rotate",
        mixinStandardHelpOptions = true,
        description = "Hands the log of a stopped gateway over to a new sealing key, once the first 16 digits of the"
                + " old key's fingerprint have been typed. The old key stays in the token until hsm destroy.")
final class HsmRotate implements Callable<Integer> {
    private static final Duration SETTLING = Duration.ofSeconds(30);

    @Mixin
    private HsmOutput out = new HsmOutput();

    @Option(names = "--config", required = true, description = "the gateway's configuration file, sealpost.toml")
    private Path config = Path.of("");

    @Option(names = "--key", description = "the new key's label; default: the first key's, and a number")
    private Optional<String> name = Optional.empty();

    @Option(names = "--exposed", description = "somebody else may have the old key: the hand-over says so")
    private boolean exposed;

    @Option(
            names = "--lost",
            description = "the old key is lost for good: the owner's CA must certify the new one first")
    private boolean lost;

    @Option(names = "--request", description = "writes a request to certify the new key (PKCS#10, PEM) to this file")
    private Optional<Path> request = Optional.empty();

    @Option(names = "--certificates", description = "with --lost: the CA's answer (PEM), the new key's first")
    private Optional<Path> certificates = Optional.empty();

    @Option(names = AskedLedgers.UNASKED, description = AskedLedgers.UNASKED_MEANS)
    private boolean unasked;

    @Option(
            names = "--confirm",
            description = "the first 16 digits, or all, of the old key's fingerprint, instead of being asked for them")
    private Optional<String> confirmed = Optional.empty();

    @Override
    public Integer call() throws Exception {
        return out.run(() -> {
            checkOptions();
            var settings = GatewayConfig.read(ConfigTable.read(config));
            try (var log = StoppedLog.open(settings)) {
                if (log.keys().identity().keys().tenures().size() > HandOver.MAX_NUMBER) {
                    throw new HsmRefusal(
                            "this origin was handed over " + HandOver.MAX_NUMBER
                                    + " times, which is as often as can be proved: begin one that goes on from it, by"
                                    + " sealpost origin succeed --reason hand-overs",
                            HsmCommand.REFUSED);
                }
                requireRoomForLedgers(log);
                boolean asksForRequest = lost && certificates.isEmpty();
                if (!asksForRequest) {
                    confirm(log.keys().identity().keys().last());
                    // Before the token is opened, since their accounts may be in it, too.
                    new AskedLedgers(settings, log.toCompare()).require(unasked, out::progress);
                    requireNothingNoted(log);
                }
                try (var token = open(settings.token())) {
                    return asksForRequest ? prepare(settings, log, token) : rotate(settings, log, token);
                }
            }
        });
    }

    /// Ledgers follow so many hand-overs with one head, and only heads with a checkpoint are lodged.
    private static void requireRoomForLedgers(StoppedLog log) {
        var keys = log.keys().identity().keys();
        long published = log.seals()
                .newestCheckpoint()
                .map(checkpoint -> checkpoint.head().size())
                .orElse(0L);
        if (keys.handOvers().size() - keys.handOversBelow(published) < LodgingRules.MAX_HOPS) return;
        throw new HsmRefusal(
                "this log was handed over " + LodgingRules.MAX_HOPS + " times since a head of it was last made, and"
                        + " ledgers follow no more at once: start the gateway once, and rotate then",
                HsmCommand.LATER);
    }

    /// Nor is anything of what this box's relays were told, also of those that the configuration has no more.
    private static void requireNothingNoted(StoppedLog log) throws IOException {
        var against = NotedHeads.against(log.data(), log.seals().sealedSize());
        if (against.isEmpty()) return;
        throw new HsmRefusal(
                against.get() + "; nothing was changed, since it might begin a second history of this log. Find the"
                        + " newer copy, or whoever made the other history; what cannot be read bring back as it was, or"
                        + " move away where its ledger is asked; if there is no other way, another origin goes on from"
                        + " this one: sealpost origin succeed --reason restored, or two-histories",
                HsmCommand.REFUSED);
    }

    private void checkOptions() {
        if (lost && exposed) throw HsmTarget.usage("give --lost or --exposed, and not both");
        if (certificates.isPresent() && !lost) throw HsmTarget.usage("--certificates goes with --lost only");
        if (lost && certificates.isEmpty() && request.isEmpty()) {
            throw HsmTarget.usage("with --lost give --request FILE first, have the owner's CA answer it, and then"
                    + " --certificates FILE");
        }
    }

    private void confirm(P256Key old) throws IOException {
        var fingerprint = old.thumbprint().hex();
        var typed = HsmConfirmation.typed(
                confirmed,
                out,
                "The sealing key in force, SHA-256 " + fingerprint + ", will be replaced for good.",
                "To go on, type the first " + HsmConfirmation.DIGITS + " digits of its fingerprint:");
        if (!HsmConfirmation.confirms(typed, fingerprint)) {
            throw new HsmRefusal(
                    "that is not the fingerprint of the sealing key in force, which is " + fingerprint
                            + ": nothing was changed",
                    HsmCommand.REFUSED);
        }
    }

    /// As the gateway opens it, so that a library that breaks does not break the journals that are open here. A key
    /// that is made leaves its note.
    static Token open(TokenSettings settings) throws InterruptedException {
        var noted = HsmTarget.noted(settings.notes());
        var token = Tokens.telling(settings.open(), NotedActs.somebodyHere(), noted);
        var health = token.settle(SETTLING);
        if (health.isReady()) return HsmInsecure.warned(token);
        token.close();
        throw health.setback(settings.config().label());
    }

    private HsmOutput.Answer prepare(GatewayConfig settings, StoppedLog log, Token token) throws Exception {
        var key = newKey(settings, log, token);
        var file = request.orElseThrow();
        writeRequest(log, key, file);
        return HsmOutput.Answer.done(
                HsmOutput.object()
                        .put("name", key.spec().name())
                        .put("fingerprint", HsmWords.fingerprint(key.spki()))
                        .put("request", file.toString())
                        .put("handed-over", false),
                "key \"" + key.spec().name() + "\", SHA-256 " + HsmWords.fingerprint(key.spki())
                        + ", is ready; nothing was handed over yet",
                "Have the owner's CA certify the request in " + file
                        + ", then: hsm rotate --lost --certificates ANSWER");
    }

    private HsmOutput.Answer rotate(GatewayConfig settings, StoppedLog log, Token token) throws Exception {
        var identity = log.keys().identity();
        var old = identity.keys().last();
        Optional<SigningKey> oldKey = lost ? Optional.empty() : Optional.of(oldKey(log, token, old));
        var key = newKey(settings, log, token);
        var clock = KernelClock.open(settings.discipline());
        List<byte[]> chain = lost
                ? BreakCertificates.read(
                        certificates.orElseThrow(),
                        P256Key.of(key.spki()),
                        identity.origin(),
                        clock.get().time())
                : List.of();
        var reason = lost ? HandOver.Reason.LOST : exposed ? HandOver.Reason.EXPOSED : HandOver.Reason.PLANNED;
        if (request.isPresent()) writeRequest(log, key, request.get());

        long index = log.entries().size();
        try (var handOvers = LoggedKeys.open(log.data())) {
            new Rotation(identity, log.entries(), handOvers, clock, HsmCsr.SIGNING)
                    .run(oldKey, new Rotation.Order(key, token.description(), reason, chain));
        }
        return HsmOutput.Answer.done(
                HsmOutput.object()
                        .put("name", key.spec().name())
                        .put("fingerprint", HsmWords.fingerprint(key.spki()))
                        .put("old-fingerprint", old.thumbprint().hex())
                        .put("entry", index)
                        .put("handed-over", true),
                "entry " + index + " hands the log over to key \"" + key.spec().name() + "\"",
                "new key: SHA-256 " + HsmWords.fingerprint(key.spki()),
                "old key: SHA-256 " + old.thumbprint().hex() + ", good for heads of up to " + index
                        + " entries; hsm destroy removes it",
                "Start the gateway. " + whatTheOwnerDoes(settings));
    }

    private String whatTheOwnerDoes(GatewayConfig settings) {
        if (lost) {
            return "Who trusts this box by its old key needs the owner's CA in the trust file from now on."
                    + (settings.chains().isEmpty()
                            ? ""
                            : " On chains this log ends here: they follow no lost key. sealpost origin succeed --reason"
                                    + " key-lost begins an origin that they take.");
        }
        return request.map(file -> "Have the owner's CA certify the new key: its request is in " + file + ".")
                .orElse("Have the owner's CA certify the new key: the page Certificate has its request.");
    }

    private SigningKey oldKey(StoppedLog log, Token token, P256Key old) {
        try {
            return token.key(KeySpec.pinned(log.keys().sealKey(), KeyKind.P256, old.spki()));
        } catch (KeyRefused refused) {
            throw new HsmRefusal(
                    "the sealing key in force cannot be used: " + refused.getMessage()
                            + "; if it is lost for good: hsm rotate --lost",
                    HsmCommand.REFUSED);
        }
    }

    /// Made, unless a run before this one made it, or a person did.
    private SigningKey newKey(GatewayConfig settings, StoppedLog log, Token token) {
        var keys = log.keys().identity().keys();
        var label =
                name.orElse(settings.token().sealKey() + "-" + (keys.tenures().size() + 1));
        if (settings.identityKeys().contains(label)) {
            throw new HsmRefusal(
                    "key \"" + label
                            + "\" is the identity-key of an anchorage, and what seals signs nothing that others"
                            + " ask for: give another name with --key",
                    HsmCommand.REFUSED);
        }
        boolean isThere = token.keys().stream().anyMatch(key -> key.name().equals(label));
        if (!isThere) out.progress("Making the key \"" + label + "\" in " + token.description() + ".");
        var key = isThere ? token.key(KeySpec.unpinned(label, KeyKind.P256)) : token.generate(label, KeyKind.P256);
        if (keys.keys().contains(P256Key.of(key.spki()))) {
            throw new HsmRefusal(
                    "key \"" + label + "\" has sealed this log before: give another name with --key",
                    HsmCommand.REFUSED);
        }
        return key;
    }

    private static void writeRequest(StoppedLog log, SigningKey key, Path file) throws IOException {
        var der = CertificateRequest.of(key, log.keys().identity().origin(), HsmCsr.SIGNING);
        var pem = HsmWords.pem("CERTIFICATE REQUEST", der);
        DurableFile.replace(file, pem.getBytes(StandardCharsets.US_ASCII), "rw-r--r--");
    }
}
