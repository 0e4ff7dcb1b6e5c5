# Sourced by est-server: builds GlobalSign's EST server from the pinned modules of go-est/go.mod, once, and sealca before it.

build_est_server() {
    (
        need_go 25 "the EST server"
        export GOWORK=off GOFLAGS=
        cd -- "$here/go-est" &&
            go build -mod=readonly -trimpath -buildvcs=false -o "$1/estserver" github.com/globalsign/est/cmd/estserver &&
            go build -mod=readonly -trimpath -buildvcs=false -o "$1/sealca" ./sealca
    )
}

tools=$(installed "counterparts-est-$(digest "$here/go-est/go.mod" "$here/go-est/go.sum" "$here/go-est/sealca/main.go")" \
    "the first time it needs Go 1.21 or newer and the module proxy." build_est_server)
