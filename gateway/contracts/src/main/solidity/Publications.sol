// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Key, Keys, Signature} from "./Keys.sol";
import {Lodgings} from "./Lodgings.sol";
import {Texts} from "./Texts.sol";

/// @title Publications of Sealpost logs: commitments or payloads, each signed by the box's own key.
/// @notice Anybody may bring a publication. The sending account needs no trust, because the contract itself rebuilds the
/// text and checks the box's P-256 signature over it, by the key in force that the contract for heads knows. A number of
/// an origin is used once. There is no owner, no upgrade and no way to change or remove what was published.
/// @dev The rule C11 of docs/relay.md, in the order in which it is looked at. Who checks P-256 signatures is left to the
/// two contracts that are built from it.
abstract contract Publications {
    /// The publication was stored.
    uint8 public constant PUBLISHED = 0;
    /// The same publication is here already; nothing was changed and no event emitted.
    uint8 public constant REPEATED = 1;

    /// The constructor was given something else than a contract for heads.
    error NotAnAnchor();
    /// Another publication has this number.
    error Conflict(bytes32 originId, uint64 number, bytes32 existingDigest);
    /// The contract for heads holds no head of this origin.
    error UnknownOrigin(bytes32 originId);
    /// The signature is not by the key in force over this publication, or its s is above n/2.
    error BadSignature();
    /// Not an origin: 3 to 128 characters a-z, 0-9, '.', '-', '/'.
    error BadOrigin();
    /// Not 1 to 2^63-1.
    error BadNumber(uint64 number);
    /// Not 0 to 3.
    error BadKind(uint8 kind);
    /// Not 1 to 256 entries from an index below 2^63; or, of a number that is given up, not 0 from 0.
    error BadRange(uint64 first, uint64 count);
    /// Not 32 bytes for each commitment; no payload; or something where a number is given up.
    error BadContent(uint256 size);

    event Published(
        bytes32 indexed originId,
        uint64 indexed number,
        uint8 kind,
        uint64 first,
        uint64 count,
        bytes32 digest,
        bytes content
    );

    /// What a caller brings.
    /// @param x of the log's first sealing key; with y and the origin it gives the origin id
    /// @param number of this origin, used once, in any order
    /// @param kind 0 the number is given up, 1 commitments, 2 payloads for everybody, 3 payloads for recipients
    /// @param first index of the first of `count` consecutive entries of the log
    /// @param r first half of the signature, by the key in force, over the publication's text
    /// @param s second half, at most n/2
    struct Offer {
        bytes32 x;
        bytes32 y;
        string origin;
        uint64 number;
        uint8 kind;
        uint64 first;
        uint64 count;
        bytes content;
        bytes32 r;
        bytes32 s;
    }

    struct Publication {
        bytes32 digest;
        uint64 blockNumber;
    }

    /// Where a commitment was first published: one slot.
    struct Spot {
        uint64 number;
        uint64 blockNumber;
        uint16 position;
    }

    uint256 private constant HALF_N = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8;
    uint64 private constant MAX_INTEGER = 0x7fffffffffffffff;
    uint256 private constant MAX_COUNT = 256;
    uint8 private constant GIVEN_UP = 0;
    uint8 private constant COMMITMENTS = 1;
    uint8 private constant LAST_KIND = 3;

    /// The contract for heads. In storage, so that the code is the same on all chains.
    Lodgings public anchor;

    mapping(bytes32 originId => uint64) public lastPublication;
    mapping(bytes32 originId => mapping(uint64 number => Publication)) public publicationAt;
    mapping(bytes32 originId => mapping(bytes32 commitment => Spot)) public publishedAt;

    constructor(Lodgings heads) {
        if (address(heads).code.length == 0 || heads.version() != 2) revert NotAnAnchor();
        anchor = heads;
    }

    /// Publishes.
    /// @return outcome PUBLISHED or REPEATED
    function publish(Offer calldata offer) external returns (uint8 outcome) {
        checkShape(offer);
        bytes32 id = sha256(abi.encodePacked(Keys.SPKI_PREFIX, offer.x, offer.y, offer.origin));
        bytes32 digest = digestOf(offer);
        Publication storage known = publicationAt[id][offer.number];
        if (known.blockNumber != 0) {
            if (known.digest == digest) return REPEATED;
            revert Conflict(id, offer.number, known.digest);
        }
        checkSignature(id, digest, offer);
        known.digest = digest;
        known.blockNumber = uint64(block.number);
        if (offer.number > lastPublication[id]) lastPublication[id] = offer.number;
        if (offer.kind == COMMITMENTS) keep(id, offer);
        emit Published(id, offer.number, offer.kind, offer.first, offer.count, digest, offer.content);
        return PUBLISHED;
    }

    /// Of these rules.
    function version() external pure returns (uint256) {
        return 1;
    }

    /// As Lodgings has it.
    function verifiesP256(Key memory key, bytes32 digest, Signature memory signature)
        internal
        view
        virtual
        returns (bool);

    function keep(bytes32 id, Offer calldata offer) private {
        mapping(bytes32 => Spot) storage spots = publishedAt[id];
        for (uint256 i = 0; i < offer.count; i++) {
            Spot storage spot = spots[bytes32(offer.content[32 * i:32 * (i + 1)])];
            if (spot.blockNumber != 0) continue;
            spot.number = offer.number;
            spot.blockNumber = uint64(block.number);
            spot.position = uint16(i);
        }
    }

    /// By the key of the largest size that there can be, which is the one in force as of the newest head.
    function checkSignature(bytes32 id, bytes32 digest, Offer calldata offer) private view {
        (bytes32 x, bytes32 y) = anchor.keyAt(id, MAX_INTEGER);
        if (x == 0 && y == 0) revert UnknownOrigin(id);
        bool signed =
            uint256(offer.s) <= HALF_N && verifiesP256(Key(x, y), digest, Signature(offer.r, offer.s));
        if (!signed) revert BadSignature();
    }

    function checkShape(Offer calldata offer) private pure {
        checkOrigin(bytes(offer.origin));
        if (offer.number == 0 || offer.number > MAX_INTEGER) revert BadNumber(offer.number);
        if (offer.kind > LAST_KIND) revert BadKind(offer.kind);
        bool givenUp = offer.kind == GIVEN_UP;
        bool inRange = givenUp
            ? offer.first == 0 && offer.count == 0
            : offer.first <= MAX_INTEGER && offer.count > 0 && offer.count <= MAX_COUNT;
        if (!inRange) revert BadRange(offer.first, offer.count);
        uint256 size = offer.content.length;
        bool fits = givenUp ? size == 0 : offer.kind == COMMITMENTS ? size == 32 * uint256(offer.count) : size > 0;
        if (!fits) revert BadContent(size);
    }

    function checkOrigin(bytes calldata name) private pure {
        if (name.length < 3 || name.length > 128) revert BadOrigin();
        for (uint256 i = 0; i < name.length; i++) {
            bytes1 c = name[i];
            bool allowed = (c >= "a" && c <= "z") || (c >= "-" && c <= "9"); // '-' '.' '/' '0'..'9' are neighbours
            if (!allowed) revert BadOrigin();
        }
    }

    /// SHA-256 of what the sealing key signs.
    function digestOf(Offer calldata offer) private pure returns (bytes32) {
        bytes memory run = abi.encodePacked(
            Texts.decimal(offer.number), "\n",
            Texts.decimal(offer.kind), "\n",
            Texts.decimal(offer.first), "\n",
            Texts.decimal(offer.count), "\n",
            Texts.base64(sha256(offer.content)), "\n"
        );
        return sha256(abi.encodePacked("sealpost publication 1\n", offer.origin, "\n", run));
    }
}
