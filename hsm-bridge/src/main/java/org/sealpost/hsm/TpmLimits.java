package org.sealpost.hsm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// How many failed tries a TPM 2.0 forgives before it locks itself (TPM 2.0 Library, part 1, "Dictionary Attack
/// Protection").
///
/// A chip counts a power cut after the use of a key as a failed try, so a box on a bad supply locks its own chip: after
/// 3 cuts with some chips, and each is forgiven in minutes to hours. Our PINs are random and long, so many
/// tries help nobody to guess one.
public final class TpmLimits {
    /// What a box's chip is to forgive: this many tries, and one of them again after each ten minutes.
    static final int TRIES = 1000;

    static final int FORGIVES_ONE_AFTER_SECONDS = 600;

    private static final int PERMANENT = 0x200;
    private static final int MAX_AUTH_FAIL = 0x20F;
    private static final int LOCKOUT_RECOVERY = 0x211;
    private static final int LOCKOUT_PASSWORD_IS_SET = 1 << 2;

    private static final short NO_SESSIONS = (short) 0x8001;
    private static final short SESSIONS = (short) 0x8002;
    private static final int GET_CAPABILITY = 0x17A;
    private static final int DICTIONARY_ATTACK_PARAMETERS = 0x13A;
    private static final int TPM_PROPERTIES = 6;
    private static final int LOCKOUT = 0x4000000A;
    private static final int PASSWORD_SESSION = 0x40000009;
    private static final int HEAD_BYTES = 10;
    private static final int MAX_ANSWER_BYTES = 4096;

    private TpmLimits() {}

    /// One command to the chip, and its whole answer.
    interface Exchange {
        byte[] ask(byte[] command) throws IOException;
    }

    /// Raises the chip's limit where it is lower, unless its owner has set a lockout password: then it is the
    /// owner's to decide. Repeatable; takes milliseconds.
    ///
    /// @param device of the kernel's resource manager, `/dev/tpmrm0`
    /// @return what was done or why nothing was, for the log
    /// @throws IOException if the chip does not answer, or refuses
    public static String raise(Path device) throws IOException {
        // Opened to be written, a file that is not there would be made, in the place of the device.
        if (!Files.exists(device)) {
            throw new NoSuchFileException(device.toString());
        }
        try (var file = new RandomAccessFile(device.toFile(), "rw")) {
            // The kernel takes one write as one command and gives its answer to one read.
            return raise(command -> {
                file.write(command);
                var answer = new byte[MAX_ANSWER_BYTES];
                int size = Math.max(file.read(answer), 0);
                return ByteBuffer.allocate(size).put(answer, 0, size).array();
            });
        }
    }

    static String raise(Exchange chip) throws IOException {
        int tries = property(chip, MAX_AUTH_FAIL);
        if (Integer.compareUnsigned(tries, TRIES) >= 0)
            return "the chip forgives " + Integer.toUnsignedLong(tries) + " tries";
        if ((property(chip, PERMANENT) & LOCKOUT_PASSWORD_IS_SET) != 0) {
            return "the chip forgives " + tries + " tries; its lockout password is set, so that is left as it is";
        }
        var set = command(SESSIONS, DICTIONARY_ATTACK_PARAMETERS, 29);
        set.putInt(LOCKOUT);
        // The empty password, in a session of its own.
        set.putInt(9).putInt(PASSWORD_SESSION).putShort((short) 0).put((byte) 0).putShort((short) 0);
        set.putInt(TRIES).putInt(FORGIVES_ONE_AFTER_SECONDS).putInt(property(chip, LOCKOUT_RECOVERY));
        answer(chip, set);
        return "the chip forgave " + tries + " tries, and forgives " + TRIES + " from now on";
    }

    private static int property(Exchange chip, int which) throws IOException {
        var ask = command(NO_SESSIONS, GET_CAPABILITY, 12)
                .putInt(TPM_PROPERTIES)
                .putInt(which)
                .putInt(1);
        var answer = answer(chip, ask);
        // More to come, the kind of capability, a count, then pairs of property and value.
        if (answer.remaining() < 17 || answer.getInt(answer.position() + 9) != which) {
            throw new IOException("the TPM does not tell its property 0x" + Integer.toHexString(which));
        }
        return answer.getInt(answer.position() + 13);
    }

    private static ByteBuffer command(short tag, int code, int parameterBytes) {
        int size = HEAD_BYTES + parameterBytes;
        return ByteBuffer.allocate(size).putShort(tag).putInt(size).putInt(code);
    }

    /// What follows the head of the answer.
    private static ByteBuffer answer(Exchange chip, ByteBuffer command) throws IOException {
        var answer = ByteBuffer.wrap(chip.ask(command.array()));
        if (answer.remaining() < HEAD_BYTES) throw new IOException("the TPM gave no answer");
        int result = answer.getInt(6);
        if (result != 0) throw new IOException("the TPM refuses with 0x" + Integer.toHexString(result));
        return answer.position(HEAD_BYTES);
    }
}
