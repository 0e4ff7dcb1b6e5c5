package org.sealpost.chaincode;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.hyperledger.fabric.protos.peer.QueryResponseMetadata;
import org.hyperledger.fabric.shim.Chaincode;
import org.hyperledger.fabric.shim.ChaincodeStub;
import org.hyperledger.fabric.shim.ledger.KeyValue;
import org.hyperledger.fabric.shim.ledger.QueryResultsIteratorWithMetadata;

/// A channel's state in memory, as a peer offers it: what a call wrote is there for the next one, and only if
/// it was answered with 200.
final class MemoryLedger {
    final TreeMap<String, byte[]> state = new TreeMap<>();

    /// Of the one collection that there is, which is called "payloads".
    final TreeMap<String, byte[]> collection = new TreeMap<>();

    /// What comes with the calls and is in no transaction.
    Map<String, byte[]> hidden = Map.of();

    static final String HIDDEN = "payloads: ";

    private final Chaincode chaincode = new SealpostChaincode();

    /// What became of a call.
    ///
    /// @param events by name
    record Called(
            int status,
            String message,
            byte[] payload,
            TreeSet<String> reads,
            Map<String, byte[]> writes,
            Map<String, byte[]> events) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    MemoryLedger copy() {
        var copy = new MemoryLedger();
        copy.state.putAll(state);
        copy.collection.putAll(collection);
        copy.hidden = hidden;
        return copy;
    }

    /// All that it holds.
    Map<String, String> hex() {
        var hex = new TreeMap<String, String>();
        state.forEach((key, value) -> hex.put(key, HexFormat.of().formatHex(value)));
        return hex;
    }

    Called call(String function, String... arguments) {
        var all = new ArrayList<byte[]>();
        for (var argument : arguments) all.add(argument.getBytes(StandardCharsets.UTF_8));
        return call(function, all);
    }

    Called call(String function, byte[] argument) {
        return call(function, List.of(argument));
    }

    Called call(String function, List<byte[]> arguments) {
        var all = new ArrayList<byte[]>();
        all.add(function.getBytes(StandardCharsets.UTF_8));
        all.addAll(arguments);
        return call(all);
    }

    Called call(List<byte[]> arguments) {
        var reads = new TreeSet<String>();
        var writes = new TreeMap<String, byte[]>();
        var events = new HashMap<String, byte[]>();
        var response = chaincode.invoke(stub(arguments, reads, writes, events));
        boolean counts = response.getStatusCode() == 200;
        if (counts) writes.forEach((key, value) -> (key.startsWith(HIDDEN) ? collection : state).put(key, value));
        byte[] payload = response.getPayload();
        return new Called(response.getStatusCode(), response.getMessage(), payload, reads, writes, events);
    }

    /// What a part of the chaincode writes by itself.
    Map<String, byte[]> writesOf(Consumer<ChaincodeStub> part) {
        var writes = new TreeMap<String, byte[]>();
        part.accept(stub(List.of(), new TreeSet<>(), writes, new HashMap<>()));
        return writes;
    }

    /// Whatever else is asked of it fails the test: peers have it, and this chaincode is to do without.
    private ChaincodeStub stub(
            List<byte[]> arguments, TreeSet<String> reads, Map<String, byte[]> writes, Map<String, byte[]> events) {
        return (ChaincodeStub) Proxy.newProxyInstance(
                ChaincodeStub.class.getClassLoader(), new Class<?>[] {ChaincodeStub.class}, (_, method, given) -> {
                    switch (method.getName()) {
                        case "getArgs" -> {
                            return arguments;
                        }
                        case "getState" -> {
                            var key = (String) given[0];
                            reads.add(key);
                            return state.getOrDefault(key, new byte[0]).clone();
                        }
                        case "getStateByRangeWithPagination" -> {
                            return page((String) given[0], (String) given[1], (int) given[2]);
                        }
                        case "putState" -> {
                            writes.put((String) given[0], ((byte[]) given[1]).clone());
                            return null;
                        }
                        case "getTransient" -> {
                            return hidden;
                        }
                        case "putPrivateData" -> {
                            writes.put(hiddenKey(given), ((byte[]) given[2]).clone());
                            return null;
                        }
                        case "getPrivateData" -> {
                            return collection.get(hiddenKey(given));
                        }
                        case "setEvent" -> {
                            if (!events.isEmpty()) throw new AssertionError("a transaction has one event at most");
                            events.put((String) given[0], ((byte[]) given[1]).clone());
                            return null;
                        }
                        default -> throw new AssertionError(method + " of " + Arrays.toString(given));
                    }
                });
    }

    private static String hiddenKey(Object[] given) {
        if (!given[0].equals("payloads")) throw new IllegalStateException("collection " + given[0] + " is not there");
        return HIDDEN + given[1];
    }

    /// The first of a range. Whoever asks for it wants to know whether there is any.
    private QueryResultsIteratorWithMetadata<KeyValue> page(String from, String to, int size) {
        List<KeyValue> first = state.subMap(from, to).entrySet().stream()
                .limit(size)
                .map(MemoryLedger::keyValue)
                .toList();
        return new QueryResultsIteratorWithMetadata<>() {
            @Override
            public Iterator<KeyValue> iterator() {
                return first.iterator();
            }

            @Override
            public QueryResponseMetadata getMetadata() {
                throw new AssertionError("nobody asks for it");
            }

            @Override
            public void close() {}
        };
    }

    private static KeyValue keyValue(Map.Entry<String, byte[]> held) {
        return new KeyValue() {
            @Override
            public String getKey() {
                return held.getKey();
            }

            @Override
            public byte[] getValue() {
                return held.getValue();
            }

            @Override
            public String getStringValue() {
                throw new AssertionError("values are no text");
            }
        };
    }
}
