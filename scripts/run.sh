#!/usr/bin/env bash
# Builds the service and runs it; arguments go to the service.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/scripts/prerequisites.sh"

require_dotnet
# With a connection string the service runs no database of its own.
[[ -n ${ConnectionStrings__SessionDb:-} ]] || require_postgres

(cd "$root" && dotnet build src/Session.Api --configuration Release --nologo --verbosity quiet) >&2

# The settings files lie beside the program, wherever this is called from.
export ASPNETCORE_CONTENTROOT=${ASPNETCORE_CONTENTROOT:-$root/src/Session.Api/bin/Release/net10.0}
exec dotnet "$root/src/Session.Api/bin/Release/net10.0/Session.Api.dll" "$@"
