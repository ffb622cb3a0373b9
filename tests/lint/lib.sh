# shellcheck shell=bash
# TAP for the lint tests: check NAME < lines that are wrong (none: ok).
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
tests=0
failures=0

check()
{
	local wrong

	wrong=$(head -n 50)
	tests=$((tests + 1))
	if [[ -z $wrong ]]; then
		printf 'ok %d - %s\n' "$tests" "$1"
	else
		failures=$((failures + 1))
		printf 'not ok %d - %s\n' "$tests" "$1"
		sed "s/^/#   /" <<<"$wrong"
	fi
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
