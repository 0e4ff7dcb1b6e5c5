package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.hsm.SoftHsm;

/// A client that asks for large answers on many connections and takes none of them.
@Timeout(120)
class SlowReadersIT {
    /// More than a system keeps for a connection that takes nothing.
    private static final int LARGE = 8 << 20;

    private static final int CONNECTIONS = 20;
    private static final int STATUS_AT = "HTTP/1.1 ".length();

    @Test
    void answersThatNobodyTakesAreBoundedAndRoomComesBack(@TempDir Path folder) throws Exception {
        try (var box = RunningGateway.start(config(folder))) {
            long index = box.record(new byte[LARGE], "large");
            var path = "/v1/records/" + index + "/evidence";
            box.awaitEvidence(index);
            var readers = new ArrayList<Socket>();
            try {
                for (int i = 0; i < CONNECTIONS; i++) readers.add(ask(box, path));
                int given = 0;
                for (var reader : readers) if (status(reader).equals("200")) given++;
                assertTrue(given < CONNECTIONS, "all of " + CONNECTIONS + " answers are held for clients that stall");
                assertTrue(given > 0, "nobody was answered");
            } finally {
                for (var reader : readers) reader.close();
            }
            Await.until("there is room again", () -> box.get(path).statusCode() == 200);
            assertEquals(200, box.get("/livez").statusCode());
        }
    }

    private static GatewayConfig config(Path folder) throws Exception {
        SoftHsm.create(folder.resolve("hsm"));
        var standard = IntakeConfig.defaults();
        var intake = new IntakeConfig(
                LARGE,
                standard.maxWaitingRecords(),
                standard.maxWaitingBytes(),
                standard.rememberedKeys(),
                standard.recordsPerSecond(),
                standard.refuseAtUsedPercent(),
                standard.diskCheckEvery());
        var config = RunningGateway.config(folder, RunningGateway.softToken(folder), intake, Optional.empty());
        TokenSetup.initialise(config);
        return RunningGateway.with(config, "segmentSizeBytes", 1 << 26);
    }

    private static Socket ask(RunningGateway box, String path) throws IOException {
        var url = box.url(path);
        var socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(url.getHost(), url.getPort()));
        var request = "GET " + path + " HTTP/1.1\r\nHost: box\r\nAuthorization: Bearer " + RunningGateway.CRANE.secret()
                + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /// Reads no further than the status.
    private static String status(Socket reader) throws IOException {
        var line = reader.getInputStream().readNBytes(STATUS_AT + 3);
        return new String(line, StandardCharsets.US_ASCII).substring(STATUS_AT);
    }
}
