# Reads JUnit XML reports (Maven Surefire's and Failsafe's TEST-*.xml) and prints, one a line, tab-separated:
#   count    PASSED  FAILED  SKIPPED
#   failed   TEST    MESSAGE
#   skipped  TEST    REASON
# Relies on what Surefire writes: one element a line, line breaks in attributes escaped.

function attribute(name,    rest) {
  if (!match($0, "[ \t]" name "=\"[^\"]*\"")) return ""
  rest = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
  gsub(/&#10;.*/, "", rest)
  gsub(/&lt;/, "<", rest); gsub(/&gt;/, ">", rest); gsub(/&quot;/, "\"", rest); gsub(/&apos;/, "'", rest); gsub(/&#9;|\t/, " ", rest)
  gsub(/&amp;/, "\\&", rest)
  return rest
}

function verdict(kind, message) {
  sub(/^org\.opentest4j\.[A-Za-z]*: /, "", message)
  sub(/^Assumption failed: /, "", message)
  printf "%s\t%s\t%s\n", kind, test, message == "" ? "(no reason given)" : message
}

/<testsuite[ \t]/ {
  suite = attribute("name")
  bad = attribute("failures") + attribute("errors")
  failed += bad
  skipped += attribute("skipped")
  passed += attribute("tests") - bad - attribute("skipped")
  if (attribute("tests") == 0) {
    # A class whose set-up as a whole declined: JUnit tells Surefire nothing more of it.
    test = suite
    skipped++
    verdict("skipped", "none of its tests ran; its set-up declined them all")
  }
}
/<testcase[ \t]/ { test = attribute("classname") "." attribute("name") }
/<skipped[ \t\/>]/ { verdict("skipped", attribute("message")) }
/<(failure|error)[ \t\/>]/ { verdict("failed", attribute("message")) }
END { printf "count\t%d\t%d\t%d\n", passed, failed, skipped }
