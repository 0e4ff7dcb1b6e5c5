package org.sealpost.control;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.ClockReading;

/// Something that somebody did to the box and that cannot be derived (docs/formats.md §13).
public sealed interface Act {
    String KIND = "sealpost-act";
    int VERSION = 1;
    int NEWEST_TYPE = 7;
    int MAX_CERTIFICATES = 8;
    int MAX_SIZE_BYTES = 256 << 10;
    int MAX_DOCUMENT_BYTES = 64 << 10;

    /// What no release will go beyond.
    int MAX_TYPE = 255;

    int MAX_ITEMS = 64;

    /// Who the box itself is, in [Stamp#by].
    String BOX = "sealpost";

    /// When it was done, and by whom.
    Stamp stamp();

    /// When an act was done, and by whom.
    ///
    /// @param by a client's name, `sealpost`, or `somebody at <address>`
    record Stamp(ClockReading clock, String by) {
        private static final Pattern BY = Pattern.compile("[A-Za-z0-9 ._@:%-]{1,128}");

        public Stamp {
            if (!BY.matcher(by).matches()) {
                throw new IllegalArgumentException("who did it: 1 to 128 letters, digits, spaces and ._@:%-");
            }
        }

        /// Somebody without a name, as the address says that it came from.
        public static String somebodyAt(String address) {
            var safe = address.replaceAll("[^A-Za-z0-9._:%-]", "");
            return "somebody at "
                    + (safe.isEmpty() ? "an unknown address" : safe.substring(0, Math.min(safe.length(), 100)));
        }
    }

    /// Somebody entered a wrong claim code.
    record ClaimRefused(Stamp stamp) implements Act {}

    /// The box has an owner from now on.
    record Claimed(Stamp stamp, String client, SecretHash token) implements Act {
        public Claimed {
            if (!Clients.isName(client)) throw new IllegalArgumentException("not the name of a client");
        }
    }

    /// A CA of the owner's has certified the sealing key.
    ///
    /// @param certificates DER, the sealing key's first, then its issuers
    record CertificateAccepted(Stamp stamp, List<byte[]> certificates) implements Act {
        public CertificateAccepted {
            certificates = List.copyOf(certificates);
            if (certificates.isEmpty() || certificates.size() > MAX_CERTIFICATES) {
                throw new IllegalArgumentException("1 to " + MAX_CERTIFICATES + " certificates");
            }
            if (certificates.stream().anyMatch(der -> der.length == 0)) {
                throw new IllegalArgumentException("an empty certificate");
            }
        }
    }

    /// All acts below a position of this journal are in the log.
    ///
    /// @param below the position after the one that was copied last
    /// @param index where the log has that one
    record Copied(Stamp stamp, long below, long index) implements Act {}

    /// The owner says which sensors there are.
    ///
    /// @param document the settings as they were given, all of them; empty for none
    record SensorsSet(Stamp stamp, String document) implements Act {
        public SensorsSet {
            if (document.getBytes(StandardCharsets.UTF_8).length > MAX_DOCUMENT_BYTES) {
                throw new IllegalArgumentException("a document of more than " + MAX_DOCUMENT_BYTES + " bytes");
            }
        }
    }

    /// All acts of the update agent below a number are in the log.
    ///
    /// @param below the number after the one that was copied last
    /// @param index where the log has that one
    record UpdateCopied(Stamp stamp, long below, long index) implements Act {}

    /// Somebody says what is done about an anchorage.
    ///
    /// @param anchorage its name, 1 to 20 characters a-z, 0-9, `-`
    /// @param number    of the publication that the order is about, from 1; empty if it is about the anchorage
    record AnchorageOrdered(Stamp stamp, String anchorage, Order order, OptionalLong number) implements Act {
        private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,20}");

