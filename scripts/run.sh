#!/usr/bin/env bash
# Builds the service and runs it; arguments go to the service.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/scripts/prerequisites.sh"

require_dotnet
# With a connection string the service runs no database of its own.
[[ -n ${ConnectionStrings__SessionDb:-} ]] || require_postgres

# Compiled ahead of time (ReadyToRun), so that it starts within a second.
(cd "$root" && dotnet publish src/Session.Api --configuration Release --use-current-runtime --no-self-contained \
  -p:PublishReadyToRun=true --output artifacts/service --nologo --verbosity quiet -consoleLoggerParameters:NoSummary) >&2

exec dotnet "$root/artifacts/service/Session.Api.dll" "$@"
