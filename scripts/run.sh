#!/usr/bin/env bash
# Builds the service and the gateway and runs both; arguments go to the service.
#   --no-gateway         leaves the gateway out
#   GATEWAY_URLS=http…   where the gateway listens, in place of http://localhost:8000
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/scripts/prerequisites.sh"

with_gateway=yes
if [[ ${1:-} == --no-gateway ]]; then
  with_gateway=
  shift
fi

require_dotnet
# With a connection string the service runs no database of its own.
[[ -n ${ConnectionStrings__SessionDb:-} ]] || require_postgres

publish() {
  local project=$1 output=$2
  shift 2
  dotnet publish "$root/src/$project" --configuration Release --output "$root/artifacts/$output" \
    --nologo --verbosity quiet -consoleLoggerParameters:NoSummary "$@" >&2
}

# Compiled ahead of time the service starts in two thirds of the time. The compiler is a package which not every feed has, for this
# system only: it stands in no lock file.
ahead_of_time=(--use-current-runtime --no-self-contained -p:PublishReadyToRun=true -p:NuGetLockFilePath=obj/ahead-of-time.lock.json)
publish_fast() {
  if ! publish "$@" "${ahead_of_time[@]}" 2>/dev/null; then
    echo "$1 cannot be compiled ahead of time here: it will start a little slower." >&2
    publish "$@"
  fi
}

# Where the gateway finds the service: at the first address that it is told to listen at.
service_address() {
  local urls=${ASPNETCORE_URLS:-http://localhost:8205}
  while (($#)); do
    case $1 in
      --urls) urls=${2:-} ;;
      --urls=*) urls=${1#--urls=} ;;
    esac
    shift
  done
  urls=${urls%%;*}
  # An address to listen at everywhere is none to connect to.
  sed -E 's#//(\*|\+|0\.0\.0\.0|\[::\])#//localhost#' <<<"$urls"
}

publish_fast Session.Api service
[[ -n $with_gateway ]] || exec dotnet "$root/artifacts/service/Session.Api.dll" "$@"
publish_fast Session.Gateway gateway

told_to_stop=
service=
gateway=
stop() { kill -TERM $service $gateway 2>/dev/null || true; }
trap 'told_to_stop=yes; stop' INT TERM

dotnet "$root/artifacts/service/Session.Api.dll" "$@" &
service=$!
ReverseProxy__Clusters__sessions__Destinations__sessions__Address=$(service_address "$@") \
  dotnet "$root/artifacts/gateway/Session.Gateway.dll" --urls "${GATEWAY_URLS:-http://localhost:8000}" &
gateway=$!
[[ -z $told_to_stop ]] || stop

# Neither runs without the other: the first to end ends both, and its exit code is the script's.
status=0
wait -n "$service" "$gateway" || status=$?
if [[ -n $told_to_stop ]]; then
  status=0
  wait "$service" || status=$?
elif kill -0 "$service" 2>/dev/null; then
  echo "The gateway has ended, and the service with it. Elsewhere: GATEWAY_URLS=http://localhost:…; without it: --no-gateway." >&2
fi
stop
wait
exit "$status"
