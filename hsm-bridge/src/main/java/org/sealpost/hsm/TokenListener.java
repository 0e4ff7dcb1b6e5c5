package org.sealpost.hsm;

/// Is told each act in the life of a token's keys, so that it can be put on record.
@FunctionalInterface
public interface TokenListener {

    /// Called on the thread that asked for the act, after it is done and before its caller goes on. What it throws
    /// reaches that caller, although the act is done.
    void told(TokenAct act);
}
