package org.sealpost.anchor.evm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.sealpost.anchor.BoundedHttp;

/// JSON-RPC 2.0 over HTTP: one exchange at a time, bounded in time and size.
///
/// Throws [RpcError] if the node answered with an error and another [IOException] if there was no answer or none that
/// can be read; the call may have taken effect then.
final class JsonRpc implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MAX_ANSWER_BYTES = 1 << 20;

    /// So many questions in an exchange whatever stands before a node takes that takes several.
    private static final int FEW = 16;

    private final URI node;
    private final BoundedHttp http;
    private final AtomicLong ids = new AtomicLong();

    // How many questions in an exchange it answers, as far as that was seen; any thread.
    private volatile int mostTogether = Integer.MAX_VALUE;

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

    /// A call among others.
    record Question(String method, Object... params) {}

    /// What came of it.
    interface Reply {
        /// @throws RpcError if the node answered with an error
        JsonNode result() throws IOException;
    }

    /// What comes of several calls, in their order, in one exchange where the node knows such; it may answer
    /// them in any order and at different times. Where it does not take so many, in several exchanges of few,
    /// or each by itself: they only ask, so it is no matter which were asked before.
    List<Reply> together(List<Question> questions) throws IOException {
        int most = mostTogether;
        var replies = inPieces(questions, most);
        while (replies.isEmpty()) {
            most = Math.min(most, questions.size()) > FEW ? FEW : 1;
            replies = inPieces(questions, most);
        }
        // Only now: a node that answers nothing at all says nothing of how many it takes.
        mostTogether = Math.min(mostTogether, most);
        return replies.get();
    }

    /// @return empty if that is more than the node takes
    private Optional<List<Reply>> inPieces(List<Question> questions, int most) throws IOException {
        var replies = new ArrayList<Reply>();
        while (replies.size() < questions.size()) {
            int end = (int) Math.min(questions.size(), (long) replies.size() + most);
            var piece = questions.subList(replies.size(), end);
            if (piece.size() == 1) {
                replies.add(alone(piece.getFirst()));
                continue;
            }
            var some = inOneExchange(piece);
            if (some.isEmpty()) return Optional.empty();
            replies.addAll(some.get());
        }
        return Optional.of(replies);
    }

    private Reply alone(Question question) throws IOException {
        long id = ids.incrementAndGet();
        var answer = exchange(question.method, question(id, question.method, question.params));
        return () -> result(question.method, id, answer);
    }

    /// @return empty if the node, or what stands before it, knows no such exchange, or not of so many
    private Optional<List<Reply>> inOneExchange(List<Question> questions) throws IOException {
        var batch = JSON.createArrayNode();
        long first = ids.getAndAdd(questions.size()) + 1;
        for (int i = 0; i < questions.size(); i++) {
            batch.add(question(first + i, questions.get(i).method, questions.get(i).params));
        }
        JsonNode answers;
        try {
            answers = exchange(questions.getFirst().method, batch);
        } catch (NoJsonRpc e) {
            return Optional.empty();
        }
        return answers.isArray() ? replies(questions, first, answers) : Optional.empty();
    }

    /// @return empty if one of the questions has no answer
    private static Optional<List<Reply>> replies(List<Question> questions, long first, JsonNode answers) {
        var byId = new HashMap<Long, JsonNode>();
        for (var answer : answers) byId.put(answer.path("id").asLong(-1), answer);
        var replies = new ArrayList<Reply>();
        for (int i = 0; i < questions.size(); i++) {
            String method = questions.get(i).method;
            long id = first + i;
            var answer = byId.get(id);
            if (answer == null) return Optional.empty();
            replies.add(() -> result(method, id, answer));
        }
        return Optional.of(replies);
    }

    /// There was an answer, and not of this protocol.
    private static final class NoJsonRpc extends IOException {
        private static final long serialVersionUID = 1L;

        NoJsonRpc(String message) {
            super(message);
        }
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
                throw new NoJsonRpc(method + ": HTTP status " + response.statusCode() + " without a JSON-RPC answer");
            }
            return answer;
        } catch (JsonProcessingException e) {
            // Without the cause: it has the whole answer with it.
            throw new NoJsonRpc(method + ": the answer is not JSON");
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
