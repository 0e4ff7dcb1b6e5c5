// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BadHandOver, HandOver, HandOvers} from "./HandOvers.sol";
import {Key, Keys, Signature} from "./Keys.sol";
import {MerkleProofs} from "./MerkleProofs.sol";
import {Texts} from "./Texts.sol";

/// @title Heads of Sealpost logs, each signed by the box's own key and consistent with the one before it.
/// @notice Anybody may lodge a head. The sending account needs no trust, because the contract itself rebuilds the
/// checkpoint's text, checks the box's P-256 signature over it, and checks an RFC 9162 consistency proof from the newest
/// head that it holds. So for one origin this contract accepts one history only. Where a log was handed over to another
/// sealing key, it follows by the hand-overs in the log, each signed by the old and the new key. There is no owner, no
/// upgrade and no way to change or remove what was lodged.
/// @dev The rules C1 to C10 of docs/relay.md, in the order in which they are looked at. Who checks P-256 signatures is
/// left to the two contracts that are built from it.
abstract contract Lodgings {
    /// The head was stored.
    uint8 public constant LODGED = 0;
    /// The same head is here already; nothing was changed and no event emitted.
    uint8 public constant REPEATED = 1;
    /// A larger head of this origin is here, which covers this one; nothing was changed.
    uint8 public constant COVERED = 2;

    /// Two roots for one size, both signed by the key in force there: there are two histories.
    error Conflict(bytes32 originId, uint64 size, bytes32 existingRoot);
    /// The consistency proof does not lead from the newest head held here to the offered one.
    error NotConsistent(bytes32 originId, uint64 newestSize, uint64 size);
    /// The signature is not by the key in force over this checkpoint, or its s is above n/2.
    error BadSignature();
    /// Not an origin: 3 to 128 characters a-z, 0-9, '.', '-', '/'.
    error BadOrigin();
    /// Not 2 to 2^63-1: a log of fewer than two entries is never sealed for publication.
    error BadSize(uint64 size);
    /// More than 16 hand-overs in one call: lodge a head between them first.
    error TooManyHandOvers();

    event Lodged(bytes32 indexed originId, uint64 size, bytes32 root);
    /// Heads of more than `index` entries are by the key (x, y) from here on.
    event Rotated(bytes32 indexed originId, uint64 number, uint64 index, bytes32 x, bytes32 y);

    /// A hand-over leaf, and its path to the offered root.
    struct Hop {
        bytes leaf;
        bytes32[] path;
    }

    /// What a caller brings.
    /// @param x of the log's first sealing key; with y and the origin it gives the origin id
    /// @param r first half of the signature, by the key in force at this size, over the checkpoint's text
    /// @param s second half, at most n/2
    /// @param consistencyProof from the newest size held here to `size`; empty for an origin's first head
    /// @param genesisHash leaf hash of entry 0; looked at only with the first hop that an origin ever brings
    /// @param genesisPath its path to the offered root; the same
    /// @param hops the hand-overs below `size` that were not followed here yet, in their order, at most 16
    struct Offer {
        bytes32 x;
        bytes32 y;
        string origin;
        uint64 size;
        bytes32 root;
        bytes32 r;
        bytes32 s;
        bytes32[] consistencyProof;
        bytes32 genesisHash;
        bytes32[] genesisPath;
        Hop[] hops;
    }

    struct Lodging {
        bytes32 root;
        uint64 blockNumber;
    }

    /// Heads of more than `index` entries are this key's, until the next tenure; the first key's are all before.
    struct Tenure {
        uint64 index;
        Key key;
    }

    /// What is held of an origin.
    struct Log {
        uint64 newestSize;
        bytes32 genesisHash;
        Tenure[] tenures;
        mapping(uint64 size => Lodging) lodgings;
    }

    uint256 private constant HALF_N = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8;
    uint64 private constant MAX_SIZE = 0x7fffffffffffffff;
    uint256 private constant MAX_HOPS = 16;

    mapping(bytes32 originId => Log) private logs;

    /// Lodges a head.
    /// @return outcome LODGED, REPEATED or COVERED
    function lodge(Offer calldata offer) external returns (uint8 outcome) {
        checkShape(offer.origin, offer.size);
        bytes32 id = originIdOf(offer.x, offer.y, offer.origin);
        Log storage log = logs[id];
        Lodging storage known = log.lodgings[offer.size];
        if (known.blockNumber != 0) {
            if (known.root == offer.root) return REPEATED;
            // By the key of that size, not by the newest: a second history stays one after a hand-over.
            checkHead(inForce(log, offer.size), offer);
            revert Conflict(id, offer.size, known.root);
        }
        if (offer.size < log.newestSize) return COVERED;

        bool first = log.newestSize == 0;
        if (first) log.tenures.push(Tenure(0, Key(offer.x, offer.y)));
        follow(id, log, offer);
        checkHead(inForce(log, offer.size), offer);
        if (first ? offer.consistencyProof.length != 0 : !continues(log, offer)) {
            revert NotConsistent(id, log.newestSize, offer.size);
        }
        known.root = offer.root;
        known.blockNumber = uint64(block.number);
        log.newestSize = offer.size;
        emit Lodged(id, offer.size, offer.root);
        return LODGED;
    }

    /// The largest head held for an origin; all zero if there is none.
    function newest(bytes32 originId) external view returns (uint64 size, bytes32 root, uint64 blockNumber) {
        size = logs[originId].newestSize;
        Lodging storage found = logs[originId].lodgings[size];
        return (size, found.root, found.blockNumber);
    }

    /// The root lodged for exactly this size, and in which block; all zero if there is none.
    function rootAt(bytes32 originId, uint64 size) external view returns (bytes32 root, uint64 blockNumber) {
        Lodging storage found = logs[originId].lodgings[size];
        return (found.root, found.blockNumber);
    }

    /// The key whose heads of this size are taken, as far as hand-overs were followed here; zero if the origin is unknown.
    function keyAt(bytes32 originId, uint64 size) external view returns (bytes32 x, bytes32 y) {
        Log storage log = logs[originId];
        if (log.newestSize == 0) return (0, 0);
        Key memory key = inForce(log, size);
        return (key.x, key.y);
    }

    /// The indexes of the hand-overs that were followed here, in their order, and the genesis hash that the first one
    /// brought; zero and empty if there was none.
    function hops(bytes32 originId) external view returns (bytes32 genesisHash, uint64[] memory indexes) {
        Log storage log = logs[originId];
        uint256 count = log.tenures.length == 0 ? 0 : log.tenures.length - 1;
        indexes = new uint64[](count);
        for (uint256 i = 0; i < count; i++) indexes[i] = log.tenures[i + 1].index;
        return (log.genesisHash, indexes);
    }

    /// Of these rules.
    function version() external pure returns (uint256) {
        return 2;
    }

    /// Whether this is the key's signature over the digest, s being at most n/2; false, too, for a point that is not on
    /// the curve and for an r or s out of range.
    function verifiesP256(Key memory key, bytes32 digest, Signature memory signature)
        internal
        view
        virtual
        returns (bool);

    /// Follows the hand-overs that come with a head.
    function follow(bytes32 id, Log storage log, Offer calldata offer) private {
        if (offer.hops.length == 0) return;
        if (offer.hops.length > MAX_HOPS) revert TooManyHandOvers();
        if (log.tenures.length == 1) {
            if (!MerkleProofs.includes(offer.genesisHash, 0, offer.size, offer.root, offer.genesisPath)) {
                revert BadHandOver();
            }
            log.genesisHash = offer.genesisHash;
        }
        for (uint256 i = 0; i < offer.hops.length; i++) followOne(id, log, offer, offer.hops[i]);
    }

    function followOne(bytes32 id, Log storage log, Offer calldata offer, Hop calldata hop) private {
        HandOver memory said = HandOvers.read(hop.leaf);
        uint256 number = log.tenures.length;
        Tenure memory last = log.tenures[number - 1];
        bool isNext = said.number == number && said.index > last.index && said.genesisHash == log.genesisHash
            && said.oldKey == Keys.thumbprint(last.key);
        if (!isNext || !isFresh(log, said.newKey)) revert BadHandOver();
        if (!MerkleProofs.includes(MerkleProofs.leaf(hop.leaf), said.index, offer.size, offer.root, hop.path)) {
            revert BadHandOver();
        }
        if (!signed(last.key, said.digest, said.byOld) || !signed(said.newKey, said.digest, said.byNew)) {
            revert BadHandOver();
        }
        log.tenures.push(Tenure(said.index, said.newKey));
        emit Rotated(id, said.number, said.index, said.newKey.x, said.newKey.y);
    }

    /// A key that sealed before never seals again.
    function isFresh(Log storage log, Key memory key) private view returns (bool) {
        for (uint256 i = 0; i < log.tenures.length; i++) {
            if (Keys.same(log.tenures[i].key, key)) return false;
        }
        return true;
    }

    function inForce(Log storage log, uint64 size) private view returns (Key memory) {
        uint256 last = log.tenures.length - 1;
        while (last > 0 && log.tenures[last].index >= size) last--;
        return log.tenures[last].key;
    }

    function continues(Log storage log, Offer calldata offer) private view returns (bool) {
        uint64 newestSize = log.newestSize;
        return MerkleProofs.consistent(
            newestSize, log.lodgings[newestSize].root, offer.size, offer.root, offer.consistencyProof
        );
    }

    function checkShape(string calldata origin, uint64 size) private pure {
        bytes calldata name = bytes(origin);
        if (name.length < 3 || name.length > 128) revert BadOrigin();
        for (uint256 i = 0; i < name.length; i++) {
            bytes1 c = name[i];
            bool allowed = (c >= "a" && c <= "z") || (c >= "-" && c <= "9"); // '-' '.' '/' '0'..'9' are neighbours
            if (!allowed) revert BadOrigin();
        }
        if (size < 2 || size > MAX_SIZE) revert BadSize(size);
    }

    function originIdOf(bytes32 x, bytes32 y, string calldata origin) private pure returns (bytes32) {
        return sha256(abi.encodePacked(Keys.SPKI_PREFIX, x, y, origin));
    }

    function checkHead(Key memory key, Offer calldata offer) private view {
        bytes32 digest = checkpointDigest(offer.origin, offer.size, offer.root);
        if (!signed(key, digest, Signature(offer.r, offer.s))) revert BadSignature();
    }

    function signed(Key memory key, bytes32 digest, Signature memory signature) private view returns (bool) {
        return uint256(signature.s) <= HALF_N && verifiesP256(key, digest, signature);
    }

    /// SHA-256 of the C2SP checkpoint's text: what the sealing key signs.
    function checkpointDigest(string calldata origin, uint64 size, bytes32 root) private pure returns (bytes32) {
        return sha256(abi.encodePacked(origin, "\n", Texts.decimal(size), "\n", Texts.base64(root), "\n"));
    }
}
