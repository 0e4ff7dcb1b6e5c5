package org.sealpost.sensor.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sealpost.sensor.ModbusSettings;
import org.sealpost.sensor.ModbusSettings.Table;
import org.sealpost.sensor.ModbusSettings.Type;
import org.sealpost.sensor.ModbusSettings.WordOrder;
import org.sealpost.sensor.Sample;
import org.sealpost.sensor.Value;

class RegistersTest {
    private static Registers of(Type type, String scale, String offset) {
        return new Registers(new ModbusSettings(
                "h",
                502,
                1,
                Table.HOLDING,
                0,
                type,
                WordOrder.HIGH_FIRST,
                new BigDecimal(scale),
                new BigDecimal(offset),
                "1",
                Duration.ofSeconds(1),
                Optional.empty()));
    }

    @Test
    void scaleAndOffsetAreExact() {
        assertEquals("-50.04", number(of(Type.INT16, "0.01", "-50"), (short) -4));
        assertEquals("0.3", number(of(Type.INT16, "0.1", "0"), (short) 3));
        assertEquals(
                "327670000000000000.000000000001",
                number(of(Type.INT16, "10000000000000", "0.000000000001"), (short) 32767));
    }

    private static String number(Registers registers, short value) {
        byte[] bytes = ByteBuffer.allocate(2).putShort(value).array();
        return ((Sample.Measured) registers.number(bytes, bytes)).value().words();
    }

    /// Whatever bits a float has and however it is scaled: a decimal that means it, or no value.
    @Test
    void everyFloatIsADecimalThatMeansItOrNoValue() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var plain = of(Type.FLOAT32, "1", "0");
        var scaled = of(Type.FLOAT32, "0.000000000001", "999999999999999999.999999999999");
        for (int i = 0; i < 20_000; i++) {
            int bits = i < 300 ? i : random.nextInt();
            byte[] bytes = ByteBuffer.allocate(4).putInt(bits).array();
            float value = Float.intBitsToFloat(bits);
            Sample sample = plain.number(bytes, bytes);
            if (Float.isFinite(value)) {
                var decimal = (Value.Decimal)
                        assertInstanceOf(Sample.Measured.class, sample).value();
                assertEquals(value + 0f, decimal.number().floatValue() + 0f, 0f, () -> "seed " + seed);
                assertInstanceOf(Sample.Measured.class, scaled.number(bytes, bytes));
            } else {
                assertInstanceOf(Sample.Refused.class, sample);
            }
        }
    }

    @Test
    void answersOfAnotherLengthAreNonsense() {
        for (int length = 0; length < 10; length++) {
            byte[] bytes = new byte[length];
            if (length != 4)
                assertInstanceOf(Sample.Nonsense.class, of(Type.INT32, "1", "0").number(bytes, bytes));
            if (length != 1)
                assertInstanceOf(Sample.Nonsense.class, of(Type.BOOL, "1", "0").bit(bytes, bytes));
        }
    }
}
