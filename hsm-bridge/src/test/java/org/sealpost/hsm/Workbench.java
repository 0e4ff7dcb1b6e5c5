package org.sealpost.hsm;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;

/// Lets a test do to a token what the public API does not offer. The token must be open in this process: the
/// login is shared.
final class Workbench {
    /// Of what makes keys, too.
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private Workbench() {}

    interface Job {
        void on(Session session) throws CryptokiError;
    }

    static void with(TokenConfig config, Job job) throws Exception {
        CryptokiModule module = CryptokiModule.acquire(config.module(), config.reserved());
        try {
            module.call(
                    () -> {
                        module.ensureInitialised();
                        Session session =
                                Session.open(module.cryptoki(), slot(module, config), Cryptoki.READ_WRITE_SESSION);
                        try {
                            job.on(session);
                        } finally {
                            session.close();
                        }
                        return true;
                    },
                    PATIENCE);
        } finally {
            module.release();
        }
    }

    /// As [#with], with the user logged in, while the token is not open in this process.
    static void loggedIn(TokenConfig config, Job job) throws Exception {
        byte[] pin = Files.readString(config.pinFile()).strip().getBytes(StandardCharsets.US_ASCII);
        with(config, session -> {
            session.login(Cryptoki.USER, pin);
            try {
                job.on(session);
            } finally {
                session.logout();
            }
        });
    }

    /// What another part of this process could do, without asking anybody.
    static void finalise(TokenConfig config) throws Exception {
        CryptokiModule module = CryptokiModule.acquire(config.module(), config.reserved());
        try {
            module.cryptoki().finalise();
        } finally {
            module.release();
        }
    }

    /// A pair of any kind whose private key does not leave the token, unless it is `extractable`.
    static void makePair(Session session, KeyKind kind, String name, byte[] id, boolean extractable)
            throws CryptokiError {
        Template publicKey = new Template();
        if (kind.isRsa()) {
            publicKey.with(Template.MODULUS_BITS, kind.modulusBits()).with(Template.PUBLIC_EXPONENT, new byte[] {1, 0, 1
            });
        } else {
            publicKey.with(Template.EC_PARAMS, kind.parameters());
        }
        makePair(
                session,
                Profiles.STANDARD.mechanism(kind).orElseThrow().generation(),
                publicKey,
                name,
                id,
                extractable);
    }

    private static void makePair(
            Session session, long generation, Template publicKey, String name, byte[] id, boolean extractable)
            throws CryptokiError {
        publicKey
                .with(Template.TOKEN, true)
                .with(Template.PRIVATE, false)
                .with(Template.VERIFY, true)
                .with(Template.LABEL, name)
                .with(Template.ID, id);
        Template privateKey = new Template()
                .with(Template.TOKEN, true)
                .with(Template.PRIVATE, true)
                .with(Template.SENSITIVE, true)
                .with(Template.EXTRACTABLE, extractable)
                .with(Template.SIGN, true)
                .with(Template.LABEL, name)
                .with(Template.ID, id);
        session.generatePair(generation, publicKey, privateKey);
    }

    /// A P-256 pair as a careless person would make it.
    static void makePair(Session session, String name, byte[] id, boolean sensitive, boolean extractable)
            throws CryptokiError {
        makePair(session, name, id, id, sensitive, extractable);
    }

    static void makePair(
            Session session, String name, byte[] id, byte[] publicId, boolean sensitive, boolean extractable)
            throws CryptokiError {
        Template publicKey = new Template()
                .with(Template.TOKEN, true)
                .with(Template.PRIVATE, false)
                .with(Template.VERIFY, true)
                .with(Template.LABEL, name)
                .with(Template.ID, publicId)
                .with(Template.EC_PARAMS, KeyKind.P256.parameters());
        Template privateKey = new Template()
                .with(Template.TOKEN, true)
                .with(Template.PRIVATE, true)
                .with(Template.SENSITIVE, sensitive)
                .with(Template.EXTRACTABLE, extractable)
                .with(Template.SIGN, true)
                .with(Template.LABEL, name)
                .with(Template.ID, id);
        session.generatePair(0x1040, publicKey, privateKey);
    }

    /// A P-256 pair as a PIV card has it in its slot 9C: CKA_ALWAYS_AUTHENTICATE.
    static void makePairThatAlwaysAsks(Session session, String name, byte[] id) throws CryptokiError {
        Template publicKey = new Template()
                .with(Template.TOKEN, true)
                .with(Template.LABEL, name)
                .with(Template.ID, id)
                .with(Template.EC_PARAMS, KeyKind.P256.parameters());
        Template privateKey = new Template()
                .with(Template.TOKEN, true)
                .with(Template.PRIVATE, true)
                .with(Template.SENSITIVE, true)
                .with(Template.EXTRACTABLE, false)
                .with(Template.SIGN, true)
                .with(Template.ALWAYS_AUTHENTICATE, true)
                .with(Template.LABEL, name)
                .with(Template.ID, id);
        session.generatePair(0x1040, publicKey, privateKey);
    }

    static TokenLabel label(TokenConfig config) throws Exception {
        return ask(config, module -> module.cryptoki().tokenLabel(slot(module, config)));
    }

    /// The slot in which the token is after the library was initialised.
    static long slotNumber(TokenConfig config) throws Exception {
        return ask(config, module -> slot(module, config));
    }

    private interface Question<T> {
        T ask(CryptokiModule module) throws CryptokiError;
    }

    private static <T> T ask(TokenConfig config, Question<T> question) throws Exception {
        CryptokiModule module = CryptokiModule.acquire(config.module(), config.reserved());
        try {
            return module.call(
                    () -> {
                        module.ensureInitialised();
                        return question.ask(module);
                    },
                    PATIENCE);
        } finally {
            module.release();
        }
    }

    private static long slot(CryptokiModule module, TokenConfig config) throws CryptokiError {
        for (long slot : module.cryptoki().slotsWithToken()) {
            if (module.cryptoki().tokenLabel(slot).label().equals(config.label())) {
                return slot;
            }
        }
        throw new IllegalStateException("no token " + config.label());
    }
}
