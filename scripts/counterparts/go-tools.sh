# Sourced by the programs written in Go: builds them from the pinned modules of go/go.mod, once.

# The checkout is only read: a build that would want another go.mod or go.sum fails.
build_tools() {
    (
        need_go 25 "the readers of logs"
        export GOWORK=off GOFLAGS=
        cd -- "$here/go" &&
            go build -mod=readonly -trimpath -buildvcs=false -o "$1/check-note" ./check-note &&
            go build -mod=readonly -trimpath -buildvcs=false -o "$1/follow-log" ./follow-log &&
            go build -mod=readonly -trimpath -buildvcs=false -o "$1/fsck" github.com/transparency-dev/tessera/cmd/fsck
    )
}

tools=$(installed "counterparts-go-$(digest "$here/go/go.mod" "$here/go/go.sum" "$here/go/keys/keys.go" "$here/go/check-note/main.go" "$here/go/follow-log/main.go")" \
    "the first time it needs Go 1.21 or newer and the module proxy." build_tools)