        public AnchorageOrdered {
            if (number.isPresent() != order.isOfPublication() || number.orElse(1) < 1) {
                throw new IllegalArgumentException("an order about a publication has its number, from 1, and no other");
            }
            if (!NAME.matcher(anchorage).matches()) {
                throw new IllegalArgumentException("an anchorage's name: 1 to 20 characters a-z, 0-9, '-'");
            }
        }
    }

    /// What is to be done about an anchorage. Numbers in the journal begin with 1 for the first.
    enum Order {
        /// Nothing more is sent there until [#UNPARK].
        PARK,
        UNPARK,
        /// What is under way is asked for and sent again at once, and a head that was set aside is tried again.
        RESUBMIT,
        /// A publication is not tried any more, and never comes there: that its number is nobody's is published
        /// instead.
        GIVE_UP,
        /// A publication that was set aside is tried again.
        TAKE_UP;

        /// In the log's copy, and wherever people or programs give it.
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /// Whether it is about one publication there.
        public boolean isOfPublication() {
            return this == GIVE_UP || this == TAKE_UP;
        }
    }

    default byte[] toBytes() {
        var out = new CborWriter();
        switch (this) {
            case ClaimRefused act -> start(out, 5, 1, act.stamp);
            case Claimed act -> start(out, 7, 2, act.stamp).text(act.client).bytes(act.token.toBytes());
            case CertificateAccepted act -> {
                start(out, 6, 3, act.stamp).array(act.certificates.size());
                for (var der : act.certificates) out.bytes(der);
            }
            case Copied act -> start(out, 7, 4, act.stamp).integer(act.below).integer(act.index);
            case SensorsSet act -> start(out, 6, 5, act.stamp).text(act.document);
            case UpdateCopied act ->
                start(out, 7, 6, act.stamp).integer(act.below).integer(act.index);
            case AnchorageOrdered act -> {
                start(out, 8, 7, act.stamp).text(act.anchorage).integer(act.order.ordinal() + 1);
                if (act.number.isPresent()) out.integer(act.number.getAsLong());
                else out.nil();
            }
        }
        return out.toBytes();
    }

    private static CborWriter start(CborWriter out, int count, int type, Stamp stamp) {
        out.array(count).text(KIND).integer(VERSION).integer(type);
        stamp.clock.write(out);
        return out.text(stamp.by);
    }

    /// Whether it begins as an act of a type that this release does not know.
    static boolean isOfLaterRelease(byte[] bytes) {
        try {
            var in = new CborReader(bytes);
            in.array(MAX_ITEMS);
            long type = in.expect(KIND).expect(VERSION).unsigned("type of act", 1, MAX_TYPE);
            return type > NEWEST_TYPE || type == 7 && isOrderOfLaterRelease(in);
        } catch (CborMalformed e) {
            return false;
        }
    }

    private static boolean isOrderOfLaterRelease(CborReader in) throws CborMalformed {
        for (int item = 0; item < 3; item++) in.skipItem(); // clock, who, and the anchorage
        return in.unsigned("order", 1, MAX_TYPE) > Order.values().length;
    }

    static Act read(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes);
        try {
            int count = in.array(8);
            in.expect(KIND).expect(VERSION);
            int type = (int) in.unsigned("type of act", 1, NEWEST_TYPE);
            int expected = new int[] {5, 7, 6, 7, 6, 7, 8}[type - 1];
            if (count != expected) throw new CborMalformed(0, count + " items, expected " + expected);
            var stamp = new Stamp(ClockReading.read(in), in.text(128));
            Act act = switch (type) {
                case 1 -> new ClaimRefused(stamp);
                case 2 -> new Claimed(stamp, in.text(128), SecretHash.ofHash(in.fixed(SecretHash.SIZE)));
                case 3 -> new CertificateAccepted(stamp, certificates(in));
                case 4 -> new Copied(stamp, in.unsigned(), in.unsigned());
                case 5 -> new SensorsSet(stamp, in.text(MAX_DOCUMENT_BYTES));
                case 6 -> new UpdateCopied(stamp, in.unsigned(), in.unsigned());
                default ->
                    new AnchorageOrdered(
                            stamp,
                            in.text(64),
                            order(in),
                            in.nil() ? OptionalLong.empty() : OptionalLong.of(in.unsigned()));
            };
            in.end();
            return act;
        } catch (IllegalArgumentException e) {
            throw new CborMalformed(in.position(), String.valueOf(e.getMessage()));
        }
    }

    private static Order order(CborReader in) throws CborMalformed {
        return Order.values()[(int) in.unsigned("order", 1, Order.values().length) - 1];
    }

    private static List<byte[]> certificates(CborReader in) throws CborMalformed {
        var certificates = new ArrayList<byte[]>();
        int count = in.array(MAX_CERTIFICATES);
        for (int i = 0; i < count; i++) certificates.add(in.bytes(MAX_SIZE_BYTES));
        return certificates;
    }
}
