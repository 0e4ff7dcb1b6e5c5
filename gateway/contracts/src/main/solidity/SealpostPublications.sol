// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Key, Signature} from "./Keys.sol";
import {Lodgings} from "./Lodgings.sol";
import {Publications} from "./Publications.sol";

/// @title Publications for chains that check P-256 themselves.
/// @dev Needs the P256VERIFY precompile of EIP-7951 (address 0x100); deploying it where that is missing fails.
contract SealpostPublications is Publications {
    /// The chain does not have the P256VERIFY precompile.
    error NoP256Verify();

    address private constant P256VERIFY = address(0x100);

    /// Checks one known signature (RFC 6979, A.2.5: P-256, SHA-256, "sample"), so that a chain without the precompile
    /// says so at deployment and not by refusing everything later.
    constructor(Lodgings heads) Publications(heads) {
        bool there = verifiesP256(
            Key(
                0x60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6,
                0x7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299
            ),
            sha256("sample"),
            Signature(
                0xefd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716,
                0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8
            )
        );
        if (!there) revert NoP256Verify();
    }

    function verifiesP256(Key memory key, bytes32 digest, Signature memory signature)
        internal
        view
        override
        returns (bool)
    {
        (bool ok, bytes memory answer) =
            P256VERIFY.staticcall(abi.encode(digest, signature.r, signature.s, key.x, key.y));
        return ok && answer.length == 32 && abi.decode(answer, (uint256)) == 1;
    }
}
