# shellcheck shell=bash
# Builds what ./sealpost runs, where it is missing or older than its sources. Sourced after machine.sh.

# Where the sources of a module's jars lie: the verifier stands alone, the release tool needs the token's library, the
# server holds everything.
sources_of() {
  case $1 in
    gateway/verifier) printf '%s\0' pom.xml gateway/pom.xml gateway/verifier ;;
    gateway/contracts/chaincode) printf '%s\0' pom.xml gateway/pom.xml gateway/verifier gateway/contracts ;;
    ota) printf '%s\0' pom.xml hsm-bridge ota ;;
    hsm-bridge/bench) printf '%s\0' pom.xml hsm-bridge ;;
    gateway/server | gateway/bench) printf '%s\0' . ;;
  esac
}

# A hash over all that can change a module's jars. Not their times: neither git nor a copy of the tree keeps those.
fingerprint() {
  (
    cd "$root" || exit
    sources_of "$1" | xargs -0 -I{} find {} \( -name target -o -name var -o -name node_modules -o -name .git -o -path '*/src/test' \) -prune \
      -o -type f \( -name pom.xml -o -path '*/src/*' \) -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
  )
}

is_built() { [ "$(cat "$root/$1/target/sealpost.built" 2>/dev/null)" = "$(fingerprint "$1")" ]; }

# The modules whose jars a build of this one makes.
made_with() {
  case $1 in
    gateway/server) echo gateway/verifier gateway/server ;;
    *) echo "$1" ;;
  esac
}

mark_built() {
  local module
  for module in $(made_with "$1"); do
    fingerprint "$module" >"$root/$module/target/sealpost.built"
  done
}

# Takes away the jars of other sources. Maven adds to target/lib and removes nothing, and two versions of a library on
# one class path are worse than none.
forget_build() {
  local module
  for module in $(made_with "$1"); do
    rm -rf "$root/$module/target/lib" "$root/$module/target/sealpost.built"
    rm -f "$root/$module/target"/sealpost-*.jar
  done
}

# Reads Maven's output, keeps it in the file $1, and says on standard error what a person waits for: each module, each
# class of tests, and every hundred files fetched.
follow_maven() {
  local line fetched=0
  while IFS= read -r line; do
    printf '%s\n' "$line" >&3
    case $line in
      '[INFO] Building '*' ['*/*']')
        line=${line#'[INFO] Building '}
        say "  ${line%% [0-9]*} ${line##* }"
        ;;
      '['*'] Tests run: '*' -- in '*)
        line=${line#*'] '}
        say "    ${line##*-- in }: ${line%% -- in *}"
        ;;
      *'Downloaded from '*)
        fetched=$((fetched + 1))
        [ $((fetched % 100)) != 0 ] || say "    $fetched files fetched"
        ;;
    esac
  done 3>"$1"
}

# Builds one module and what it needs, without tests: those are for ./test.
build() {
  local module=$1 log=$root/var/build.log
  is_built "$module" && return
  need_maven
  mkdir -p "$root/var"
  # One build at a time: two would write the same target folders.
  exec 9>"$root/var/build.lock"
  flock 9
  if ! is_built "$module"; then
    say "building (log: $log)"
    forget_build "$module"
    if ! (cd "$root" && mvn -B -Pquick -pl "$module" -am package 2>&1 </dev/null) 9>&- | follow_maven "$log"; then
      grep '^\[ERROR\]' "$log" | head -n 20 >&2 || tail -n 20 "$log" >&2
      die "the build failed; the whole log is $log"
    fi
    mark_built "$module"
  fi
  exec 9>&-
}
