# shellcheck shell=bash
# What the benchmarks share: the JDK, the build, the peers, and the call. Sourced; sets root, the top of the tree.
set -euo pipefail

root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..
root=$(readlink -f "$root")
# shellcheck source=scripts/machine.sh
. "$root/scripts/machine.sh"
# shellcheck source=scripts/build.sh
. "$root/scripts/build.sh"

# Debian keeps servers where the PATH of a plain user does not look.
PATH=$PATH:/usr/sbin:/sbin

# find_peer NAME ARGUMENTS...: adds --peer NAME=FOLDER to the array peers if the peer can be had; with --short among the
# arguments only if it is there already, with --help not at all.
find_peer() {
  local name=$1 folder there=()
  shift
  case " $* " in
    *' --help '*) return ;;
    *' --short '*) there=(--there) ;;
    *' --only '*"$name"*) ;;
    *' --only '*) return ;;
  esac
  if folder=$("$root/gateway/bench/peers/fetch" "${there[@]}" "$name"); then
    # Read by whoever sources this.
    # shellcheck disable=SC2034
    peers+=(--peer "$name=$folder")
  fi
}

# bench CLASS ARGUMENTS...
bench() {
  local class=$1 target=$root/gateway/bench/target
  shift
  need_jdk
  build gateway/bench
  exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "$(echo "$target"/sealpost-bench-*.jar):$target/lib/*" "org.sealpost.bench.$class" "$@"
}
