# Sourced by tsa-server: builds sigstore's time-stamping authority from the pinned modules of go-tsa/go.mod, once.

build_tsa_server() {
    (
        export GOTOOLCHAIN=local GOWORK=off GOFLAGS=
        cd -- "$here/go-tsa" &&
            go build -mod=readonly -trimpath -buildvcs=false -o "$1/timestamp-server" \
                github.com/sigstore/timestamp-authority/v2/cmd/timestamp-server
    )
}

tools=$(installed "counterparts-tsa-$(digest "$here/go-tsa/go.mod" "$here/go-tsa/go.sum")" \
    "the first time it needs Go 1.25 or newer and the module proxy." build_tsa_server)
