package org.sealpost.hsm.est;

import java.net.Socket;
import java.security.InvalidKeyException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.TokenSetback;
import org.sealpost.hsm.TokenSigner;

/// Lets the JDK's TLS sign with a key in a token. The JDK looks for whoever can sign with a private key of this
/// class, and finds the provider below, which no other key is given to.
final class TokenTls extends X509ExtendedKeyManager {
    private static final Duration SIGNING = Duration.ofSeconds(20);
    private static final String ALIAS = "token";
    private static final String TYPE = "EC";

    private final TokenPrivateKey key;
    private final X509Certificate[] chain;

    TokenTls(EstIdentity.Certificate identity) {
        this.key = new TokenPrivateKey(identity.key());
        this.chain = identity.chain().toArray(X509Certificate[]::new);
        if (Security.getProvider(TokenProvider.NAME) == null) {
            Security.addProvider(new TokenProvider());
        }
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        // Whatever issuers the server names: it is told who we are, and refuses us in words.
        return Arrays.asList(types).contains(TYPE) ? ALIAS : null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineClientAlias(types, issuers, null);
    }

    @Override
    public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
        return type.equals(TYPE) ? new String[] {ALIAS} : new String[0];
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return chain.clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return key;
    }

    @Override
    public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
        return new String[0];
    }

    /// Stands for a key that is in a token; has no bytes.
    private static final class TokenPrivateKey implements PrivateKey {
        private static final long serialVersionUID = 1L;

        private final transient SigningKey key;

        TokenPrivateKey(SigningKey key) {
            this.key = key;
        }

        @Override
        public String getAlgorithm() {
            return TYPE;
        }

        @Override
        public @Nullable String getFormat() {
            return null;
        }

        @Override
        public byte @Nullable [] getEncoded() {
            return null;
        }
    }

    private static final class TokenProvider extends Provider {
        static final String NAME = "SealpostToken";
        private static final long serialVersionUID = 1L;

        TokenProvider() {
            super(NAME, "1", "ECDSA by keys in tokens");
            for (String algorithm : List.of("SHA256withECDSA", "SHA384withECDSA")) {
                putService(
                        new Service(this, "Signature", algorithm, TokenSignature.class.getName(), List.of(), Map.of()) {
                            @Override
                            public Object newInstance(@Nullable Object parameter) {
                                return new TokenSignature();
                            }

                            @Override
                            public boolean supportsParameter(@Nullable Object parameter) {
                                return parameter instanceof TokenPrivateKey;
                            }
                        });
            }
        }
    }

    /// The curve decides the digest, as TLS 1.3 has it.
    private static final class TokenSignature extends SignatureSpi {
        private @Nullable TokenSigner signer;

        @Override
        protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
            if (!(key instanceof TokenPrivateKey token)) {
                throw new InvalidKeyException("no key in a token");
            }
            signer = new TokenSigner(token.key, SIGNING);
        }

        @Override
        protected void engineUpdate(byte b) throws SignatureException {
            engineUpdate(new byte[] {b}, 0, 1);
        }

        @Override
        protected void engineUpdate(byte[] bytes, int offset, int length) throws SignatureException {
            try {
                begun().getOutputStream().write(bytes, offset, length);
            } catch (java.io.IOException inMemory) {
                throw new SignatureException(inMemory);
            }
        }

        @Override
        protected byte[] engineSign() throws SignatureException {
            try {
                return begun().getSignature();
            } catch (TokenSetback | KeyRefused cannot) {
                throw new SignatureException(cannot.getMessage(), cannot);
            }
        }

        private TokenSigner begun() throws SignatureException {
            TokenSigner now = signer;
            if (now == null) {
                throw new SignatureException("not begun");
            }
            return now;
        }

        @Override
        protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
            throw new InvalidKeyException("only signs");
        }

        @Override
        protected boolean engineVerify(byte[] signature) throws SignatureException {
            throw new SignatureException("only signs");
        }

        @Override
        @Deprecated
        protected void engineSetParameter(String name, Object value) {
            throw new UnsupportedOperationException();
        }

        @Override
        @Deprecated
        protected Object engineGetParameter(String name) {
            throw new UnsupportedOperationException();
        }
    }
}
