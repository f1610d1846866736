# The set-up that ./run and ./test share: one function a step, sourced from the top of the checkout.
#
# A step that finds its work done returns at once. What it runs is logged to build/setup-logs/.
# It returns 0, `no_answer` when a package registry did not answer, or 1; the caller decides what
# that means. Nothing outside build/, web/node_modules and web/dist is written, but for Debian
# packages that are missing.

readonly no_answer=10

# How the registries' clients say that nobody answered. A package whose bytes are not the pinned
# ones is a failure even if the network hiccuped before.
readonly no_answer_words='ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH'\
'|npm (error|ERR!) code E5[0-9][0-9]|connection broken by|Network is unreachable|no such host'\
'|Temporary failure (in name resolution|resolving)|Could not (resolve|connect)|Unable to connect'\
'|Connection (refused|timed out|failed)|i/o timeout|50[0-9] +(Service|Bad Gateway|Gateway)'
readonly wrong_bytes_words='EINTEGRITY|DO NOT MATCH THE HASHES|Hash Sum mismatch'\
'|checksum mismatch|SECURITY ERROR'

say() { printf '%s\n' "$*"; }
# The hash of a file; nothing and a failure where there is none (the callers set pipefail).
hash_of() { sha256sum "$1" | cut -c1-64; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# attempt NAME COMMAND…: runs it with its output in a log, and tells no answer from a failure.
attempt() {
  local name=$1 log=build/setup-logs/$1.log
  shift
  mkdir -p build/setup-logs
  "$@" >"$log" 2>&1 && return 0
  if ! grep -qE "$wrong_bytes_words" "$log" && grep -qE "$no_answer_words" "$log"; then
    return $no_answer
  fi
  say "set-up: $name failed; the end of $log:"
  tail -n 25 "$log"
  return 1
}

# One set-up at a time in one checkout: ./run and ./test share build/.
lock_setup() {
  mkdir -p build
  exec 9>build/setup.lock
  flock -n 9 || { say "set-up: waiting for another ./run or ./test in this checkout"; flock 9; }
}
unlock_setup() { exec 9>&-; }

apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "$@"; }

apt_install() {
  apt_get install -y --no-install-recommends "$@" && return 0
  # Package lists that are absent or old: fetch them once, then try again.
  apt_get -o APT::Update::Error-Mode=any update && apt_get install -y --no-install-recommends "$@"
}

# debian_packages run|test: installs what packages.apt lists for it and this machine lacks.
debian_packages() {
  local wanted missing
  wanted=$(sed 's/#.*//' packages.apt |
    awk -v whose="$1" 'NF == 1 || (NF == 2 && $2 == whose) {print $1}')
  missing=$(comm -23 <(sort -u <<<"$wanted") <(
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
      awk '$1 == "installed" {print $2}' | sort -u))
  [ -z "$missing" ] && return 0
  say "set-up: Debian packages:" $missing
  attempt debian-packages apt_install $missing
}

# Node 20.19 or newer and an npm that runs under it: the machine's, else build/node.
node_serves() {
  command -v npm >/dev/null && node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1);' 2>/dev/null
}

own_node() { PATH=$PWD/build/node/node_modules/.bin:$PATH && export PATH; }

prepare_node() {
  node_serves && return 0
  own_node
  node_serves && return 0
  say "set-up: Node 20 from npm (this machine has none that is new enough)"
  if ! command -v npm >/dev/null; then
    attempt debian-npm apt_install npm || return
  fi
  mkdir -p build/node
  cp setup/node/package.json setup/node/package-lock.json setup/node/.npmrc build/node/
  attempt node npm ci --prefix build/node --ignore-scripts || return
  hash -r  # the shell remembers the old Node, which it ran by that name a moment ago
  node_serves && return 0
  say "set-up: build/node holds no Node that runs here (it is for x86-64)"
  return 1
}

# A hash over the names and bytes of everything that the dashboard is made from.
web_inputs() {
  {
    node --version
    find web sdk/typescript/src -type d \( -name node_modules -o -name dist \) -prune -o \
      -type f -print0 |
      LC_ALL=C sort -z | xargs -0 sha256sum
  } | sha256sum | cut -c1-64
}

