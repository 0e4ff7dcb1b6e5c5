// Usage: node compile.js NODE_MODULES SOURCES OUT
// Writes SealpostAnchor.creation.hex, .runtime.hex, .code-hash (keccak-256 of the runtime code) and .abi.json.
'use strict';
const fs = require('fs');
const path = require('path');
const [modules, sources, out] = process.argv.slice(2).map((p) => path.resolve(p));
const solc = require(path.join(modules, 'solc'));
const { keccak256 } = require(path.join(modules, 'js-sha3'));

const name = 'SealpostAnchor';
const file = name + '.sol';
const input = {
  language: 'Solidity',
  sources: { [file]: { content: fs.readFileSync(path.join(sources, file), 'utf8') } },
  settings: {
    // The oldest rules under which a chain with P256VERIFY can run, so that one byte code serves all of them.
    evmVersion: 'shanghai',
    optimizer: { enabled: true, runs: 1000 },
    // Without the metadata's hash the code depends on the program only, not on comments or on file names.
    metadata: { bytecodeHash: 'none', appendCBOR: false },
    outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
  },
};
const result = JSON.parse(solc.compile(JSON.stringify(input)));
const problems = result.errors || [];
if (problems.length > 0) {
  for (const problem of problems) console.error(problem.formattedMessage);
  process.exit(1);
}
const contract = result.contracts[file][name];
const runtime = contract.evm.deployedBytecode.object;
const write = (suffix, text) => fs.writeFileSync(path.join(out, name + suffix), text + '\n');
write('.creation.hex', contract.evm.bytecode.object);
write('.runtime.hex', runtime);
write('.code-hash', keccak256(Buffer.from(runtime, 'hex')));
write('.abi.json', JSON.stringify(contract.abi, null, 1));
console.log(`${name}: ${runtime.length / 2} bytes of code, solc ${solc.version()}`);
