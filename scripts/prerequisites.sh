# What building and running the service needs; sourced by run.sh and test.sh.

postgres_oldest=15
postgres_by_hand="install the PostgreSQL $postgres_oldest (or later) server by hand: https://www.postgresql.org/download/"

fail() {
  echo "$*" >&2
  exit 1
}

has() { command -v "$1" >/dev/null; }

require_dotnet() {
  # In the repository's directory, because global.json says which SDKs will do.
  (cd "$root" && dotnet --version) >/dev/null 2>&1 ||
    fail "The .NET 10 SDK is not installed: install it by hand, https://dotnet.microsoft.com/download/dotnet/10.0"
}

# The service itself looks in the same places (PostgresBinaries.cs).
postgres_is_installed() {
  local directory directories version
  IFS=: read -ra directories <<<"$PATH"
  directories+=(
    /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* /usr/lib/postgresql*/bin
    /usr/local/opt/postgresql@*/bin /opt/homebrew/opt/postgresql@*/bin /usr/local/pgsql/bin
    "$(pg_config --bindir 2>/dev/null || true)"
  )
  for directory in "${directories[@]}"; do
    [[ -x $directory/initdb && -x $directory/pg_ctl && -x $directory/postgres ]] || continue
    version=$("$directory/postgres" --version 2>/dev/null) || continue
    [[ $version =~ \(PostgreSQL\)\ ([0-9]+) ]] && ((BASH_REMATCH[1] >= postgres_oldest)) && return
  done
  return 1
}

may_become_root() {
  ((EUID == 0)) || { has sudo && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; }
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# Debian's package makes and starts a cluster on port 5432 unless it is told not to; nobody asked for that one.
install_postgres_with_apt() {
  local settings=/etc/postgresql-common/createcluster.d
  local setting=$settings/session-service.conf
  as_root apt-get update
  as_root mkdir -p "$settings"
  echo 'create_main_cluster = false' | as_root tee "$setting" >/dev/null
  local status=0
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends postgresql || status=$?
  as_root rm -f "$setting"
  as_root rmdir "$settings" 2>/dev/null || true
  return "$status"
}

install_postgres() {
  if has apt-get; then install_postgres_with_apt
  elif has dnf; then as_root dnf install -y postgresql-server
  elif has yum; then as_root yum install -y postgresql-server
  elif has apk; then as_root apk add postgresql setpriv
  elif has pacman; then as_root pacman -Sy --noconfirm --needed postgresql
  elif has zypper; then as_root zypper --non-interactive install postgresql-server
  elif has brew; then brew install postgresql@17
  else fail "PostgreSQL is not installed, and no package manager known here is: $postgres_by_hand"
  fi
}

require_postgres() {
  postgres_is_installed && return
  has brew || may_become_root || fail "PostgreSQL is not installed: run this as root or with sudo, or $postgres_by_hand"
  echo "PostgreSQL $postgres_oldest or later is not installed: installing it from the system's packages." >&2
  install_postgres >&2 || fail "PostgreSQL could not be installed: $postgres_by_hand"
  postgres_is_installed || fail "The system's packages have no PostgreSQL $postgres_oldest: $postgres_by_hand"
}
