# shellcheck shell=bash disable=SC2034 # the variables are others' to read
# Where everything of one state stands.  Sourced; needs $here, the checkout.

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
die() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
umask 077

state=$(realpath -m -- "${AFFILIATED_STATE:-$here/var}")
# The ports of the last start, where the environment does not name others.
last_ports=(8443 8080 8081)
[[ ! -s $state/etc/ports ]] || read -ra last_ports <"$state/etc/ports"
https_port=${AFFILIATED_HTTPS_PORT:-${last_ports[0]}}
http_port=${AFFILIATED_HTTP_PORT:-${last_ports[1]}}
check_port()
{
	[[ $1 =~ ^[1-9][0-9]{0,4}$ && $1 -le 65535 ]] || die "not a port: $1"
}
check_port "$https_port"
check_port "$http_port"
metrics_port=${AFFILIATED_HTTP_PORT:+$((http_port + 1))}
metrics_port=${AFFILIATED_METRICS_PORT:-${metrics_port:-${last_ports[2]}}}
check_port "$metrics_port"
limits=${AFFILIATED_RATE_LIMIT:-on}
url=https://localhost:$https_port

# One build serves all states.
build=${AFFILIATED_BUILD:-$here/build}
test ! -e "$here/config.status" || build=$here
program=$build/affiliated
config=$state/etc/affiliated.conf
credentials=$state/credentials.env
me=$(id -un)

case $state in
/ | *[\"\'\;\#\&\|\\{}\$]* | *$'\n'*)
	die "the path of the state has a character that cannot be used: $state"
	;;
esac

# The path of a unix socket has 107 bytes at most: with a deep state, sockets
# go to a short directory, and run/sockets leads there.
socket_dir()
{
	local link=$state/run/sockets

	sockets=$state/run
	((${#sockets} > 80)) || return 0
	if ! [[ -L $link && -d $link && -O $link/. ]]; then
		rm -f -- "$link"
		ln -s -- "$(mktemp -d /tmp/affiliated-XXXXXXXX)" "$link"
	fi
	sockets=$(readlink -- "$link")
}

make_state()
{
	mkdir -p -- "$state"/{etc/nginx,etc/keys,run,log,tls,tmp}
	chmod 700 -- "$state"/{etc,run,log,tls,tmp}
	socket_dir
}

# sql [OPTIONS]: statements from standard input, as the server's administrator
sql()
{
	mariadb --no-defaults --socket="$sockets/mariadbd.sock" --user="$me" \
		--batch --skip-column-names "$@"
}
