#!/usr/bin/env bash
# Builds the service and runs it; arguments go to the service.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/scripts/prerequisites.sh"

require_dotnet
# With a connection string the service runs no database of its own.
[[ -n ${ConnectionStrings__SessionDb:-} ]] || require_postgres

publish() {
  dotnet publish "$root/src/Session.Api" --configuration Release --output "$root/artifacts/service" \
    --nologo --verbosity quiet -consoleLoggerParameters:NoSummary "$@" >&2
}

# Compiled ahead of time the service starts in two thirds of the time. The compiler is a package which not every feed has, for this
# system only: it stands in no lock file.
ahead_of_time=(--use-current-runtime --no-self-contained -p:PublishReadyToRun=true -p:NuGetLockFilePath=obj/ahead-of-time.lock.json)
if ! publish "${ahead_of_time[@]}" 2>/dev/null; then
  echo "The service cannot be compiled ahead of time here: it will start a little slower." >&2
  publish
fi

exec dotnet "$root/artifacts/service/Session.Api.dll" "$@"
