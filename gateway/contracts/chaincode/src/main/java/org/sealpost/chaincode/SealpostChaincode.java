package org.sealpost.chaincode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.hyperledger.fabric.shim.ChaincodeBase;
import org.hyperledger.fabric.shim.ChaincodeStub;
import org.hyperledger.fabric.shim.ResponseUtils;

/// Calls the function that is asked for by its name, and answers with 200 or, where that refuses,
/// with 400. The shim knows no other number but 500, which is what a peer's own trouble becomes:
/// the exception goes on.
///
/// Any thread: what it knows is in the ledger.
final class SealpostChaincode extends ChaincodeBase {
    /// By which rules heads are taken (docs/relay.md §6, C10).
    private static final int VERSION = 2;

    private static final int REFUSED = 400;

    private final Map<String, Function> functions;

    SealpostChaincode() {
        functions = Map.ofEntries(
                Map.entry("lodge", HeadFunctions.LODGE),
                Map.entry("rootAt", HeadFunctions.ROOT_AT),
                Map.entry("newest", HeadFunctions.NEWEST),
                Map.entry("find", HeadFunctions.FIND),
                Map.entry("keyAt", HeadFunctions.KEY_AT),
                Map.entry("hops", HeadFunctions.HOPS),
                Map.entry("publish", PublicationFunctions.PUBLISH),
                Map.entry("publishPrivately", PublicationFunctions.PUBLISH_PRIVATELY),
                Map.entry("privateContentAt", PublicationFunctions.PRIVATE_CONTENT_AT),
                Map.entry("publicationAt", PublicationFunctions.PUBLICATION_AT),
                Map.entry("lastPublication", PublicationFunctions.LAST_PUBLICATION),
                Map.entry("publishedAt", PublicationFunctions.PUBLISHED_AT),
                Map.entry("version", new Function(0, 0, (_, _) -> text(Integer.toString(VERSION)))));
    }

    /// Nothing has to be there before the first call.
    @Override
    public Response init(ChaincodeStub stub) {
        return ResponseUtils.newSuccessResponse();
    }

    @Override
    public Response invoke(ChaincodeStub stub) {
        List<byte[]> called = stub.getArgs();
        try {
            if (called.isEmpty()) throw new Refused("no function is named");
            return ResponseUtils.newSuccessResponse(
                    function(called.getFirst()).call(stub, called.subList(1, called.size())));
        } catch (Refused e) {
            return new Response(REFUSED, e.why(), new byte[0]);
        }
    }

    private Function function(byte[] name) throws Refused {
        // Latin-1 takes any bytes, and those of no other name become one that is known.
        var function = functions.get(new String(name, StandardCharsets.ISO_8859_1));
        if (function == null) {
            throw new Refused("there is no such function; there are "
                    + functions.keySet().stream().sorted().collect(Collectors.joining(", ")));
        }
        return function;
    }

    /// For Main, which has read the settings by itself: the shim takes them from an environment, or so.
    void identify(String packageId) {
        processCommandLineOptions(new String[] {"-i", packageId});
    }

    private static byte[] text(String value) {
        return value.getBytes(StandardCharsets.US_ASCII);
    }
}
