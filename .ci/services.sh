# Sourced by .ci/run and .ci/full in the checkout. Installs missing packages on a Debian with npm and Node 20, as root or
# with sudo, and starts a PostgreSQL that is stopped when the script exits. Exports the settings that the tests need.

export CI=true DEBIAN_FRONTEND=noninteractive
# Settings in the environment of the shell must not affect the tests.
unset DATABASE_URL REDIS_URL TEST_REDIS_URL CHROMIUM_PATH

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)

postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

missing=()
command -v redis-server >/dev/null || missing+=(redis-server)
[ -x "$(postgres_bin)/initdb" ] || missing+=(postgresql)
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
command -v chromium >/dev/null || missing+=(chromium)
# Chromium without its own windows: pages open faster. `.ci/full` runs the same tests in Chromium.
command -v chromium-headless-shell >/dev/null || missing+=(chromium-headless-shell)
# Browser tests measure text, which needs a font. These fonts include Greek and Cyrillic.
[ -n "$(fc-list 2>/dev/null)" ] || missing+=(fonts-noto-core)
if [ "${#missing[@]}" -gt 0 ]; then
  "${as_root[@]}" apt-get update
  "${as_root[@]}" apt-get install --yes --no-install-recommends "${missing[@]}"
fi

# PostgreSQL refuses to run as root. Its files are outside the checkout, which its user may not be able to access.
as_owner=()
[ "$(id -u)" -ne 0 ] || as_owner=(runuser --user postgres --)
cluster=$(cd /tmp && "${as_owner[@]}" mktemp --directory /tmp/parvis-ci-XXXXXX)
port=$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')

stop_cluster() {
  local pid
  pid=$(head -n 1 "$cluster/data/postmaster.pid" 2>/dev/null) || pid=
  if [ -n "$pid" ]; then
    kill -INT "$pid" 2>/dev/null || true
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  fi
  rm -rf "$cluster"
}
trap stop_cluster EXIT
trap 'exit 130' INT TERM

(
  cd "$cluster"
  "${as_owner[@]}" "$(postgres_bin)/initdb" --pgdata="$cluster/data" --username=postgres --auth=trust \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$cluster.log"
  "${as_owner[@]}" "$(postgres_bin)/pg_ctl" start --wait --pgdata="$cluster/data" --log="$cluster/log" --options="\
    -p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 \
    -c fsync=off -c full_page_writes=off -c synchronous_commit=off" >>"$cluster.log"
) || { cat "$cluster.log" "$cluster/log" >&2; exit 1; }
rm -f "$cluster.log"
export TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
export PARVIS_REQUIRE=postgres,redis,chromium,registry,cluster
