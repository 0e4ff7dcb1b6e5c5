package org.sealpost.sensor.gpio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputConfigBuilder;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.gpio.digital.DigitalStateChangeListener;
import com.pi4j.io.gpio.digital.PullResistance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Our provider in a context of Pi4J, as programs use it that know nothing of ours.
class LineInputTest {
    // A context looks for a Raspberry Pi, and calls it an error that there is none.
    private static final Logger QUIET = Logger.getLogger("com.pi4j");

    static {
        QUIET.setLevel(Level.OFF);
    }

    private final FakeKernel kernel = new FakeKernel();
    private final Context context = Pi4J.newContextBuilder()
            .noAutoDetect()
            .noAutoInject()
            .disableShutdownHook()
            .add(new LineInputProvider(kernel))
            .build();

    @AfterEach
    void shutDown() {
        context.shutdown();
        assertEquals(0, kernel.openFiles());
    }

    @Test
    void pi4jMakesAnInputAndItsListenersHearOfEdges() throws Exception {
        FakeKernel.FakeLine line = kernel.plug("gpiochip2", "bank", 8).line(5);
        DigitalInput input = context.create(DigitalInputConfigBuilder.newInstance(context)
                .id("gate")
                .bus(2)
                .bcm(5)
                .pull(PullResistance.PULL_DOWN)
                .build());
        List<DigitalState> heard = new ArrayList<>();
        DigitalStateChangeListener listener = event -> heard.add(event.state());
        input.addListener(listener);

        assertEquals(DigitalState.LOW, input.state());
        kernel.drive(line, true);
        assertEquals(DigitalState.HIGH, input.state());
        ((LineInput) input).next(Duration.ofMinutes(1));
        kernel.drive(line, false);
        ((LineInput) input).next(Duration.ofMinutes(1));
        assertEquals(List.of(DigitalState.HIGH, DigitalState.LOW), heard);
    }

    @Test
    void aChipThatIsNotThereFailsWithTheKernelsReason() {
        var config = DigitalInputConfigBuilder.newInstance(context)
                .id("gate")
                .bus(9)
                .bcm(5)
                .build();
        var refused = assertThrows(RuntimeException.class, () -> context.create(config));
        Throwable cause = refused;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        assertEquals(SystemCallFailed.ENOENT, ((SystemCallFailed) cause).number());
    }
}
