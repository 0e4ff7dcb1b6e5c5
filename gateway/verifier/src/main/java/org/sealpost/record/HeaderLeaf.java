package org.sealpost.record;

/// The leaf of an ordinary entry: what kind of record it is, and the commitment to its body (docs/formats.md §2.1).
///
/// @param profile        `[a-z0-9][a-z0-9.-]{0,63}`; neither [GenesisLeaf#PROFILE] nor [HandOverLeaf#PROFILE]
/// @param profileVersion from 1
public record HeaderLeaf(String profile, int profileVersion, SourceKind source, Commitment commitment) implements Leaf {
    private static final int MOST_CHARACTERS = 64;

    public HeaderLeaf {
        requireProfile(profile, profileVersion);
    }

    static void requireProfile(String profile, int profileVersion) {
        if (!isProfile(profile) || profile.equals(GenesisLeaf.PROFILE) || profile.equals(HandOverLeaf.PROFILE)) {
            throw new IllegalArgumentException("not the name of a profile");
        }
        if (profileVersion < 1) throw new IllegalArgumentException("versions of a profile count from 1");
    }

    /// Whether this can be the name of a profile at all.
    public static boolean isProfile(String name) {
        if (name.isEmpty() || name.length() > MOST_CHARACTERS) return false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean isFirst = c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
            if (!isFirst && (i == 0 || c != '.' && c != '-')) return false;
        }
        return true;
    }

    @Override
    public byte[] encode() {
        return write(new CborWriter(128), profile, profileVersion, source, commitment.shared())
                .toBytes();
    }

    static CborWriter write(CborWriter out, String profile, int profileVersion, SourceKind source, byte[] commitment) {
        out.map(5).integer(0).integer(FORMAT_VERSION);
        out.integer(1).text(profile).integer(2).integer(profileVersion);
        return out.integer(3).integer(source.number()).integer(4).bytes(commitment);
    }

    static HeaderLeaf rest(CborReader in, int at, String profile) throws CborMalformed {
        if (!isProfile(profile)) throw new CborMalformed(at, "not the name of a profile");
        int version = (int) in.expect(2).unsigned("version of the profile", 1, Integer.MAX_VALUE);
        in.expect(3);
        var source = SourceKind.read(in);
        in.expect(4);
        return new HeaderLeaf(profile, version, source, Commitment.owning(in.fixed(Commitment.SIZE)));
    }
}
