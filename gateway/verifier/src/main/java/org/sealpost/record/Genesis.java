package org.sealpost.record;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The beginning of an origin: its name, suite, first keys and software (docs/formats.md §2.2).
///
/// @param keys  roles ascending, only [KeyRole#CHAIN_ACCOUNT] repeated; the first is the sealing key
/// @param nonce 32 random bytes: two origins of one name made with one token differ
public record Genesis(
        Origin origin,
        Suite suite,
        List<Key> keys,
        String software,
        ClockReading clock,
        byte[] nonce,
        Optional<Previous> previous) {

    private static final int MAX_KEYS = 16;

    /// A key and the token that it lives in.
    ///
    /// @param spki  DER SubjectPublicKeyInfo, at most 2,048 bytes
    /// @param token label and serial of the token
    public record Key(KeyRole role, byte[] spki, String token) {
        public Key {
            if (spki.length == 0 || spki.length > 2048)
                throw new IllegalArgumentException("public key of " + spki.length + " bytes");
            if (!Source.hasCharacters(token, 0, 128))
                throw new IllegalArgumentException("name of the token is longer than 128 characters");
            spki = spki.clone();
        }

        @Override
        public byte[] spki() {
            return spki.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key that
                    && role == that.role
                    && Arrays.equals(spki, that.spki)
                    && token.equals(that.token);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(spki);
        }
    }

    /// The origin that this one goes on from.
    ///
    /// @param genesisHash 32 bytes
    public record Previous(Origin origin, byte[] genesisHash) {
        public Previous {
            if (genesisHash.length != 32) throw new IllegalArgumentException("a genesis hash has 32 bytes");
            genesisHash = genesisHash.clone();
        }

        @Override
        public byte[] genesisHash() {
            return genesisHash.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Previous that
                    && origin.equals(that.origin)
                    && Arrays.equals(genesisHash, that.genesisHash);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(genesisHash);
        }
    }

    public Genesis {
        keys = List.copyOf(keys);
        nonce = nonce.clone();
        if (nonce.length != 32) throw new IllegalArgumentException("the nonce has 32 bytes");
        if (!Source.hasCharacters(software, 1, 128))
            throw new IllegalArgumentException("software: 1 to 128 characters");
        if (keys.isEmpty() || keys.size() > MAX_KEYS || keys.getFirst().role() != KeyRole.SEAL) {
            throw new IllegalArgumentException("1 to 16 keys, the sealing key first");
        }
        for (int i = 1; i < keys.size(); i++) {
            int step = keys.get(i).role().compareTo(keys.get(i - 1).role());
            if (step < 0 || step == 0 && keys.get(i).role() != KeyRole.CHAIN_ACCOUNT) {
                throw new IllegalArgumentException("roles of the keys are not ascending");
            }
        }
    }

    @Override
    public byte[] nonce() {
        return nonce.clone();
    }

    public Key sealingKey() {
        return keys.getFirst();
    }

    public Optional<Key> key(KeyRole role) {
        return keys.stream().filter(key -> key.role() == role).findFirst();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Genesis that
                && Arrays.equals(new GenesisLeaf(this).encode(), new GenesisLeaf(that).encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(nonce);
    }

    void write(CborWriter out) {
        out.map(7).integer(1).text(origin.name()).integer(2).integer(suite.number());
        out.integer(3).array(keys.size());
        for (var key : keys) {
            out.array(3).integer(key.role().number()).bytes(key.spki).text(key.token());
        }
        out.integer(4).text(software).integer(5);
        clock.write(out);
        out.integer(6).bytes(nonce).integer(7);
        if (previous.isEmpty()) out.nil();
        else out.array(2).text(previous.get().origin().name()).bytes(previous.get().genesisHash);
    }

    static Genesis read(CborReader in) throws CborMalformed {
        int at = in.position();
        in.mapOf(7).expect(1);
        var origin = Origin.read(in);
        in.expect(2);
        var suite = Suite.read(in);
        int count = in.expect(3).array(MAX_KEYS);
        try {
            var keys = new ArrayList<Key>(count);
            for (int i = 0; i < count; i++) {
                in.arrayOf(3);
                keys.add(new Key(KeyRole.read(in), in.bytes(2048), in.text(512)));
            }
            var software = in.expect(4).text(512);
            in.expect(5);
            var clock = ClockReading.read(in);
            var nonce = in.expect(6).fixed(32);
            in.expect(7);
            Optional<Previous> previous =
                    in.nil() ? Optional.empty() : Optional.of(new Previous(Origin.read(in.arrayOf(2)), in.fixed(32)));
            return new Genesis(origin, suite, keys, software, clock, nonce, previous);
        } catch (IllegalArgumentException e) {
            throw new CborMalformed(at, e.getMessage());
        }
    }
}
