#!/usr/bin/env bash
# Builds the solution and runs its tests; arguments go to dotnet test.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/scripts/prerequisites.sh"

require_dotnet
require_postgres

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
# dotnet test hides what tests print, so they report the database they used in this file.
export SESSION_TEST_DB_REPORT=$results/database

cd "$root"
status=0
dotnet test SessionService.sln --nologo --results-directory "$results" --logger 'trx;LogFilePrefix=results' "$@" || status=$?

[[ ! -e $SESSION_TEST_DB_REPORT ]] || sort -u "$SESSION_TEST_DB_REPORT"
[[ -n ${SESSION_TEST_CITUS:-} ]] || echo 'Skipped: the tests on a sharded database. SESSION_TEST_CITUS names no Citus cluster (see docs/scaling.md).'

# trx counts a skipped test in total alone.
find "$results" -name '*.trx' -exec grep -ho '<Counters [^>]*>' {} + | awk '
  function count(name) { return match($0, " " name "=\"[0-9]+") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) : 0 }
  { total += count("total"); executed += count("executed"); passed += count("passed") }
  END { printf "%d passed, %d failed, %d skipped\n", passed, executed - passed, total - executed }'
exit "$status"
