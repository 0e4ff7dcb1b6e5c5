# Sourced by the programs beside it and by ../fetch-kryoptic: where what they install lies, and how it gets there once, whole,
# and for all.

set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
cache=${SEALPOST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sealpost}

# Exit 2 with one sentence, so that a test can skip with it as the reason.
cannot() {
    echo "${0##*/}: $*" >&2
    exit 2
}

# What builds where the machine's own Go is older than that takes: a module, which comes from the module proxy and must be as
# Go's checksum database has it. Every Go from 1.21 on knows how.
newer_go=go1.26.8

# need_go MINOR WHAT: sets GOTOOLCHAIN so that Go 1.MINOR or newer builds WHAT. Exit 2 where there is none, nor one that
# fetches it; what fails with it is a failure then, also where it is not to be had.
need_go() {
    local version
    version=$(GOTOOLCHAIN=local go version 2>/dev/null) || version=none
    [[ $version =~ go1\.([0-9]+) && ${BASH_REMATCH[1]} -ge 21 ]] || cannot "to build $2 takes Go 1.21 or newer, which is missing."
    export GOTOOLCHAIN=local
    [[ ${BASH_REMATCH[1]} -ge $1 ]] || GOTOOLCHAIN=$newer_go
}

# digest FILE...: names what is installed by all that decides about it.
digest() {
    cat -- "$@" | sha256sum | cut -c1-16
}

# installed NAME HINT COMMAND...: prints the folder NAME in the cache. If it is missing, COMMAND makes it in the empty folder
# it is given as last argument; only what was made whole gets the name. Several may call this at once.
installed() {
    local name=$1 hint=$2
    shift 2
    if [[ ! -d $cache/$name ]]; then
        mkdir -p -- "$cache" || cannot "cannot make the cache folder $cache; set SEALPOST_CACHE to one that can be written."
        (
            flock 9
            [[ -d $cache/$name ]] && exit 0
            making=$cache/$name.making
            rm -rf -- "$making"
            mkdir -- "$making" || exit 1
            if ! "$@" "$making" >"$cache/$name.log" 2>&1; then
                rm -rf -- "$making"
                exit 1
            fi
            mv -- "$making" "$cache/$name"
        ) 9>"$cache/$name.lock" || cannot "cannot be installed: $hint What went wrong stands in $cache/$name.log."
    fi
    echo "$cache/$name"
}
