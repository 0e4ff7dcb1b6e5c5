# shellcheck shell=bash
# What run and crash share: the JDK, the build, and the call. Sourced; sets root, the top of the tree.
set -euo pipefail

root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..
root=$(readlink -f "$root")
# shellcheck source=scripts/machine.sh
. "$root/scripts/machine.sh"
# shellcheck source=scripts/build.sh
. "$root/scripts/build.sh"

# Debian keeps servers where the PATH of a plain user does not look.
PATH=$PATH:/usr/sbin:/sbin

# bench CLASS ARGUMENTS...
bench() {
  local class=$1 target=$root/gateway/bench/target
  shift
  need_jdk
  build gateway/bench
  exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "$(echo "$target"/sealpost-bench-*.jar):$target/lib/*" "org.sealpost.bench.$class" "$@"
}
