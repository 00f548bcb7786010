#!/usr/bin/env bash
# Asks the package feeds whether any package, of ours or of theirs, is known to be vulnerable; fails where one is. (The licences and the
# bill of materials are written by the tests, see SupplyChainTests.)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

canary=$(mktemp -d)
trap 'rm -rf "$canary"' EXIT

vulnerable_in() { (cd "$1" && dotnet list package --vulnerable --include-transitive --format json 2>&1); }

not_looked_for() {
  echo "WARNING: vulnerable packages were NOT looked for: $1" >&2
  exit 0
}

cd "$root"
dotnet restore --verbosity quiet
# Whatever goes wrong with a feed must not look like a finding, nor like none.
report=$(vulnerable_in "$root") || not_looked_for "the feeds could not be asked."
if grep -q '"vulnerabilities"' <<<"$report"; then
  echo "$report" >&2
  echo "There are packages with known vulnerabilities: see above." >&2
  exit 1
fi

# Some feeds hold packages and no word on vulnerabilities, which looks as if there were none: so they are asked about one that has had
# an advisory for years (GHSA-5crp-9r3c-p9vr).
cat >"$canary/canary.csproj" <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Newtonsoft.Json" Version="12.0.3" />
  </ItemGroup>
</Project>
PROJECT
if ! dotnet restore "$canary" --verbosity quiet >/dev/null 2>&1 || ! report=$(vulnerable_in "$canary") || ! grep -q '"vulnerabilities"' <<<"$report"; then
  not_looked_for "the feeds know of none at all."
fi
echo "No package is known to be vulnerable."
