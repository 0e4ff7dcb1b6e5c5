package org.sealpost.hsm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A token whose acts are told to a listener; for the rest the token behind it.
final class ToldToken implements Token {
    private final Token token;
    private final String by;
    private final TokenListener listener;

    ToldToken(Token token, String by, TokenListener listener) {
        this.token = token;
        this.by = by;
        this.listener = listener;
    }

    @Override
    public SigningKey key(KeySpec spec) {
        return token.key(spec);
    }

    @Override
    public SigningKey generate(String name, KeyKind kind) {
        SigningKey key = token.generate(name, kind);
        listener.told(new TokenAct.Generated(description(), by, name, kind, key.spki()));
        return key;
    }

    @Override
    public List<ListedKey> keys() {
        return token.keys();
    }

    @Override
    public Optional<String> destroy(String name, byte[] spki) {
        Optional<String> left = token.destroy(name, spki);
        listener.told(new TokenAct.Destroyed(description(), by, name, spki.clone()));
        return left;
    }

    @Override
    public Optional<String> destroyById(String name, byte[] id) {
        byte[] spki = token.keys().stream()
                .filter(key -> Arrays.equals(key.id(), id))
                .flatMap(key -> key.spki().stream())
                .findFirst()
                .orElse(new byte[0]);
        Optional<String> left = token.destroyById(name, id);
        listener.told(new TokenAct.Destroyed(description(), by, name, spki));
        return left;
    }

    @Override
    public void storeCertificate(String name, byte[] spki, byte[] certificate) {
        token.storeCertificate(name, spki, certificate);
        listener.told(new TokenAct.CertificateStored(description(), by, name, spki.clone(), certificate.clone()));
    }

    @Override
    public List<byte[]> certificates(String name, byte[] spki) {
        return token.certificates(name, spki);
    }

    @Override
    public void changePin(Path newPin) {
        token.changePin(newPin);
        listener.told(new TokenAct.PinChanged(description(), by));
    }

    @Override
    public TokenHealth health() {
        return token.health();
    }

    @Override
    public TokenHealth settle(Duration patience) throws InterruptedException {
        return token.settle(patience);
    }

    @Override
    public String description() {
        return token.description();
    }

    @Override
    public void close() {
        token.close();
    }
}
