package org.sealpost.hsm.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import org.sealpost.hsm.TokenConfig;
import org.xipki.pkcs11.wrapper.AttributeVector;
import org.xipki.pkcs11.wrapper.Mechanism;
import org.xipki.pkcs11.wrapper.PKCS11Module;
import org.xipki.pkcs11.wrapper.PKCS11Token;
import org.xipki.pkcs11.wrapper.Slot;

/// The wrappers of others, each as its documentation has it used.
final class Peers {
    private static final long CKM_ECDSA = 0x1041;

    private Peers() {}

    /// The JDK's provider; the key must have a certificate beside it.
    static Way sunPkcs11(TokenConfig config, String name) throws Exception {
        Path settings = Files.createTempFile("sun-pkcs11", ".cfg");
        Files.writeString(settings, "name = bench\nlibrary = %s\nslotListIndex = 0\n".formatted(config.module()));
        Provider provider = Security.getProvider("SunPKCS11").configure(settings.toString());
        Files.delete(settings);
        KeyStore token = KeyStore.getInstance("PKCS11", provider);
        token.load(null, pin(config));
        if (!(token.getKey(name, null) instanceof PrivateKey key)) {
            throw new IllegalStateException("SunPKCS11 sees no key " + name);
        }
        var signers = new ArrayList<Callable<byte[]>>();
        byte[] digest = Way.digest();
        for (int i = 0; i < config.sessions(); i++) {
            // Made by the thread that uses it: it begins a signature when it is made, and again after each.
            ThreadLocal<Signature> signature = ThreadLocal.withInitial(() -> signer(provider, key));
            signers.add(() -> {
                signature.get().update(digest);
                return signature.get().sign();
            });
        }
        return new BlockingWay(signers);
    }

    private static Signature signer(Provider provider, PrivateKey key) {
        try {
            Signature signature = Signature.getInstance("NONEwithECDSAinP1363Format", provider);
            signature.initSign(key);
            return signature;
        } catch (GeneralSecurityException refused) {
            throw new IllegalStateException(refused);
        }
    }

    /// Its pool of sessions.
    static Way ipkcs11wrapper(TokenConfig config, String name) throws Exception {
        PKCS11Module module = PKCS11Module.getInstance(config.module().toString());
        module.initialize();
        PKCS11Token token = null;
        for (Slot slot : module.getSlotList(true)) {
            if (slot.getToken().getTokenInfo().getLabel().strip().equals(config.label())) {
                token = new PKCS11Token(slot.getToken(), true, pin(config), config.sessions());
            }
        }
        if (token == null) {
            throw new IllegalStateException("ipkcs11wrapper sees no token " + config.label());
        }
        PKCS11Token found = token;
        long[] keys = token.findObjects(AttributeVector.newPrivateKey().label(name), 2);
        if (keys.length != 1) {
            throw new IllegalStateException("ipkcs11wrapper sees " + keys.length + " keys " + name);
        }
        byte[] digest = Way.digest();
        var signers = new ArrayList<Callable<byte[]>>();
        for (int i = 0; i < config.sessions(); i++) {
            signers.add(() -> found.sign(new Mechanism(CKM_ECDSA), keys[0], digest));
        }
        return new BlockingWay(signers);
    }

    private static char[] pin(TokenConfig config) throws Exception {
        return Files.readString(config.pinFile()).strip().toCharArray();
    }
}