# npm_packages FOLDER: what its lock file names, and nothing runs while it is installed.
npm_packages() {
  prepare_node || return
  local packages
  packages=$(hash_of "$1/package-lock.json") || return
  [ "$(cat "$1/node_modules/.installed" 2>/dev/null)" = "$packages" ] && return 0
  say "set-up: npm packages of $1"
  attempt "npm-${1//\//-}" npm ci --prefix "$1" --ignore-scripts || return
  echo "$packages" >"$1/node_modules/.installed"
}

# The dashboard's bundle in web/dist, which the C++ build embeds.
dashboard() {
  npm_packages web || return
  local inputs
  inputs=$(web_inputs)
  if [ ! -d web/dist ] || [ "$(cat build/web.built 2>/dev/null)" != "$inputs" ]; then
    say "set-up: building the dashboard"
    attempt dashboard npm --prefix web run build || return
    echo "$inputs" >build/web.built
  fi
}

# Debian's nginx, for the test of packaging/nginx: this machine's, else unpacked in build/nginx. It
# is not installed, for its package starts a web server.
nginx_program() {
  command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || [ -x build/nginx/usr/sbin/nginx ] &&
    return 0
  say "set-up: nginx in build/nginx"
  attempt nginx unpack_nginx
}

unpack_nginx() (
  rm -rf build/nginx && mkdir -p build/nginx && cd build/nginx || return
  # Package lists that are absent or old: fetch them once, then try again.
  apt-get -q download nginx ||
    { apt_get -o APT::Update::Error-Mode=any update && apt-get -q download nginx; } || return
  dpkg-deb --extract nginx_*.deb .
)

# build_preset PRESET [TARGET…]: configures and builds, two jobs at most (CMakePresets.json).
build_preset() {
  local preset=$1
  shift
  say "set-up: building the $preset preset (the first time takes minutes)"
  attempt "configure-$preset" cmake --preset "$preset" || return
  attempt "build-$preset" cmake --build --preset "$preset" ${1:+--target "$@"}
}

# Python packages, pinned with hashes, in build/venv.
python_packages() {
  local list=tests/conformance/python/requirements.txt stamp
  stamp=$(hash_of "$list") || return
  if [ "$(cat build/venv/.installed 2>/dev/null)" != "$stamp" ]; then
    say "set-up: Python packages in build/venv"
    rm -rf build/venv
    attempt python-venv /usr/bin/python3 -m venv build/venv || return
    attempt python-packages build/venv/bin/pip install --no-compile --disable-pip-version-check \
      --retries 2 --require-hashes -r "$list" || return
    echo "$stamp" >build/venv/.installed
  fi
}

# The frameworks whose adapters are tested, pinned with hashes, in build/frameworks. One of
# them comes as source: see tests/adapters/python/claude.txt. What builds it is pinned beside it.
framework_packages() {
  local lists=tests/adapters/python stamp
  stamp=$(hash_of "$lists/requirements.txt")$(hash_of "$lists/claude.txt") || return
  if [ "$(cat build/frameworks/.installed 2>/dev/null)" != "$stamp" ]; then
    say "set-up: frameworks of agents in build/frameworks"
    rm -rf build/frameworks
    attempt frameworks-venv /usr/bin/python3 -m venv build/frameworks || return
    attempt frameworks build/frameworks/bin/pip install --no-compile --disable-pip-version-check \
      --retries 2 --require-hashes -r "$lists/requirements.txt" || return
    attempt frameworks-source build/frameworks/bin/pip install --no-compile \
      --disable-pip-version-check --retries 2 --require-hashes --no-deps \
      --no-build-isolation --no-binary claude-agent-sdk -r "$lists/claude.txt" || return
    echo "$stamp" >build/frameworks/.installed
  fi
}

# Go and the modules of the conformance tests.
go_modules() {
  [ -d /usr/local/go/bin ] && PATH=$PATH:/usr/local/go/bin
  export PATH GOFLAGS=-mod=readonly GOTOOLCHAIN=local
  if ! command -v go >/dev/null; then
    say "set-up: Debian's Go"
    attempt debian-go apt_install golang-go || return
  fi
  attempt go-modules env -C tests/conformance/sumdb go mod download
}
