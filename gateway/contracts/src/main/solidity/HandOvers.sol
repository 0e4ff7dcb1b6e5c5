// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Key, Keys, Signature} from "./Keys.sol";

/// Not a hand-over of this origin from the key in force, or not in the tree of the head that it comes with.
error BadHandOver();
/// The old key is lost and did not sign: only the owner's CA vouches for such a step, and a contract has no owner.
error BrokenKey();

/// From its index on another key seals.
/// @param number 1 for the origin's first, then one more each
/// @param index where its leaf stands in the log
/// @param oldKey thumbprint of the key that was in force
/// @param digest SHA-256 of what both keys sign
struct HandOver {
    uint64 number;
    uint64 index;
    bytes32 genesisHash;
    bytes32 oldKey;
    Key newKey;
    bytes32 digest;
    Signature byOld;
    Signature byNew;
}

/// Reads hand-over leaves (Sealpost's docs/formats.md, 2.3) in their one encoding, deterministic CBOR, and refuses all
/// other bytes: what is followed here, every verifier follows.
library HandOvers {
    /// Array of three, "sealpost-handover", 1, map of eight: what stands before the signed pairs.
    bytes private constant SIGNED_PREFIX = hex"83717365616c706f73742d68616e646f76657201a8";
    /// Map of five: version 1, profile "sealpost.handover" of version 1, made by the box; key 6, a map of ten.
    bytes private constant LEAF_PREFIX = hex"a5000101717365616c706f73742e68616e646f7665720201030006aa";
    uint64 private constant MAX_NUMBER = 256;
    uint64 private constant MAX_INTEGER = 0x7fffffffffffffff;
    uint64 private constant END_OF_YEAR_9999 = 253402300799999;
    uint256 private constant MAX_CHARACTERS = 128;
    uint64 private constant LOST = 3;

    /// How far the leaf was read.
    struct Position {
        uint256 offset;
    }

    function read(bytes calldata leaf) internal pure returns (HandOver memory said) {
        Position memory p = Position(0);
        literal(leaf, p, LEAF_PREFIX);
        uint256 signedFrom = p.offset;
        literal(leaf, p, hex"01");
        said.number = number(leaf, p, 1, MAX_NUMBER);
        literal(leaf, p, hex"02");
        said.index = number(leaf, p, 1, MAX_INTEGER - 1);
        literal(leaf, p, hex"035820");
        said.genesisHash = word(leaf, p);
        literal(leaf, p, hex"045820");
        said.oldKey = word(leaf, p);
        literal(leaf, p, hex"058301585b");
        literal(leaf, p, Keys.SPKI_PREFIX);
        said.newKey.x = word(leaf, p);
        said.newKey.y = word(leaf, p);
        text(leaf, p);
        literal(leaf, p, hex"06");
        if (number(leaf, p, 1, LOST) == LOST) revert BrokenKey();
        literal(leaf, p, hex"07");
        clock(leaf, p);
        literal(leaf, p, hex"0880");
        said.digest = sha256(abi.encodePacked(SIGNED_PREFIX, leaf[signedFrom:p.offset]));
        literal(leaf, p, hex"095840");
        said.byOld.r = word(leaf, p);
        said.byOld.s = word(leaf, p);
        literal(leaf, p, hex"0a5840");
        said.byNew.r = word(leaf, p);
        said.byNew.s = word(leaf, p);
        if (p.offset != leaf.length) revert BadHandOver();
    }

    function clock(bytes calldata leaf, Position memory p) private pure {
        literal(leaf, p, hex"a601");
        number(leaf, p, 0, END_OF_YEAR_9999);
        literal(leaf, p, hex"02");
        number(leaf, p, 1, 3);
        literal(leaf, p, hex"03");
        number(leaf, p, 0, 7);
        literal(leaf, p, hex"04");
        if (p.offset < leaf.length && leaf[p.offset] == 0xf6) p.offset++;
        else number(leaf, p, 0, MAX_INTEGER);
        literal(leaf, p, hex"0550");
        advance(leaf, p, 16);
        literal(leaf, p, hex"06");
        number(leaf, p, 0, MAX_INTEGER);
    }

    function number(bytes calldata leaf, Position memory p, uint64 min, uint64 max)
        private
        pure
        returns (uint64 value)
    {
        value = head(leaf, p, 0);
        if (value < min || value > max) revert BadHandOver();
    }

    /// A text of at most 128 characters, in UTF-8 (RFC 3629): no overlong forms, no surrogates.
    function text(bytes calldata leaf, Position memory p) private pure {
        uint256 i = advance(leaf, p, head(leaf, p, 3));
        uint256 characters = 0;
        while (i < p.offset) {
            uint8 first = uint8(leaf[i]);
            uint256 more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
            if (more > 0 && (first < 0xc2 || first > 0xf4) || i + more >= p.offset) revert BadHandOver();
            for (uint256 k = 1; k <= more; k++) {
                uint8 next = uint8(leaf[i + k]);
                uint8 low = k > 1 ? 0x80 : first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
                uint8 high = k > 1 ? 0xbf : first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
                if (next < low || next > high) revert BadHandOver();
            }
            i += more + 1;
            characters++;
        }
        if (characters > MAX_CHARACTERS) revert BadHandOver();
    }

    /// The number in an item's head, in its shortest form.
    function head(bytes calldata leaf, Position memory p, uint8 major) private pure returns (uint64 value) {
        uint8 initial = uint8(leaf[advance(leaf, p, 1)]);
        uint8 additional = initial & 0x1f;
        if (initial >> 5 != major || additional > 27) revert BadHandOver();
        if (additional < 24) return additional;
        uint256 count = 1 << (additional - 24);
        uint256 from = advance(leaf, p, count);
        for (uint256 i = 0; i < count; i++) value = (value << 8) | uint8(leaf[from + i]);
        uint256 least = count == 1 ? 24 : 1 << (4 * count);
        if (value < least) revert BadHandOver();
    }

    function word(bytes calldata leaf, Position memory p) private pure returns (bytes32) {
        uint256 from = advance(leaf, p, 32);
        return bytes32(leaf[from:from + 32]);
    }

    /// The next bytes are exactly these.
    function literal(bytes calldata leaf, Position memory p, bytes memory expected) private pure {
        uint256 from = advance(leaf, p, expected.length);
        if (keccak256(leaf[from:p.offset]) != keccak256(expected)) revert BadHandOver();
    }

    /// Steps over so many bytes and returns where they begin.
    function advance(bytes calldata leaf, Position memory p, uint256 count) private pure returns (uint256 from) {
        from = p.offset;
        if (count > leaf.length - from) revert BadHandOver();
        p.offset = from + count;
    }
}
