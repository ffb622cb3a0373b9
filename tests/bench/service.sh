# shellcheck shell=bash disable=SC2154 # shared variables
# A service of the benchmark's own, and the peers beside it.  Sourced by run and
# memory, which have said where $here is and what $processes are.

build=${AFFILIATED_BUILD:-$here/build}
[[ ! -e $here/config.status ]] || build=$here
command -v wrk >/dev/null || { echo "bench: there is no wrk" >&2; exit 1; }
# shellcheck source=tests/bench/peers/peers.sh
. "$here/tests/bench/peers/peers.sh"

# Seven ports in a row that nobody has: the last four are the peers'.
free_ports()
{
	local first i

	while :; do
		first=$((20000 + RANDOM % 9000))
		for ((i = 0; i < 7; i++)); do
			! (: <"/dev/tcp/127.0.0.1/$((first + i))") 2>/dev/null ||
				continue 2
		done
		echo "$first"
		return
	done
}

service_finish()
{
	peers_stop
	"$here/quickstart" stop >/dev/null 2>&1 || :
	rm -rf -- "$dir"
}

# service_start [STATE]: $dir is for what ends with it.  On a state that is
# there, its rows stay.
service_start()
{
	local missing program

	missing=$(peers_missing)
	[[ -z $missing ]] || { echo "bench: $missing" >&2; exit 1; }
	dir=$(mktemp -d /tmp/aff-bench-XXXXXX)
	chmod 755 "$dir"
	export AFFILIATED_STATE=${1:-$dir/state} AFFILIATED_RATE_LIMIT=off
	AFFILIATED_HTTP_PORT=$(free_ports)
	export AFFILIATED_HTTP_PORT
	export AFFILIATED_METRICS_PORT=$((AFFILIATED_HTTP_PORT + 1))
	export AFFILIATED_HTTPS_PORT=$((AFFILIATED_HTTP_PORT + 2))
	trap service_finish EXIT
	"$here/quickstart" start >"$dir/start.log" 2>&1 ||
		{ tail -n 20 "$dir/start.log" >&2; exit 1; }
	BENCH_SOCKET=$(tr '\0' '\n' <"/proc/$(<"$AFFILIATED_STATE/run/mariadbd.pid")/cmdline" |
		sed -n 's/^--socket=//p')
	BENCH_USER=affiliated
	BENCH_PASSWORD=$(<"$AFFILIATED_STATE/etc/db-password")
	export BENCH_SOCKET BENCH_USER BENCH_PASSWORD
	for program in bare peers/worker; do
		# shellcheck disable=SC2046 # flags
		"${CC:-cc}" -std=gnu11 -O2 -o "$dir/${program##*/}" \
			-I"$here/src" -I"$build/src" -I"$here/tests/bench" \
			"$here/tests/bench/$program.c" \
			"$here"/tests/bench/{work,order,stop,deletion,statements}.c \
			"$build/libaffiliated.a" $(pkg-config --cflags --libs \
			libmariadb json-c libjwt libsodium libcrypto) -lfcgi
	done
	node "$here/tests/bench/setup.js" world "$dir"
	# shellcheck source=/dev/null
	. "$dir/values"
	peers_start
	declare -gA base=([affiliated]=$url)
	base[worker]=https://localhost:$(peer_port 0)
	base[php]=https://localhost:$(peer_port 1)
	base[node]=https://localhost:$(peer_port 2)
	base[go]=https://localhost:$(peer_port 3)
	for program in affiliated worker php node go; do
		[[ $program == go && -n $(go_missing) ]] ||
			service_answers "$program"
	done
}

# It is there, and says what the program says.
service_answers()
{
	local got i

	for ((i = 0; i < 50; i++)); do
		got=$(curl -sk -H "Authorization: Bearer $token" \
			"${base[$1]}/api/v0/referrer-campaigns/$campaign" |
			jq -r .data.code 2>/dev/null) || :
		[[ $got != "$code" ]] || return 0
		sleep 0.1
	done
	echo "bench: $1 does not answer" >&2
	tail -n 5 "$dir"/*.log "$dir/fpm.out" \
		"$AFFILIATED_STATE/log/nginx-error.log" >&2
	exit 1
}

# proven: the books are right, whoever wrote them
proven()
{
	"$here/quickstart" verify >"$dir/out" 2>&1 ||
		{ echo "the ledger does not verify:"; tail -n 5 "$dir/out"
		  exit 1; }
}
