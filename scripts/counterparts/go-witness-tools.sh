# Sourced by witness-log: builds the omniwitness and the program that asks it from the pinned modules of go-witness/go.mod, once.

build_witness() {
    (
        need_go 25 "the witness"
        export GOWORK=off GOFLAGS=
        cd -- "$here/go-witness" &&
            go build -mod=readonly -trimpath -buildvcs=false -o "$1/cosign" ./cosign &&
            go build -mod=readonly -trimpath -buildvcs=false -o "$1/omniwitness" github.com/transparency-dev/witness/cmd/omniwitness
    )
}

witness=$(installed "counterparts-witness-$(digest "$here/go-witness/go.mod" "$here/go-witness/go.sum" "$here/go-witness/cosign/main.go")" \
    "the first time it needs Go 1.21 or newer and the module proxy." build_witness)
