# shellcheck shell=bash
# How a script under scripts/*/test reports, so that ./test can add it up: a line for each check as it is made, and at
# the end one line of counts. Sourced by those scripts.

passed=0
failed=0
skipped=0

pass() {
  passed=$((passed + 1))
  printf 'ok       %s\n' "$1"
}

fail() {
  failed=$((failed + 1))
  printf 'FAILED   %s: %s\n' "$1" "$2"
}

skip() {
  skipped=$((skipped + 1))
  printf 'skipped  %s: %s\n' "$1" "$2"
}

# check NAME EXPECTED FOUND
check() {
  if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "expected '$2', found '$3'"; fi
}

# mentions FILE TEXT: prints yes, or else what the file holds, for check to show.
mentions() {
  local text
  text=$(head -c 10000 "$1" | tr '\n' '|')
  if [[ $text == *"$2"* ]]; then echo yes; else echo "no, but: $text"; fi
}

# Prints the counts and ends the script, with 1 if a check failed or none was made.
finish() {
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  if [ "$failed" = 0 ] && [ $((passed + skipped)) != 0 ]; then exit 0; else exit 1; fi
}

# until_true SECONDS COMMAND...: repeats the command until it succeeds; fails when the time is over.
until_true() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}
