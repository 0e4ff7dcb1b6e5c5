// Usage: node compile.js NODE_MODULES SOURCES OUT
// Writes for each contract NAME.creation.hex, .runtime.hex, .code-hash (keccak-256 of the runtime code) and .abi.json.
'use strict';
const fs = require('fs');
const path = require('path');
const [modules, sources, out] = process.argv.slice(2).map((p) => path.resolve(p));
const solc = require(path.join(modules, 'solc'));
const { keccak256 } = require(path.join(modules, 'js-sha3'));

const contracts = ['SealpostAnchor', 'SealpostAnchorPlain', 'SealpostPublications', 'SealpostPublicationsPlain'];
const input = {
  language: 'Solidity',
  sources: Object.fromEntries(
    contracts.map((name) => [name + '.sol', { content: fs.readFileSync(path.join(sources, name + '.sol'), 'utf8') }])
  ),
  settings: {
    // The oldest rules of a chain that we know of, so that one byte code serves all of them: nothing that came later
    // is used, PUSH0 above all.
    evmVersion: 'istanbul',
    optimizer: { enabled: true, runs: 1000 },
    // Without the metadata's hash the code depends on the program only, not on comments or on file names.
    metadata: { bytecodeHash: 'none', appendCBOR: false },
    outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
  },
};
// Our own files lie in one folder; whatever begins with '@' is a package.
const imported = (file) => {
  try {
    return { contents: fs.readFileSync(path.join(file.startsWith('@') ? modules : sources, file), 'utf8') };
  } catch (e) {
    return { error: e.message };
  }
};
const result = JSON.parse(solc.compile(JSON.stringify(input), { import: imported }));
// Warnings are errors, but for the one about the rules that we choose on purpose.
const chosen = 'Support for EVM versions older than london is deprecated';
const problems = (result.errors || []).filter((problem) => !problem.message.startsWith(chosen));
if (problems.length > 0) {
  for (const problem of problems) console.error(problem.formattedMessage);
  process.exit(1);
}
for (const name of contracts) {
  const contract = result.contracts[name + '.sol'][name];
  const runtime = contract.evm.deployedBytecode.object;
  const write = (suffix, text) => fs.writeFileSync(path.join(out, name + suffix), text + '\n');
  write('.creation.hex', contract.evm.bytecode.object);
  write('.runtime.hex', runtime);
  write('.code-hash', keccak256(Buffer.from(runtime, 'hex')));
  write('.abi.json', JSON.stringify(contract.abi, null, 1));
  console.log(`${name}: ${runtime.length / 2} bytes of code, solc ${solc.version()}`);
}
