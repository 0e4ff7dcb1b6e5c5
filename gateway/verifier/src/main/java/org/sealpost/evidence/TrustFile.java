package org.sealpost.evidence;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// What a user trusts about one box, or about the boxes of one CA (docs/formats.md §9).
///
/// @param name        of the file, for messages
/// @param origin      with `genesis`: the only log it speaks of; absent only where a CA vouches for any
/// @param keys        sealing keys
/// @param authorities CAs that certify sealing keys
/// @param chains      contracts on chains that a node may be asked about
/// @param creations   the hash of the transaction that made one of these contracts, where it is named
/// @param validators  whose seals on blocks count, of chains that this file names: one set or more of each
/// @param channels    whose word counts about channels of Fabric
/// @param stamping    CAs of time-stamping authorities
public record TrustFile(
        String name,
        Optional<Origin> origin,
        Optional<Hash> genesis,
        List<P256Key> keys,
        List<X509Certificate> authorities,
        List<AnchorIdentity.Evm> chains,
        Map<AnchorIdentity.Evm, Hash> creations,
        List<EvmValidators> validators,
        List<FabricTrust> channels,
        List<X509Certificate> stamping) {
    static final String FIRST_LINE = "sealpost-trust 1";
    static final int MAX_SIZE_BYTES = 64 << 10;
    private static final Pattern HEX = Pattern.compile("[0-9a-f]*");
    private static final Pattern ADDRESS = Pattern.compile("(?:0x)?([0-9A-Fa-f]{40})");
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,18}");

    public TrustFile {
        keys = List.copyOf(keys);
        authorities = List.copyOf(authorities);
        chains = List.copyOf(chains);
        creations = Map.copyOf(creations);
        validators = List.copyOf(validators);
        channels = List.copyOf(channels);
        stamping = List.copyOf(stamping);
    }

    /// @throws TrustUnusable for whatever the format does not know: a line that is skipped could be the one that
    ///                       limits what the others allow
    public static TrustFile parse(String name, byte[] utf8) throws TrustUnusable {
        return new Parser(name).parse(utf8);
    }

    /// The text that makes a reader trust this key for this log.
    public static String naming(Origin origin, Hash genesis, P256Key key) {
        return naming(origin, genesis, List.of(key));
    }

    /// The text that makes a reader trust these keys for this log.
    public static String naming(Origin origin, Hash genesis, List<P256Key> keys) {
        var text = new StringBuilder(FIRST_LINE + "\norigin " + origin + "\ngenesis " + genesis + "\n");
        for (var key : keys) {
            text.append("key seal ")
                    .append(Base64.getEncoder().encodeToString(key.spki()))
                    .append('\n');
        }
        return text.toString();
    }

    /// The line that names a chain, for the end of such a text.
    public static String naming(AnchorIdentity.Evm chain) {
        return "chain evm " + chain.chainId() + " genesis " + chain.genesis() + " contract "
                + HexFormat.of().formatHex(chain.contract()) + " code " + chain.code() + "\n";
    }

    /// The same line with the hash of the transaction that made the contract.
    public static String naming(AnchorIdentity.Evm chain, Hash creation) {
        return naming(chain).stripTrailing() + " creation " + creation + "\n";
    }

    /// The line that names a channel, for the end of such a text. It names no config block.
    public static String naming(FabricTrust trust) {
        var channel = trust.channel();
        return "channel fabric " + channel.channel() + " genesis " + channel.genesis() + " chaincode "
                + channel.chaincode() + " endorsers " + trust.endorsers() + " "
                + String.join(" ", trust.organisations()) + "\n";
    }

    /// The line that names a time-stamping authority, for the end of such a text.
    ///
    /// @param authority the certificate of its CA, DER
    public static String namingAuthority(byte[] authority) {
        return "authority tsa " + Base64.getEncoder().encodeToString(authority) + "\n";
    }

    /// Whether this file speaks of this log at all.
    boolean concerns(Origin otherOrigin, Hash otherGenesis) {
        return origin.map(otherOrigin::equals).orElse(true)
                && genesis.map(otherGenesis::equals).orElse(true);
    }

    private static final class Parser {
        private final String name;
        private int lineNumber;
        private Optional<Origin> origin = Optional.empty();
        private Optional<Hash> genesis = Optional.empty();
        private final List<P256Key> keys = new ArrayList<>();
        private final List<X509Certificate> authorities = new ArrayList<>();
        private final List<AnchorIdentity.Evm> chains = new ArrayList<>();
        private final Map<AnchorIdentity.Evm, Hash> creations = new HashMap<>();
        private final List<EvmValidators> validators = new ArrayList<>();
        private final List<FabricTrust> channels = new ArrayList<>();
        private final List<X509Certificate> stamping = new ArrayList<>();

        Parser(String name) {
            this.name = name;
        }

        TrustFile parse(byte[] utf8) throws TrustUnusable {
            if (utf8.length > MAX_SIZE_BYTES) throw unusable("more than 64 KiB");
            var text = decode(utf8);
            if (!text.endsWith("\n")) throw unusable("the last line does not end with LF");
            for (var line : text.substring(0, text.length() - 1).split("\n", -1)) {
                lineNumber++;
                if (lineNumber == 1 && !line.equals(FIRST_LINE)) throw unusable("expected " + FIRST_LINE);
                if (lineNumber == 1 || line.isEmpty() || line.startsWith("#")) continue;
                try {
                    line(line.split(" ", -1));
                } catch (IllegalArgumentException e) {
                    throw unusable(String.valueOf(e.getMessage()));
                }
            }
            if (keys.isEmpty() && authorities.isEmpty()) throw unusable("neither a key nor a ca");
            if (!keys.isEmpty() && (origin.isEmpty() || genesis.isEmpty())) {
                throw unusable("a key is trusted for one origin and genesis, and they are not both named");
            }
            return new TrustFile(
                    name, origin, genesis, keys, authorities, chains, creations, validators, channels, stamping);
        }

        private void line(String[] words) throws TrustUnusable {
            switch (words[0]) {
                case "validators" -> validators.add(validators(words));
                case "channel" -> channels.add(channel(words));
                default -> lineOfFixedLength(words);
            }
        }

        private void lineOfFixedLength(String[] words) throws TrustUnusable {
            switch (words[0] + " " + words.length) {
                case "origin 2" -> {
                    if (origin.isPresent()) throw unusable("a second origin");
                    origin = Optional.of(new Origin(words[1]));
                }
                case "genesis 2" -> {
                    if (genesis.isPresent()) throw unusable("a second genesis");
                    genesis = Optional.of(hash(words[1]));
                }
                case "key 3" -> {
                    if (!words[1].equals("seal")) throw unusable("a key of an unknown role");
                    keys.add(P256Key.of(base64(words[2])));
                }
                case "ca 2" -> authorities.add(authority(base64(words[1])));
                case "chain 9" -> chains.add(chain(words));
                case "chain 11" -> {
                    var chain = chain(words);
                    if (!words[9].equals("creation")) throw unusable("unknown line");
                    if (creations.put(chain, hash(words[10])) != null) throw unusable("a second creation");
                    chains.add(chain);
                }
                case "authority 3" -> {
                    if (!words[1].equals("tsa")) throw unusable("an authority of an unknown kind");
                    stamping.add(authority(base64(words[2])));
                }
                case "config 7" -> config(words);
                default -> throw unusable("unknown line");
            }
        }

        private AnchorIdentity.Evm chain(String[] words) throws TrustUnusable {
            var kinds = List.of(words[1], words[3], words[5], words[7]);
            if (!kinds.equals(List.of("evm", "genesis", "contract", "code"))) throw unusable("unknown kind of chain");
            return new AnchorIdentity.Evm(chainId(words[2]), hash(words[4]), hex(address(words[6])), hash(words[8]));
        }

        private EvmValidators validators(String[] words) throws TrustUnusable {
            if (words.length < 5 || !words[1].equals("evm")) throw unusable("unknown kind of validators");
            long chain = chainId(words[2]);
            if (chains.stream().noneMatch(known -> known.chainId() == chain)) {
                throw unusable("validators of a chain that no line before names");
            }
            var consensus = Arrays.stream(EvmValidators.Consensus.values())
                    .filter(each -> each.toString().equals(words[3]))
                    .findFirst();
            if (consensus.isEmpty()) {
                throw unusable("unknown consensus, known are " + Arrays.toString(EvmValidators.Consensus.values()));
            }
            boolean bridges = words[4].equals("bridges");
            var addresses = new ArrayList<String>();
            for (var word : List.of(words).subList(bridges ? 5 : 4, words.length)) addresses.add(address(word));
            return new EvmValidators(chain, consensus.get(), bridges, addresses);
        }

        private FabricTrust channel(String[] words) throws TrustUnusable {
            if (words.length < 10
                    || !List.of(words[1], words[3], words[5], words[7])
                            .equals(List.of("fabric", "genesis", "chaincode", "endorsers"))) {
                throw unusable("unknown kind of channel");
            }
            if (channels.stream().anyMatch(other -> other.channel().channel().equals(words[2]))) {
                throw unusable("a second line about one channel");
            }
            var identity = new AnchorIdentity.Fabric(words[2], hash(words[4]), words[6]);
            var organisations = List.of(words).subList(9, words.length);
            return new FabricTrust(identity, (int) number(words[8], "count", 64), organisations, Optional.empty());
        }

        private void config(String[] words) throws TrustUnusable {
            if (!List.of(words[1], words[3], words[5]).equals(List.of("fabric", "block", "header"))) {
                throw unusable("unknown kind of config");
            }
            for (int i = 0; i < channels.size(); i++) {
                var channel = channels.get(i);
                if (!channel.channel().channel().equals(words[2])) continue;
                if (channel.config().isPresent()) throw unusable("a second config of one channel");
                var block = new FabricTrust.ConfigBlock(
                        number(words[4], "number of a block", Long.MAX_VALUE), hash(words[6]));
                channels.set(i, channel.from(block));
                return;
            }
            throw unusable("a config of a channel that no line before names");
        }

        /// As nodes and people write it; the case of its digits (EIP-55) tells nothing here.
        ///
        /// @return in lower case, without 0x
        private String address(String word) throws TrustUnusable {
            var matcher = ADDRESS.matcher(word);
            if (!matcher.matches()) throw unusable("an address has 40 hex digits, with 0x before them or without");
            return matcher.group(1).toLowerCase(Locale.ROOT);
        }

        private long chainId(String word) throws TrustUnusable {
            return number(word, "chain id", Long.MAX_VALUE);
        }

        private long number(String word, String what, long max) throws TrustUnusable {
            if (!NUMBER.matcher(word).matches()) throw unusable("not a " + what);
            long number = Long.parseLong(word);
            if (number > max) throw unusable("a " + what + " above " + max);
            return number;
        }

        private X509Certificate authority(byte[] der) throws TrustUnusable {
            try {
                var in = new ByteArrayInputStream(der);
                var certificate = Certificates.read(in);
                if (in.available() > 0) throw unusable("bytes after the certificate");
                if (certificate.getBasicConstraints() < 0) throw unusable("the certificate is not that of a CA");
                return certificate;
            } catch (CertificateException e) {
                throw unusable("not a certificate");
            }
        }

        private Hash hash(String hex) throws TrustUnusable {
            return Hash.of(hex(hex));
        }

        private byte[] hex(String hex) throws TrustUnusable {
            if (!HEX.matcher(hex).matches()) throw unusable("not lower-case hex digits");
            return HexFormat.of().parseHex(hex);
        }

        private byte[] base64(String text) throws TrustUnusable {
            var bytes = Base64.getDecoder().decode(text);
            if (!Base64.getEncoder().encodeToString(bytes).equals(text)) throw unusable("base64 without its padding");
            return bytes;
        }

        private String decode(byte[] utf8) throws TrustUnusable {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(utf8))
                        .toString();
            } catch (CharacterCodingException e) {
                throw unusable("not UTF-8");
            }
        }

        private TrustUnusable unusable(String why) {
            return new TrustUnusable(
                    "trust file " + name + (lineNumber > 0 ? ", line " + lineNumber : "") + ": " + why);
        }
    }
}
