// GoQuorum 22.7.4. Licences LGPL-3.0 and GPL-3.0: a tool of the tests, never shipped (docs/decisions/0044-consortium-nodes.md).
module sealpost.org/ledgers/evm

go 1.17

require github.com/ethereum/go-ethereum v1.10.3

replace github.com/ethereum/go-ethereum => github.com/ConsenSys/quorum v0.0.0-20221208112643-d318a5aa973a

replace github.com/coreos/etcd => github.com/Consensys/etcd v3.3.13-quorum197+incompatible
