// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Heads of Sealpost logs, each signed by the box's own key and consistent with the one before it.
/// @notice Anybody may lodge a head. The sending account needs no trust, because the contract itself rebuilds the
/// checkpoint's text, checks the box's P-256 signature over it, and checks an RFC 9162 consistency proof from the newest
/// head that it holds. So for one origin this contract accepts one history only. There is no owner, no upgrade and no
/// way to change or remove what was lodged.
/// @dev Needs the P256VERIFY precompile of EIP-7951 (address 0x100); deploying it where that is missing fails.
contract SealpostAnchor {
    /// The head was stored.
    uint8 public constant LODGED = 0;
    /// The same head is here already; nothing was changed and no event emitted.
    uint8 public constant REPEATED = 1;
    /// A larger head of this origin is here, which covers this one; nothing was changed.
    uint8 public constant COVERED = 2;

    /// Two roots for one size, both signed by the box: there are two histories.
    error Conflict(bytes32 originId, uint64 size, bytes32 existingRoot);
    /// The consistency proof does not lead from the newest head held here to the offered one.
    error NotConsistent(bytes32 originId, uint64 newestSize, uint64 size);
    /// The signature is not the key's over this checkpoint, or its s is above n/2.
    error BadSignature();
    /// Not an origin: 3 to 128 characters a-z, 0-9, '.', '-', '/'.
    error BadOrigin();
    /// A log of fewer than two entries is never sealed for publication.
    error BadSize(uint64 size);
    /// The chain does not have the P256VERIFY precompile.
    error NoP256Verify();

    event Lodged(bytes32 indexed originId, uint64 size, bytes32 root);

    struct Lodging {
        bytes32 root;
        uint64 blockNumber;
    }

    struct Key {
        bytes32 x;
        bytes32 y;
    }

    struct Signature {
        bytes32 r;
        bytes32 s;
    }

    /// DER SubjectPublicKeyInfo of an uncompressed P-256 key, up to its coordinates.
    bytes private constant SPKI_PREFIX = hex"3059301306072a8648ce3d020106082a8648ce3d03010703420004";
    bytes private constant BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint256 private constant HALF_N = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8;
    address private constant P256VERIFY = address(0x100);

    mapping(bytes32 originId => mapping(uint64 size => Lodging)) private lodgings;
    mapping(bytes32 originId => uint64 size) private newestSizes;

    /// Checks one known signature (RFC 6979, A.2.5: P-256, SHA-256, "sample"), so that a chain without the precompile
    /// says so at deployment and not by refusing every head later.
    constructor() {
        bool there = p256Verify(
            sha256("sample"),
            Signature(
                0xefd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716,
                0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8
            ),
            Key(
                0x60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6,
                0x7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299
            )
        );
        if (!there) revert NoP256Verify();
    }

    /// Lodges the head (origin, size, root) of the log whose first sealing key is (x, y).
    /// @param r first half of the key's signature over the checkpoint's text
    /// @param s second half, at most n/2
    /// @param consistencyProof RFC 9162 proof from the newest size held here to `size`; empty for an origin's first head
    /// @return outcome LODGED, REPEATED or COVERED
    function lodge(
        bytes32 x,
        bytes32 y,
        string calldata origin,
        uint64 size,
        bytes32 root,
        bytes32 r,
        bytes32 s,
        bytes32[] calldata consistencyProof
    ) external returns (uint8 outcome) {
        checkShape(origin, size);
        Key memory key = Key(x, y);
        checkSignature(key, Signature(r, s), checkpointDigest(origin, size, root));
        return store(originIdOf(key, origin), size, root, consistencyProof);
    }

    /// The largest head held for an origin; all zero if there is none.
    function newest(bytes32 originId) external view returns (uint64 size, bytes32 root, uint64 blockNumber) {
        size = newestSizes[originId];
        Lodging storage found = lodgings[originId][size];
        return (size, found.root, found.blockNumber);
    }

    /// The root lodged for exactly this size, and in which block; all zero if there is none.
    function rootAt(bytes32 originId, uint64 size) external view returns (bytes32 root, uint64 blockNumber) {
        Lodging storage found = lodgings[originId][size];
        return (found.root, found.blockNumber);
    }

    function store(bytes32 originId, uint64 size, bytes32 root, bytes32[] calldata proof) private returns (uint8) {
        Lodging storage known = lodgings[originId][size];
        if (known.blockNumber != 0) {
            if (known.root != root) revert Conflict(originId, size, known.root);
            return REPEATED;
        }
        uint64 newestSize = newestSizes[originId];
        if (size < newestSize) return COVERED;
        bytes32 newestRoot = lodgings[originId][newestSize].root;
        bool first = newestSize == 0;
        if (first ? proof.length != 0 : !consistent(newestSize, newestRoot, size, root, proof)) {
            revert NotConsistent(originId, newestSize, size);
        }
        known.root = root;
        known.blockNumber = uint64(block.number);
        newestSizes[originId] = size;
        emit Lodged(originId, size, root);
        return LODGED;
    }

    function checkShape(string calldata origin, uint64 size) private pure {
        bytes calldata name = bytes(origin);
        if (name.length < 3 || name.length > 128) revert BadOrigin();
        for (uint256 i = 0; i < name.length; i++) {
            bytes1 c = name[i];
            bool allowed = (c >= "a" && c <= "z") || (c >= "-" && c <= "9"); // '-' '.' '/' '0'..'9' are neighbours
            if (!allowed) revert BadOrigin();
        }
        if (size < 2) revert BadSize(size);
    }

    function originIdOf(Key memory key, string calldata origin) private pure returns (bytes32) {
        return sha256(abi.encodePacked(SPKI_PREFIX, key.x, key.y, origin));
    }

    /// SHA-256 of the C2SP checkpoint's text: what the sealing key signs.
    function checkpointDigest(string calldata origin, uint64 size, bytes32 root) private pure returns (bytes32) {
        return sha256(abi.encodePacked(origin, "\n", decimal(size), "\n", base64(root), "\n"));
    }

    function checkSignature(Key memory key, Signature memory signature, bytes32 digest) private view {
        if (uint256(signature.s) > HALF_N) revert BadSignature();
        if (!p256Verify(digest, signature, key)) revert BadSignature();
    }

    function p256Verify(bytes32 digest, Signature memory signature, Key memory key) private view returns (bool) {
        (bool ok, bytes memory answer) =
            P256VERIFY.staticcall(abi.encode(digest, signature.r, signature.s, key.x, key.y));
        return ok && answer.length == 32 && abi.decode(answer, (uint256)) == 1;
    }

    /// RFC 9162 §2.1.4.2, for 0 < first < second.
    function consistent(
        uint64 first,
        bytes32 firstRoot,
        uint64 second,
        bytes32 secondRoot,
        bytes32[] calldata proof
    ) private pure returns (bool) {
        if (proof.length == 0) return false;
        uint64 fn = first - 1;
        uint64 sn = second - 1;
        while (fn & 1 == 1) {
            fn >>= 1;
            sn >>= 1;
        }
        // A first tree that is complete (a power of two) is itself the start of the path: the proof leaves it out.
        bool complete = fn == 0;
        bytes32 fr = complete ? firstRoot : proof[0];
        bytes32 sr = fr;
        for (uint256 i = complete ? 0 : 1; i < proof.length; i++) {
            if (sn == 0) return false;
            if (fn & 1 == 1 || fn == sn) {
                fr = node(proof[i], fr);
                sr = node(proof[i], sr);
                while (fn & 1 == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                sr = node(sr, proof[i]);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && fr == firstRoot && sr == secondRoot;
    }

    function node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }

    function decimal(uint64 value) private pure returns (bytes memory digits) {
        uint256 length = 1;
        for (uint64 rest = value; rest > 9; rest /= 10) length++;
        digits = new bytes(length);
        for (uint256 i = length; i > 0; i--) {
            digits[i - 1] = bytes1(uint8(48 + (value % 10)));
            value /= 10;
        }
    }

    /// RFC 4648 §4 of 32 bytes: 43 characters and one '='.
    function base64(bytes32 value) private pure returns (bytes memory text) {
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
