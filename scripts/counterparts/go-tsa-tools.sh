# Sourced by tsa-server: builds tsaserver, and sigstore's time-stamping authority in it, from the pinned modules of
# go-tsa/go.mod, once. Exit 2 where this machine lacks what builds it, exit 1 where the build fails.
minutes=8

build_tsa_server() {
    (
        export GOWORK=off GOFLAGS=
        cd -- "$here/go-tsa" &&
            timeout --foreground --kill-after=20 "$((60 * minutes))" \
                go build -mod=readonly -trimpath -buildvcs=false -o "$1/tsaserver" ./tsaserver
    )
}

name=counterparts-tsa-$(digest "$here/go-tsa/go.mod" "$here/go-tsa/go.sum" "$here/go-tsa/tsaserver/main.go")
if [[ ! -d $cache/$name ]]; then need_go 25 "the time-stamping authority"; fi
tools=$(installed "$name" "the first time it needs the module proxy, and at most $minutes minutes." build_tsa_server) || exit 1
