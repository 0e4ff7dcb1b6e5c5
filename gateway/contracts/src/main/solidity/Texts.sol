// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Parts of the texts that sealing keys sign.
library Texts {
    bytes private constant BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    function decimal(uint64 value) internal pure returns (bytes memory digits) {
        uint256 length = 1;
        for (uint64 rest = value; rest > 9; rest /= 10) length++;
        digits = new bytes(length);
        for (uint256 i = length; i > 0; i--) {
            digits[i - 1] = bytes1(uint8(48 + (value % 10)));
            value /= 10;
        }
    }

    /// RFC 4648 §4 of 32 bytes: 43 characters and one '='.
    function base64(bytes32 value) internal pure returns (bytes memory text) {
        bytes memory alphabet = BASE64;
        uint256 bits = uint256(value);
        text = new bytes(44);
        for (uint256 i = 0; i < 42; i++) {
            text[i] = alphabet[(bits >> (250 - 6 * i)) & 63];
        }
        text[42] = alphabet[(bits << 2) & 63]; // the last four bits, two zero bits behind them
        text[43] = "=";
    }
}
