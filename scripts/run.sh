#!/usr/bin/env bash
# Builds the service and the gateway and runs both; arguments go to the service.
#   --no-gateway         leaves the gateway out
#   GATEWAY_URLS=http…   where the gateway listens, in place of http://localhost:8000
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/scripts/prerequisites.sh"

with_gateway=yes
arguments=()
for argument in "$@"; do
  if [[ $argument == --no-gateway ]]; then with_gateway=; else arguments+=("$argument"); fi
done
set -- ${arguments[@]+"${arguments[@]}"}

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
  reachable "$urls"
}

# The first of some addresses to listen at, as one to connect to: an address to listen at everywhere is none.
reachable() {
  local address=${1%%;*}
  sed -E 's#//(\*|\+|0\.0\.0\.0|\[::\])#//localhost#' <<<"${address%/}"
}

# Where the embedded database keeps its files (EmbeddedPostgresOptions.cs), or whose database it is.
data_place() {
  [[ -z ${ConnectionStrings__SessionDb:-} ]] || { echo "the database that ConnectionStrings__SessionDb names" && return; }
  local directory=${EmbeddedPostgres__DataDirectory:-}
  while (($#)); do
    case $1 in
      --EmbeddedPostgres:DataDirectory) directory=${2:-} ;;
      --EmbeddedPostgres:DataDirectory=*) directory=${1#*=} ;;
    esac
    shift
  done
  if [[ -n $directory ]]; then echo "$directory"
  elif ((EUID == 0)); then echo /var/lib/session-service/postgres
  elif [[ $OSTYPE == darwin* ]]; then echo "$HOME/Library/Application Support/session-service/postgres"
  else echo "${XDG_DATA_HOME:-$HOME/.local/share}/session-service/postgres"
  fi
}

# A host listens when it is ready: its start has ended then.
listens() {
  local authority=${1#*://}
  authority=${authority%%/*}
  local port=${authority##*:}
  (exec 3<>"/dev/tcp/${authority%:*}/$port") 2>/dev/null
}

# Says, once all hosts listen, what a person needs to know. Goes on beside them, and gives up when they end.
announce() {
  local service=$1 gateway=$2 data=$3 host
  # Whoever listens already is another: the service will say so.
  ! listens "$service" || return 0
  for host in $service $gateway; do
    until listens "$host"; do
      sleep 0.2
      kill -0 $$ 2>/dev/null || return 0
    done
  done
  {
    echo "The Session Service is running."
    echo "  API      $service/api/v1"
    [[ -z $gateway ]] || echo "  Gateway  $gateway/api/v1"
    echo "  Swagger  $service/swagger"
    echo "  Data     $data"
    echo "  Stop     Ctrl+C, or kill -TERM $$"
  } >&2
}

address=$(service_address "$@")
gateway_urls=${GATEWAY_URLS:-http://localhost:8000}
gateway_address=$(reachable "$gateway_urls")

echo "Building. The first time takes a few minutes." >&2
publish_fast Session.Api service
if [[ -z $with_gateway ]]; then
  announce "$address" "" "$(data_place "$@")" &
  exec dotnet "$root/artifacts/service/Session.Api.dll" "$@"
fi
publish_fast Session.Gateway gateway

told_to_stop=
service=
gateway=
announcer=
stop() { kill -TERM $service $gateway $announcer 2>/dev/null || true; }
trap 'told_to_stop=yes; stop' INT TERM

# The gateway first: when it cannot start, nothing else has started. What it would log of its own start and of the service's health is
# said below.
gateway_is_taken=
! listens "$gateway_address" || gateway_is_taken=yes
env ReverseProxy__Clusters__sessions__Destinations__sessions__Address="$address" \
  Logging__LogLevel__Microsoft.Hosting.Lifetime=Warning \
  Logging__LogLevel__Yarp.ReverseProxy.Health.DestinationHealthUpdater=Error \
  dotnet "$root/artifacts/gateway/Session.Gateway.dll" --urls "$gateway_urls" &
gateway=$!
for ((i = 0; i < 100; i++)); do
  kill -0 "$gateway" 2>/dev/null || break
  [[ -n $gateway_is_taken ]] || ! listens "$gateway_address" || break
  sleep 0.1
done
if ! kill -0 "$gateway" 2>/dev/null; then
  status=0
  wait "$gateway" || status=$?
  [[ -n $told_to_stop ]] || echo "Nothing runs. The gateway elsewhere: GATEWAY_URLS=http://localhost:…; without it: --no-gateway." >&2
  exit "$status"
fi

dotnet "$root/artifacts/service/Session.Api.dll" "$@" &
service=$!
announce "$address" "$gateway_address" "$(data_place "$@")" &
announcer=$!
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
