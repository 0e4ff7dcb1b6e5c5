import io.moquette.broker.Server;
import java.io.File;
import java.util.concurrent.CountDownLatch;

/// Moquette as a process: `MoquettePeer CONFIGURATION`.
public final class MoquettePeer {
    public static void main(String[] arguments) throws Exception {
        Server server = new Server();
        server.startServer(new File(arguments[0]));
        Runtime.getRuntime().addShutdownHook(new Thread(server::stopServer));
        new CountDownLatch(1).await();
    }
}
