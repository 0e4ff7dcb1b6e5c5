package org.sealpost.anchor.evm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.sealpost.anchor.BoundedHttp;

/// JSON-RPC 2.0 over HTTP: one exchange at a time, bounded in time and size.
///
/// Throws [RpcError] if the node answered with an error and another [IOException] if there was no answer or none that
/// can be read; the call may have taken effect then.
final class JsonRpc implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MAX_ANSWER_BYTES = 1 << 20;

    private final URI node;
    private final BoundedHttp http;
    private final AtomicLong ids = new AtomicLong();

    // Until it was seen that this node does not; any thread.
    private volatile boolean answersBatches = true;

    /// @param deadline for connecting, and for the whole answer, to its last byte
    JsonRpc(URI node, Duration deadline) {
        this.node = node;
        this.http = new BoundedHttp(deadline, MAX_ANSWER_BYTES);
    }

    /// The result; a JSON null where the node has none.
    JsonNode call(String method, Object... params) throws IOException {
        long id = ids.incrementAndGet();
        return result(method, id, exchange(method, question(id, method, params)));
    }

    /// The results of several calls, in their order, in one exchange where the node knows such; it may answer
    /// them in any order and at different times. The first error among them is thrown.
    ///
    /// @param params of each call
    List<JsonNode> calls(String method, List<Object[]> params) throws IOException {
        if (params.size() > 1 && answersBatches) {
            var questions = JSON.createArrayNode();
            long first = ids.getAndAdd(params.size()) + 1;
            for (int i = 0; i < params.size(); i++) questions.add(question(first + i, method, params.get(i)));
            var answers = exchange(method, questions);
            if (answers.isArray()) return results(method, first, params.size(), answers);
            answersBatches = false;
        }
        var results = new ArrayList<JsonNode>();
        for (var each : params) results.add(call(method, each));
        return results;
    }

    private static List<JsonNode> results(String method, long first, int count, JsonNode answers) throws IOException {
        var byId = new HashMap<Long, JsonNode>();
        for (var answer : answers) byId.put(answer.path("id").asLong(-1), answer);
        var results = new ArrayList<JsonNode>();
        for (long id = first; id < first + count; id++) {
            results.add(result(method, id, byId.getOrDefault(id, MissingNode.getInstance())));
        }
        return results;
    }

    private static JsonNode question(long id, String method, Object... params) {
        return JSON.createObjectNode()
                .put("jsonrpc", "2.0")
                .put("id", id)
                .put("method", method)
                .set("params", JSON.valueToTree(params));
    }

    private static JsonNode result(String method, long id, JsonNode answer) throws IOException {
        if (answer.hasNonNull("error")) {
            var error = answer.get("error");
            throw new RpcError(
                    method,
                    error.path("code").asInt(),
                    error.path("message").asText("no message"),
                    revertData(error.path("data")));
        }
        if (answer.path("id").asLong(-1) != id || !answer.has("result")) {
            throw new IOException(method + ": the answer does not belong to the question");
        }
        return answer.get("result");
    }

    /// A result that must be a string.
    String text(String method, Object... params) throws IOException {
        return text(call(method, params), method);
    }

    static String text(JsonNode node, String what) throws IOException {
        if (!node.isTextual()) throw new IOException(what + ": expected a string, found " + node.getNodeType());
        return node.asText();
    }

    private JsonNode exchange(String method, JsonNode question) throws IOException {
        var request = HttpRequest.newBuilder(node)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(question)));
        try {
            var response = http.send(method, request);
            var answer = JSON.readTree(response.body());
            // Some nodes send errors with a status of their own; the body counts wherever it is JSON-RPC.
            boolean isAnswer = answer != null
                    && (answer.isObject() && answer.has("jsonrpc") || question.isArray() && answer.isArray());
            if (!isAnswer) {
                throw new IOException(method + ": HTTP status " + response.statusCode() + " without a JSON-RPC answer");
            }
            return answer;
        } catch (JsonProcessingException e) {
            throw new IOException(method + ": the answer is not JSON", e);
        }
    }

    /// Nodes put the bytes in `data`, or in `data.data`, or behind the word "Reverted".
    private static String revertData(JsonNode data) {
        String text = data.isObject() ? data.path("data").asText("") : data.asText("");
        int at = text.indexOf("0x");
        return at < 0 ? "" : text.substring(at);
    }

    @Override
    public void close() {
        http.close();
    }
}
