// Does @transmute/cose, which nobody here wrote, accept a receipt of ours? Started by ../check-receipt.
// Exit 0 accepted, 1 refused, 2 usage.
'use strict';
const { createHash, createPublicKey } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');

function fail(code, message) {
    console.error(message);
    process.exit(code);
}

function read(file) {
    try {
        return readFileSync(file);
    } catch (error) {
        fail(2, `check-receipt: ${error.message}`);
    }
}

/** The library wants the leaf hash, RFC 9162 §2.1.1: SHA-256(00 ‖ leaf). */
function leafHash(argument) {
    if (/^[0-9a-fA-F]{64}$/.test(argument)) {
        return Buffer.from(argument, 'hex');
    }
    return createHash('sha256').update(Buffer.of(0)).update(read(argument)).digest();
}

function publicKey(file) {
    const content = read(file);
    const form = content[0] === 0x30 ? { key: content, format: 'der', type: 'spki' } : content;
    try {
        return { ...createPublicKey(form).export({ format: 'jwk' }), alg: 'ES256' };
    } catch (error) {
        fail(2, `check-receipt: ${file} is no public key in PEM or SPKI: ${error.message}`);
    }
}

async function main([installed, receiptFile, leaf, keyFile]) {
    const { detached, receipt: receipts } = createRequire(installed + '/')('@transmute/cose');
    const receipt = read(receiptFile);
    const entry = leafHash(leaf);
    const key = publicKey(keyFile);
    const verifier = detached.verifier({ resolver: { resolve: async () => key } });
    try {
        const root = await receipts.inclusion.verify({ entry, receipt, verifier });
        console.log(`accepted: root ${Buffer.from(root).toString('hex')}`);
    } catch (error) {
        fail(1, `refused: ${error.message}`);
    }
}

// Node would end with 1, which means "refused" here.
main(process.argv.slice(2)).catch((error) => fail(2, `check-receipt: ${error.stack}`));
