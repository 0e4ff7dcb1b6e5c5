package org.sealpost.sensor.modbus;

import com.digitalpetri.modbus.client.ModbusTcpClient;
import com.digitalpetri.modbus.exceptions.ModbusResponseException;
import com.digitalpetri.modbus.exceptions.ModbusTimeoutException;
import com.digitalpetri.modbus.pdu.ModbusRequestPdu;
import com.digitalpetri.modbus.pdu.ModbusResponsePdu;
import com.digitalpetri.modbus.pdu.ReadCoilsRequest;
import com.digitalpetri.modbus.pdu.ReadCoilsResponse;
import com.digitalpetri.modbus.pdu.ReadDiscreteInputsRequest;
import com.digitalpetri.modbus.pdu.ReadDiscreteInputsResponse;
import com.digitalpetri.modbus.pdu.ReadHoldingRegistersRequest;
import com.digitalpetri.modbus.pdu.ReadHoldingRegistersResponse;
import com.digitalpetri.modbus.pdu.ReadInputRegistersRequest;
import com.digitalpetri.modbus.pdu.ReadInputRegistersResponse;
import com.digitalpetri.modbus.tcp.client.NettyTcpClientTransport;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.sealpost.sensor.Adapter;
import org.sealpost.sensor.ModbusSettings;
import org.sealpost.sensor.Sample;
import org.sealpost.sensor.SensorSetback;

/// Asks a machine for one value. A connection on which an answer did not come is not used again: the next answer on it
/// could be the one to an earlier question.
final class ModbusAdapter implements Adapter {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final ModbusSettings settings;
    private final Registers registers;

    // Written by the adapter's thread; closed from any.
    private volatile @Nullable ModbusTcpClient client;
    private volatile @Nullable SeenTransport transport;

    ModbusAdapter(ModbusSettings settings) {
        this.settings = settings;
        this.registers = new Registers(settings);
    }

    @Override
    public String description() {
        return machine() + ", " + settings.table().name().toLowerCase(Locale.ROOT) + ":" + settings.address();
    }

    private String machine() {
        return settings.host() + ":" + settings.port() + ", unit " + settings.unitId();
    }

    @Override
    public Duration patience() {
        return TIMEOUT.plusSeconds(2);
    }

