package org.sealpost.chaincode;

import java.util.List;
import org.hyperledger.fabric.shim.ChaincodeStub;

/// What may be called by a name.
///
/// @param arguments how many it has
/// @param maxBytes  each argument's
record Function(int arguments, int maxBytes, Body body) {
    interface Body {
        /// @param arguments so many as the function has, none too long
        /// @return what the caller gets; empty where there is nothing
        byte[] call(ChaincodeStub stub, List<byte[]> arguments) throws Refused;
    }

    byte[] call(ChaincodeStub stub, List<byte[]> given) throws Refused {
        if (given.size() != arguments) {
            throw new Refused("bad argument: " + arguments + " are wanted, and not " + given.size());
        }
        for (var argument : given) {
            if (argument.length > maxBytes) {
                throw new Refused("bad argument: it has " + argument.length + " bytes, allowed are " + maxBytes);
            }
        }
        return body.call(stub, given);
    }
}
