# shellcheck shell=bash disable=SC2154
# The Debian packages that an image is made of: which ones (the locks), and where they are kept (the cache).
# Sourced by build and pin, after scripts/machine.sh; they set here (image-build/), work and cache.
#
# A lock lists packages, one a line, sorted: name version architecture sha256.

suite=trixie
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Builds of several trees share the cache; one at a time writes it.
lock_cache() {
  exec 7>"$cache/lock"
  flock --nonblock 7 || {
    say "another build uses the cache ($cache); waiting for it"
    flock 7
  }
}

unlock_cache() { exec 7>&-; }

# Prints the sources of the image's suite on the mirrors that this machine itself uses.
mirrors_of_machine() {
  local uri
  apt-get --print-uris update 2>/dev/null |
    sed -nE "s#^'([^']*)/dists/(bookworm|trixie)(-updates|-security)?/InRelease'.*#\1 \3#p" | sort -u |
    while read -r uri kind; do
      case $uri in
        mirror* | cdrom*) continue ;;
      esac
      echo "deb [arch=amd64 signed-by=$keyring] $uri $suite${kind:-} main"
    done
}

# apt of this machine, with lists of its own that know nothing of what is installed here.
image_apt() {
  local command=$1
  shift
  "$command" -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts="$apt/none" -o Dir::Etc::Preferences="$apt/none/file" \
    -o Dir::Etc::PreferencesParts="$apt/none" -o Dir::State="$apt" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" \
    -o APT::Architecture=amd64 -o APT::Architectures=amd64 -o APT::Install-Recommends=false -o APT::Install-Suggests=false \
    -o Acquire::Languages=none -o Acquire::Retries=3 -o Debug::NoLocking=true "$@"
}

# Fetches what the mirror has to offer now. Once a build is enough.
refresh_lists() {
  apt=$cache/apt
  [ -z "${lists_are_fresh:-}" ] || return 0
  mkdir -p "$apt/none" "$apt/lists/partial" "$apt/cache/archives/partial"
  : >"$apt/status"
  mirrors_of_machine >"$apt/sources.list"
  grep -q " $suite main" "$apt/sources.list" ||
    die "this machine's apt knows no Debian mirror of bookworm or trixie to take packages from; add one to its sources"
  grep -q " $suite-security main" "$apt/sources.list" ||
    say "this machine's apt knows no mirror of Debian's security updates: the image gets none either"
  say "reading what the mirror has (Debian $suite)"
  image_apt apt-get -qq update >"$work/apt.log" 2>&1 || {
    cat "$work/apt.log" >&2
    die "the mirror's lists of $suite cannot be read; without network only a build from the cache is possible, and it lacks something. Where a signature is the cause: apt-get install debian-archive-keyring"
  }
  lists_are_fresh=yes
}

names_in() { sed -e 's/#.*//' "$@" | xargs; }

# resolve FILE...: prints the lock of the packages named in the files, as the mirror has them now.
resolve() {
  local wanted
  wanted=$(names_in "$@")
  # apt is essential in its own eyes only; nothing installs packages on a box.
  # shellcheck disable=SC2086
  image_apt apt-get -s -qq install '?and(?essential,?not(?exact-name(apt)))' $wanted >"$work/resolve.log" 2>&1 || {
    cat "$work/resolve.log" >&2
    die "the mirror cannot give the packages that $* name together"
  }
  sed -nE 's/^Inst ([^ ]+) \(([^ ]+) .*/\1=\2/p' "$work/resolve.log" | LC_ALL=C sort -u >"$work/resolve.names"
  # shellcheck disable=SC2046
  image_apt apt-cache show $(cat "$work/resolve.names") |
    awk '/^Package: /{p=$2} /^Version: /{v=$2} /^Architecture: /{a=$2} /^SHA256: /{print p, v, a, $2}' | LC_ALL=C sort -u
}

# The name that a package has in the cache: by content, so that nothing in it can be stale.
cached() { printf '%s/debs/%s.deb\n' "$cache" "$1"; }

# Prints those lines of a lock whose packages are not in the cache.
uncached() {
  local name version architecture hash
  while read -r name version architecture hash; do
    [ -s "$(cached "$hash")" ] || printf '%s %s %s %s\n' "$name" "$version" "$architecture" "$hash"
  done <"$1"
}

# fetch LOCK: brings the packages of a lock into the cache. Those that the mirror no longer has are named in $work/moved.
fetch() {
  local missing=$work/missing name version architecture hash folder=$work/fetched uri file count=0 all
  mkdir -p "$cache/debs"
  rm -rf "$folder"
  mkdir -p "$folder"
  uncached "$1" >"$missing"
  [ -s "$missing" ] || return 0
  refresh_lists
  all=$(wc -l <"$missing")
  say "fetching $all packages"
  # By content: a package of the same name and version with other bytes is another one.
  image_apt apt-cache dumpavail | sed -n 's/^SHA256: //p' >"$work/offered"
  while read -r name version architecture hash; do
    if grep -qxF "$hash" "$work/offered"; then
      printf '%s=%s\n' "$name" "$version"
    else
      printf '%s %s\n' "$name" "$version" >>"$work/moved"
    fi
  done <"$missing" >"$work/wanted"
  [ -s "$work/wanted" ] || return 0
  # In lots, to have something to say meanwhile.
  while mapfile -t -n 20 lot && [ ${#lot[@]} != 0 ]; do
    (cd "$folder" && image_apt apt-get -qq download "${lot[@]}" >"$work/apt.log" 2>&1) || {
      cat "$work/apt.log" >&2
      die "packages could not be fetched from the mirror"
    }
    count=$((count + ${#lot[@]}))
    say "  $count of $all"
  done <"$work/wanted"
  for file in "$folder"/*.deb; do
    hash=$(sha256sum <"$file")
    mv "$file" "$(cached "${hash%% *}")"
  done
}

# repository LOCK FOLDER: a package archive of exactly the packages of a lock, for mmdebstrap.
repository() {
  local name version architecture hash file
  rm -rf "$2"
  mkdir -p "$2"
  while read -r name version architecture hash; do
    file=$(cached "$hash")
    # What lies in the cache may have rotted there.
    [ "$(sha256sum <"$file")" = "$hash  -" ] || {
      rm -f "$file"
      die "$name $version in the cache was damaged, and is removed; start again to fetch it anew"
    }
    ln -s "$file" "$2/$hash.deb"
    dpkg-deb --field "$file"
    printf 'Filename: ./%s.deb\nSize: %s\nSHA256: %s\n\n' "$hash" "$(stat -Lc %s "$file")" "$hash"
  done <"$1" >"$2.packages"
  mv "$2.packages" "$2/Packages"
}

# renew_locks FOLDER: writes both locks there. What the tools need and the root has already comes from the root's lock.
renew_locks() {
  resolve "$here/packages" >"$1/packages.lock.new"
  resolve "$here/packages" "$here/packages-tools" | LC_ALL=C comm -13 "$1/packages.lock.new" - >"$1/packages-tools.lock.new"
  mv "$1/packages.lock.new" "$1/packages.lock"
  mv "$1/packages-tools.lock.new" "$1/packages-tools.lock"
}
