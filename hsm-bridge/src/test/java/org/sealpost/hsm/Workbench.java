package org.sealpost.hsm;

import java.time.Duration;
import java.util.Optional;

/// Lets a test do to a token what the public API does not offer. The token must be open in this process: the
/// login is shared.
final class Workbench {
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
                    Duration.ofSeconds(30));
        } finally {
            module.release();
        }
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

    static TokenLabel label(TokenConfig config) throws Exception {
        CryptokiModule module = CryptokiModule.acquire(config.module(), Optional.empty());
        try {
            return module.call(
                    () -> {
                        module.ensureInitialised();
                        return module.cryptoki().tokenLabel(slot(module, config));
                    },
                    Duration.ofSeconds(30));
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
