// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {Key, Signature} from "./Keys.sol";
import {Lodgings} from "./Lodgings.sol";
import {Publications} from "./Publications.sol";

/// @title Publications for chains that cannot check P-256 themselves: it brings the arithmetic with it.
contract SealpostPublicationsPlain is Publications {
    constructor(Lodgings heads) Publications(heads) {}

    function verifiesP256(Key memory key, bytes32 digest, Signature memory signature)
        internal
        view
        override
        returns (bool)
    {
        return P256.verifySolidity(digest, signature.r, signature.s, key.x, key.y);
    }
}
