# shellcheck shell=bash disable=SC2034,SC2154 # shared variables
# Debian packages that are missing.  No service of the system is started or
# enabled by it.  Sourced after settings.sh.

run_packages=(
	autoconf automake ca-certificates curl gcc jq libc6-dev
	libcurl4-openssl-dev libfcgi-dev libjson-c-dev libjwt-dev
	libmariadb-dev libqrencode-dev libsodium-dev libssl-dev make
	mariadb-client-core mariadb-server-core openssl pkgconf
)
check_packages=(
	chromium clang codespell faketime gcovr groff-base libclang-rt-dev
	libcmocka-dev mandoc mariadb-client shellcheck slowhttptest sslscan
	strace valgrind
)
# For tests/cluster; their services are the system's, and stay off.
cluster_packages=(
	galera-4 haproxy iproute2 mariadb-server rsync
)
# For tests/bench, as well.
bench_packages=(
	php8.2-cli php8.2-fpm php8.2-mysql wrk
)

as_root()
{
	if ((EUID == 0)); then
		"$@"
	else
		sudo "$@"
	fi
}

installed()
{
	[[ $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) == *" installed" ]]
}

# The policy that Debian's maintainer scripts ask before they start a service.
policy=/usr/sbin/policy-rc.d
forbid_services()
{
	if [[ -e $policy ]] && ! "$policy" nginx start >/dev/null 2>&1; then
		return	# services are forbidden already
	fi
	trap allow_services EXIT	# of the subshell
	[[ ! -e $policy ]] || as_root mv "$policy" "$policy.affiliated-saved"
	printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
	as_root chmod 755 "$policy"
}

allow_services()
{
	as_root rm -f "$policy"
	[[ ! -e $policy.affiliated-saved ]] ||
		as_root mv "$policy.affiliated-saved" "$policy"
}

# install_missing PACKAGE...
install_missing()
{
	local p missing=() new_nginx=

	if ! command -v dpkg-query >/dev/null; then
		say "This is no Debian: the packages are taken to be there."
		return
	fi
	for p in "$@"; do
		installed "$p" || missing+=("$p")
	done
	if ! command -v nginx >/dev/null; then
		missing+=(nginx-light)
		new_nginx=yes
	fi
	((${#missing[@]} > 0)) || return 0
	((EUID == 0)) || command -v sudo >/dev/null ||
		die "these packages are missing, and there is no sudo: ${missing[*]}"

	step "Installing ${missing[*]}"
	mkdir -p "$state/log"
	(
		forbid_services &&
		as_root apt-get update -q &&
		as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
			apt-get install -q -y --no-install-recommends \
			-o DPkg::Lock::Timeout=300 "${missing[@]}"
	) </dev/null >>"$state/log/packages.log" 2>&1 || {
		tail -n 20 "$state/log/packages.log" >&2
		die "apt-get failed; all of it is in $state/log/packages.log"
	}
	# Nor shall they start when the machine does.
	for p in ${new_nginx:+nginx} "${missing[@]}"; do
		case $p in
		mariadb-server) p=mariadb ;;
		nginx | haproxy | php8.2-fpm | rsync) ;;
		*) continue ;;
		esac
		as_root deb-systemd-helper disable "$p.service"
		as_root update-rc.d "$p" disable
	done >>"$state/log/packages.log" 2>&1 || :
}

# Node.js runs tests only; one that is there is taken as it is.
install_node()
{
	command -v node >/dev/null && command -v npm >/dev/null && return
	install_missing nodejs npm
}
