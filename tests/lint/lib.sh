# shellcheck shell=bash
# TAP for the lint tests.  Sourced.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
tests=0
failures=0

# check NAME COMMAND...: the command prints what is wrong, or nothing
check()
{
	local name=$1 wrong line

	shift
	wrong=$("$@" 2>&1 | head -n 60) || :
	tests=$((tests + 1))
	if [[ -z $wrong ]]; then
		printf 'ok %d - %s\n' "$tests" "$name"
		return
	fi
	failures=$((failures + 1))
	printf 'not ok %d - %s\n' "$tests" "$name"
	while IFS= read -r line; do
		printf '#   %s\n' "$line"
	done <<<"$wrong"
}

skip()
{
	tests=$((tests + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tests" "$1" "$2"
}

# Sources of ours: not what is made or fetched.
sources()
{
	find "$@" -type f -not -path '*/node_modules/*' -not -path '*/.*' \
		-not -name package-lock.json | sort
}

# C sources, without those that the build makes.
c_sources()
{
	sources src tests -name '*.[ch]' -not -name 'queries.[ch]' \
		-not -name schema_version.c
}

finish()
{
	printf '1..%d\n' "$tests"
	((failures == 0))
}
