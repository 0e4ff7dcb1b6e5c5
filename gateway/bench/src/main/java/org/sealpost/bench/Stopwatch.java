package org.sealpost.bench;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/// For how long at least one call of a name was under way, so that calls at the same time count once. Any thread.
final class Stopwatch {
    private final LongSupplier nanos;
    private final Map<String, Running> running = new TreeMap<>();

    private static final class Running {
        private int calls;
        private long since;
        private long sum;
    }

    /// @param nanos of a clock that only runs forward
    Stopwatch(LongSupplier nanos) {
        this.nanos = nanos;
    }

    synchronized void begin(String name) {
        var found = running.computeIfAbsent(name, _ -> new Running());
        if (found.calls++ == 0) found.since = nanos.getAsLong();
    }

    synchronized void end(String name) {
        var found = running.get(name);
        if (--found.calls == 0) found.sum += nanos.getAsLong() - found.since;
    }

    /// Nanoseconds by name, since this was asked last; what is under way counts to the next time.
    synchronized Map<String, Long> lap() {
        var lap = new TreeMap<String, Long>();
        running.forEach((name, found) -> {
            lap.put(name, found.sum);
            found.sum = 0;
        });
        return lap;
    }

    /// The same, with each call measured under its method's name.
    <T> T around(Class<T> type, T target) {
        return around(type, target, name -> name);
    }

    /// The same, with each call measured under what the method's name is given.
    <T> T around(Class<T> type, T target, UnaryOperator<String> naming) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                    var name = naming.apply(method.getName());
                    begin(name);
                    try {
                        return method.invoke(target, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        end(name);
                    }
                }));
    }
}
