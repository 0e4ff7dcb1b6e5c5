package org.sealpost.hsm.driver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.sealpost.hsm.ListedKey;
import org.sealpost.hsm.TokenSetback;

/// Something that a caller asks the driver process and waits for.
final class Question implements Pending {
    private final boolean silences;
    private final Predicate<Message.Answer> good;
    private final CompletableFuture<Message.Answer> answer = new CompletableFuture<>();

    // Written by the reading thread before the answer is complete.
    private final List<ListedKey> listed = new ArrayList<>();

    private long listedBytes;

    /// `good` tells the answers that are no failure, and no nonsense.
    Question(Message.Order order, Predicate<Message.Answer> good) {
        this.silences = order instanceof Message.Generate;
        this.good = good;
    }

    /// Whether calls may lie in the library meanwhile: some chips take minutes to make a key, and sign nothing then.
    boolean maySilence() {
        return silences;
    }

    @Override
    public void answered(Message.Answer given) throws ProtocolError {
        if (!(given instanceof Message.Failure) && !good.test(given)) {
            throw Failures.unexpected(given);
        }
        if (given instanceof Message.Listed(ListedKey key)) {
            listed.add(key);
            listedBytes += Wire.bytesOf(key);
            if (listed.size() > Wire.MAX_LISTED || listedBytes > Wire.MAX_LIST_BYTES) {
                throw new ProtocolError(
                        "a list of more than " + Wire.MAX_LISTED + " keys or " + Wire.MAX_LIST_BYTES + " bytes");
            }
        } else {
            // Only [#await] hangs on it, and that runs nothing here.
            answer.complete(given);
        }
    }

    /// What came before the answer.
    List<ListedKey> listed() {
        return List.copyOf(listed);
    }

    @Override
    public void lost(TokenSetback reason) {
        answer.completeExceptionally(reason);
    }

    /// Empty if no answer has come in time.
    ///
    /// @throws TokenSetback if the process has ended
    Optional<Message.Answer> await(Duration patience) {
        try {
            return Optional.of(answer.get(patience.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException slow) {
            return Optional.empty();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException lost) {
            throw ((TokenSetback) lost.getCause()).again();
        }
    }
}
