#!/usr/bin/env bash
# Checks the OpenAPI document as its users do: lints it, generates clients from it with four generators, compiles them, and has
# conversations with a running service through them. The packages for TypeScript and OpenAI's SDKs have some too, also through the
# gateway. What it generates is ignored by git.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/scripts/prerequisites.sh"

clients=$root/clients
work=$(mktemp -d)
servers=()
stop() {
  for server in "${servers[@]}"; do
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap stop EXIT

not_checked() {
  echo "WARNING: the OpenAPI document was NOT linted, clients were NOT generated, and the tests with OpenAI's SDKs are skipped: $1" >&2
  exit 0
}

# Says nothing where all is well.
quietly() {
  "$@" >"$work/output" 2>&1 || {
    cat "$work/output" >&2
    fail "This has failed: $*"
  }
}

node_will_do() { has npm && has node && node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; }

install_node() {
  if has apt-get; then as_root apt-get update && as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends nodejs npm
  elif has dnf; then as_root dnf install -y nodejs npm
  elif has yum; then as_root yum install -y nodejs npm
  elif has apk; then as_root apk add nodejs npm
  elif has pacman; then as_root pacman -Sy --noconfirm --needed nodejs npm
  elif has zypper; then as_root zypper --non-interactive install nodejs npm
  elif has brew; then brew install node
  else return 1
  fi
}

require_dotnet
require_postgres
if ! node_will_do; then
  if has brew || may_become_root; then install_node >&2 || true; fi
  node_will_do || not_checked "Node.js 20.19 or later is not installed, and the system's packages have none."
fi

# Packages come from a registry, or from a cache. Only the network may fail here, and a version that the lock file does not allow.
install_packages() {
  (cd "$clients" && npm ci --no-progress --loglevel error --prefer-offline --fetch-retries 1) && (cd "$root" && dotnet tool restore) &&
    dotnet restore "$clients/csharp" --verbosity quiet
}
if ! install_packages >"$work/output" 2>&1; then
  cat "$work/output" >&2
  grep -qE 'EBADENGINE|EUSAGE|NU1004' "$work/output" && fail "The packages of the clients cannot be installed: see above."
  not_checked "the packages could not be installed, see above."
fi

quietly dotnet build "$root/src/Session.Api" --nologo --verbosity quiet
quietly dotnet build "$root/src/Session.Gateway" --nologo --verbosity quiet
free_address() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(`http://127.0.0.1:${s.address().port}`); s.close(); })'
}
address=$(free_address)
gateway=$(free_address)
# The service runs PostgreSQL as another user where it runs as root. A database that the environment names is not for tests.
chmod 755 "$work"
unset ConnectionStrings__SessionDb
# The builds take the processors: a database that is slow meanwhile is not lost.
EmbeddedPostgres__DataDirectory=$work/data Pulse__Patience=00:00:10 dotnet "$root/src/Session.Api/bin/Debug/net10.0/Session.Api.dll" --urls "$address" \
  >"$work/service.log" 2>&1 &
service=$!
servers+=("$service")
ReverseProxy__Clusters__sessions__Destinations__sessions__Address=$address \
  dotnet "$root/src/Session.Gateway/bin/Debug/net10.0/Session.Gateway.dll" --urls "$gateway" >"$work/gateway.log" 2>&1 &
servers+=($!)

# Every step has its own program, but for the document itself.
get() {
  node -e 'fetch(process.argv[1]).then(async (r) => { process.stdout.write(await r.text()); process.exitCode = r.ok ? 0 : 1; }, () => { process.exitCode = 1; })' "$1"
}
for ((attempt = 0; ; attempt++)); do
  get "$address/health/ready" >/dev/null 2>&1 && break
  if ((attempt == 120)) || ! kill -0 "$service" 2>/dev/null; then
    cat "$work/service.log" >&2
    fail "The service has not started."
  fi
  sleep 0.5
done
document=$work/openapi.json
get "$address/swagger/v1/swagger.json" >"$document"

cd "$clients"
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
quietly npm run --silent --workspace lint spectral -- "$document"
quietly npm run --silent --workspace lint redocly -- "$document"
# A warning is a fault too; redocly ends with 0 all the same.
if grep -qE 'You have [0-9]+ warning' "$work/output"; then
  cat "$work/output" >&2
  fail "Redocly warns about the OpenAPI document: see above."
fi

rm -rf typescript/generated typescript/src/generated csharp/generated
OPENAPI_DOCUMENT=$document quietly npm run --silent --workspace typescript generate
for workspace in typescript openai agents; do
  quietly npm run --silent --workspace "$workspace" build
done
for ((attempt = 0; ; attempt++)); do
  get "$gateway/health/ready" >/dev/null 2>&1 && break
  if ((attempt == 120)); then
    cat "$work/gateway.log" >&2
    fail "The gateway has not started."
  fi
  sleep 0.5
done
for target in "$address" "$gateway"; do
  for workspace in typescript openai agents; do
    SESSION_SERVICE=$target quietly npm run --silent --workspace "$workspace" start
  done
done

mkdir csharp/generated
cd "$root"
quietly dotnet nswag openapi2csclient "/input:$document" /output:clients/csharp/generated/NSwag.cs /namespace:SessionClients.NSwag \
  /className:SessionClient /generateOptionalParameters:true /jsonLibrary:SystemTextJson /jsonLibraryVersion:10
KIOTA_OFFLINE_ENABLED=true quietly dotnet kiota generate --language CSharp --openapi "$document" --output clients/csharp/generated/kiota \
  --class-name SessionClient --namespace-name SessionClients.Kiota
quietly dotnet build "$clients/csharp" --no-restore --nologo --verbosity quiet
dotnet run --no-build --project "$clients/csharp" -- "$address"

# Compiled to machine code, the client still works. That needs a linker, and a package of the SDK's version that is not locked.
linker=clang
if ! has clang && ! has gcc && has apt-get && may_become_root; then
  { as_root apt-get update && as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends clang zlib1g-dev; } >&2 || true
fi
has clang || linker=gcc
if ! has "$linker"; then
  echo "WARNING: the client compiled to machine code is skipped: neither clang nor gcc is installed." >&2
elif dotnet publish "$root/tests/Session.Client.Aot" -p:Aot=true -p:CppCompilerAndLinker=$linker --output "$work/aot" --nologo \
  --verbosity quiet >"$work/output" 2>&1; then
  "$work/aot/Session.Client.Aot" "$address"
elif grep -qE 'error NU1(101|102|301)' "$work/output"; then
  echo "WARNING: the client compiled to machine code is skipped: the compiler's package could not be installed." >&2
else
  cat "$work/output" >&2
  fail "The client cannot be compiled to machine code: see above."
fi
echo "The OpenAPI document is without fault, and the clients of four generators, the packages for TypeScript and OpenAI's SDKs work."
