package org.sealpost.hsm;

import java.util.List;

/// Is told each act in the life of a token's keys, so that it can be put on record.
@FunctionalInterface
public interface TokenListener {

    /// Called on the thread that asked for the act, after it is done and before its caller goes on. What it throws
    /// reaches that caller, although the act is done.
    void told(TokenAct act);

    /// Called before a key is made, and to be durable when it returns, so that the act is told also where its
    /// process ends too early. What it throws keeps the key from being made.
    default void begins(KeyMaking making) {}

    /// Whether the key was made is known, and told.
    default void ends(KeyMaking making) {}

    /// It is not known, and who began it looks no more: it is to be among what was [#begun].
    default void abandons(KeyMaking making) {}

    /// What was begun, has not ended, and is nobody's any more: the processes that began it are gone.
    default List<KeyMaking> begun() {
        return List.of();
    }
}
