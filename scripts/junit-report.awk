# Reads JUnit XML reports as Maven Surefire and Failsafe write them (TEST-*.xml) and prints, tab-separated:
#   failed   TEST    MESSAGE            one line for each
#   skipped  TEST    REASON             one line for each
#   count    PASSED  FAILED  SKIPPED    once, at the end
#
# Counts test cases, not the sums in <testsuite>: those miss nested classes. Markup stands on lines of its own, with line
# breaks in attributes escaped; text (traces, what a test printed) is in CDATA sections, where nothing is markup.

function attribute(name, value) {
  if (!match(markup, "[ \t]" name "=\"[^\"]*\"")) return ""
  value = substr(markup, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
  sub(/^(&#10;)+/, "", value); sub(/&#10;.*/, "", value)
  gsub(/&lt;/, "<", value); gsub(/&gt;/, ">", value); gsub(/&quot;/, "\"", value); gsub(/&apos;/, "'", value); gsub(/&amp;/, "\\&", value)
  return value
}

# Takes the first line with something to say; the rest is a trace.
function offer(message) {
  sub(/^[a-z][a-zA-Z0-9_.]*\.[A-Z][a-zA-Z0-9_$]*(Exception|Error)?(: *|$)/, "", message)
  sub(/^Assumption failed: /, "", message)
  if (message ~ /^[ \t]*at /) message = kind
  gsub(/\t/, " ", message)
  if (why == "") why = message
}

function end_suite() {
  if (suite != "" && !cases) {
    skipped++
    printf "skipped\t%s\t%s\n", suite, "an assumption in its @BeforeAll does not hold (Surefire keeps no reason)"
  }
}

function end_verdict() {
  if (verdict != "") printf "%s\t%s\t%s\n", verdict, test, why == "" ? kind : why
  verdict = ""
}

{
  markup = text ? "" : $0
  sub(/<!\[CDATA\[.*/, "", markup)
}
markup ~ /<testsuite[ \t]/ { end_suite(); suite = attribute("name"); cases = 0 }
markup ~ /<testcase[ \t]/ { test = attribute("classname") "." attribute("name"); cases++; passed++ }
markup ~ /<(skipped|failure|error)[ \t>\/]/ {
  verdict = markup ~ /<skipped/ ? "skipped" : "failed"
  passed--
  if (verdict == "failed") failed++; else skipped++
  kind = attribute("type")
  why = ""
  offer(attribute("message"))
}
{
  line = $0
  while ((at = index(line, text ? "]]>" : "<![CDATA[")) > 0) {
    if (text) offer(substr(line, 1, at - 1))
    line = substr(line, at + (text ? 3 : 9))
    text = !text
  }
  if (text) offer(line)
}
!text && /<\/(skipped|failure|error)>|\/>/ { end_verdict() }
END { end_suite(); printf "count\t%d\t%d\t%d\n", passed, failed, skipped }
