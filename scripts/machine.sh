# shellcheck shell=bash
# What Sealpost needs of the machine it is built on: a JDK, Maven, Debian packages. Sourced by ./sealpost and ./test,
# which set root (the top of the tree). Each need_ function finds or installs the thing, or ends the script with one
# sentence that says what to install.

# Some that start builds (systemd, containers) set no HOME, and the cache, Maven and Go want one.
[ -n "${HOME:-}" ] || HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
export HOME

say() { printf '%s\n' "$*" >&2; }

die() {
  say "${0##*/}: $*"
  exit 1
}

# Whether Debian packages can be installed here without asking anybody.
can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# Installs Debian packages; what apt-get says goes to a log, since nobody reads it unless it fails.
apt_install() {
  local log=$root/var/apt.log
  local options=(-y -qq --no-install-recommends -o DPkg::Lock::Timeout=120)
  mkdir -p "$root/var"
  say "installing $* (apt-get; log: $log)"
  # The package lists of a new machine are empty or old; to refresh them first would cost every other machine the time.
  {
    DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" "$@" ||
      { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" "$@"; }
  } </dev/null >"$log" 2>&1
}

is_jdk_25() {
  local version
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  [ "${version:-0}" -ge 25 ]
}

# Prints the home of a JDK 25 or later, if one lies in a usual place.
find_jdk() {
  local home on_path
  on_path=$(readlink -f "$(command -v javac)") || on_path=
  for home in "${JAVA_HOME:-}" "${on_path%/bin/javac}" /usr/lib/jvm/*25* /opt/*25* /opt/java/*25* \
    "${HOME:-}"/.sdkman/candidates/java/*25* "${HOME:-}"/.jdks/*25*; do
    if is_jdk_25 "$home"; then
      printf '%s\n' "$home"
      return
    fi
  done
  return 1
}

# Sets and exports JAVA_HOME.
need_jdk() {
  local home package=openjdk-25-jdk-headless
  home=$(find_jdk) || { can_install && apt_install "$package" && home=$(find_jdk); } ||
    die "no JDK 25 found; install one (Debian 13: sudo apt-get install $package; elsewhere Temurin 25, for instance) and set JAVA_HOME to its folder"
  export JAVA_HOME=$home
}

need_maven() {
  command -v mvn >/dev/null || { can_install && apt_install maven; } ||
    die "no Maven found; install it (sudo apt-get install maven)"
}

# Prints the path of SoftHSM's PKCS#11 library, if it is installed.
find_softhsm() {
  local folder
  for folder in /usr/lib/softhsm /usr/lib/*-linux-gnu/softhsm /usr/lib64/softhsm /usr/lib64/pkcs11 /usr/local/lib/softhsm; do
    if [ -r "$folder/libsofthsm2.so" ]; then
      printf '%s\n' "$folder/libsofthsm2.so"
      return
    fi
  done
  return 1
}