    @Override
    public void open() throws SensorSetback, InterruptedException {
        // Resolved here, on the thread that may hang: the client would do it on a thread that all of them share.
        String address = resolved().getHostAddress();
        var made = new SeenTransport(NettyTcpClientTransport.create(config -> {
            config.hostname = address;
            config.port = settings.port();
            config.connectTimeout = TIMEOUT;
            config.connectPersistent = false;
        }));
        transport = made;
        var opened = ModbusTcpClient.create(made, config -> config.requestTimeout = TIMEOUT);
        client = opened;
        try {
            await(opened.connectAsync());
        } catch (ExecutionException e) {
            throw notConnected(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw notConnected(e);
        }
    }

    private InetAddress resolved() throws SensorSetback {
        try {
            return InetAddress.getByName(settings.host());
        } catch (UnknownHostException e) {
            throw new SensorSetback(
                    "the name " + settings.host() + " is not known in this network",
                    "Give the machine's address as host, or look at the name server.",
                    e);
        }
    }

    private SensorSetback notConnected(Throwable why) {
        boolean refused = why instanceof ConnectException
                && String.valueOf(why.getMessage()).contains("refused");
        return refused
                ? new SensorSetback(
                        settings.host() + ":" + settings.port() + " refuses the connection",
                        "Look whether Modbus TCP is switched on at the machine, and at which port.",
                        why)
                : new SensorSetback(
                        settings.host() + ":" + settings.port() + " cannot be reached",
                        "Look whether the machine is on and in the same network.",
                        why);
    }

    @Override
    public Sample read() throws SensorSetback, InterruptedException {
        var open = client;
        var seen = transport;
        if (open == null || seen == null) throw lost(null);
        seen.forget();
        try {
            ModbusResponsePdu response = await(open.sendAsync(settings.unitId(), request()));
            return sample(response, seen.last());
        } catch (ExecutionException e) {
            return whyNot(e.getCause() == null ? e : e.getCause(), seen);
        } catch (TimeoutException e) {
            throw silent(e);
        }
    }

    private ModbusRequestPdu request() {
        int address = settings.address();
        int count = settings.type().registers();
        return switch (settings.table()) {
            case HOLDING -> new ReadHoldingRegistersRequest(address, count);
            case INPUT -> new ReadInputRegistersRequest(address, count);
            case COIL -> new ReadCoilsRequest(address, 1);
            case DISCRETE -> new ReadDiscreteInputsRequest(address, 1);
        };
    }

    private Sample sample(ModbusResponsePdu response, SeenTransport.@Nullable Answer answer) {
        if (answer == null) return Sample.Nonsense.of(new byte[0], "the answer is empty");
        if (answer.protocolId() != 0) {
            return Sample.Nonsense.of(
                    answer.bytes(), "the answer is of protocol " + answer.protocolId() + ", not Modbus");
        }
        if (answer.unitId() != settings.unitId()) {
            return Sample.Nonsense.of(
                    answer.bytes(),
                    "unit " + settings.unitId() + " was asked, and unit " + answer.unitId() + " answered");
        }
        return switch (response) {
            case ReadHoldingRegistersResponse(byte[] bytes) -> registers.number(bytes, answer.bytes());
            case ReadInputRegistersResponse(byte[] bytes) -> registers.number(bytes, answer.bytes());
            case ReadCoilsResponse(byte[] bits) -> registers.bit(bits, answer.bytes());
            case ReadDiscreteInputsResponse(byte[] bits) -> registers.bit(bits, answer.bytes());
            default -> Sample.Nonsense.of(answer.bytes(), "the answer is to another question");
        };
    }

    private Sample whyNot(Throwable why, SeenTransport seen) throws SensorSetback {
        if (why instanceof ModbusResponseException refused) return refused(refused.getExceptionCode());
        if (why instanceof ModbusTimeoutException || why instanceof TimeoutException) throw silent(why);
        SeenTransport.Answer answer = seen.last();
        if (answer != null && seen.isConnected()) {
            return Sample.Nonsense.of(answer.bytes(), "the answer is no Modbus answer to what was asked");
        }
        throw lost(why);
    }

    private Sample refused(int code) {
        String meaning = switch (code) {
            case 1 -> "it does not know this kind of question";
            case 2 -> "it has nothing at this address";
            case 3 -> "it cannot give so much at this address";
            case 4 -> "it has failed";
            case 5, 6 -> "it is busy";
            case 10, 11 -> "the gateway before it does not reach unit " + settings.unitId();
            default -> "its manual says why";
        };
        return new Sample.Refused(
                "the machine answers with Modbus exception " + code + ": " + meaning,
                "Compare register, type and unit-id with the machine's manual.");
    }

    private SensorSetback silent(Throwable why) {
        return new SensorSetback(
                machine() + " did not answer within " + TIMEOUT.toSeconds() + " s",
                "Look at unit-id and at the machine; it is asked again by itself.",
                why);
    }

    private SensorSetback lost(@Nullable Throwable why) {
        String cause = settings.host() + ":" + settings.port() + " ended the connection";
        String remedy = "It is connected again by itself; if it stays: look at the machine.";
        return why == null ? new SensorSetback(cause, remedy) : new SensorSetback(cause, remedy, why);
    }

    private static <T> T await(CompletionStage<T> stage)
            throws InterruptedException, ExecutionException, TimeoutException {
        // The client has its own timeout; this one is for an answer that it drops.
        return stage.toCompletableFuture().get(TIMEOUT.toMillis() + 1000, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        var open = client;
        if (open != null) open.disconnectAsync();
    }
}
