# shellcheck shell=bash disable=SC2154 # shared variables
# Starts what the program is held against, behind its own nginx.  Sourced by
# run, when the service is up and $dir/values are read.

peers=$here/tests/bench/peers
go_path=/usr/share/gocode	# where Debian's packages put libraries
peer_pids=()

# Why there are no peers, or nothing.
peers_missing()
{
	command -v php-fpm8.2 >/dev/null ||
		echo "php8.2-fpm and php8.2-mysql are not installed"
	[[ -d $here/tests/node_modules/fastify ]] ||
		echo "fastify and mysql2 are missing: npm ci in tests"
}

# Why there is no peer in Go, or nothing: it may be absent.
go_missing()
{
	local package

	command -v go >/dev/null || { echo "golang-go is not installed"; return; }
	for package in go-sql-driver/mysql golang-jwt/jwt; do
		[[ -d $go_path/src/github.com/$package ]] ||
			echo "$package is not in $go_path"
	done
}

# peer NAME PORT: a port that leads to it
peer_port() { echo "$((AFFILIATED_HTTPS_PORT + 1 + $1))"; }

peers_nginx()
{
	local etc=$AFFILIATED_STATE/etc/nginx

	# what the service's own server says of TLS, headers and its log
	sed -n '/^# --- https ---/,/include.*headers.conf/p' \
		"$etc/affiliated.conf" |
		grep -E 'access_log|ssl_|tls.conf|headers.conf' >"$dir/common"
	sed 's/^\(fastcgi_keep_conn\) on/\1 off/' "$here/nginx/fastcgi.conf" \
		>"$dir/fastcgi-php.conf"
	sed -e "s|@DIR@|$dir|g" -e "s|@PEERS@|$peers|g" \
	    -e "s|@NGINX_DIR@|$here/nginx|g" \
	    -e "s|@WORKER_PORT@|$(peer_port 0)|" \
	    -e "s|@PHP_PORT@|$(peer_port 1)|" \
	    -e "s|@NODE_PORT@|$(peer_port 2)|" \
	    -e "s|@GO_PORT@|$(peer_port 3)|" \
	    -e "/@COMMON@/{r $dir/common
d}" "$peers/nginx.conf.in" >"$etc/peers.conf"
	echo "include \"$etc/peers.conf\";" >>"$etc/affiliated.conf"
	kill -HUP "$(<"$AFFILIATED_STATE/run/nginx.pid")"
}

go_start()
{
	[[ -z $(go_missing) ]] || return 0
	(cd -- "$peers/go" && GOPATH=$go_path GO111MODULE=off \
		GOCACHE=$dir/go-cache go build -o "$dir/go-peer" .)
	BENCH_STATEMENTS=$dir/statements.json "$dir/go-peer" "$dir/go.sock" \
		16 2>"$dir/go.log" &
	peer_pids+=($!)
}

peers_start()
{
	local root=()

	export BENCH_JWT_KEY=$jwt_key BENCH_CALLBACK_KEY=$callback_key
	export BENCH_ORGANIZATION=$organization
	"$dir/bare" statements >"$dir/statements.json"
	BENCH_STATEMENTS=$dir/statements.json node "$peers/server.js" \
		"$dir/node.sock" "$(nproc)" 8 >"$dir/node.log" 2>&1 &
	peer_pids+=($!)
	# shellcheck disable=SC2016 # its own variables
	php8.2 -r 'echo "<?php return ", var_export(json_decode(
		file_get_contents($argv[1]), true), true), ";";' \
		"$dir/statements.json" >"$dir/statements.php"
	sed -e "s|@DIR@|$dir|g" -e "s|@WORKERS@|16|" \
	    -e "s|@USER@|user = $(id -un)|" "$peers/fpm.conf.in" \
	    >"$dir/fpm.conf"
	((EUID)) || root=(-R)
	BENCH_STATEMENTS=$dir/statements.php php-fpm8.2 "${root[@]}" \
		-y "$dir/fpm.conf" >"$dir/fpm.out" 2>&1 &
	echo "$!" >"$dir/fpm.pid"
	peer_pids+=($!)
	"$dir/worker" "$dir/worker.sock" "$processes" 2>"$dir/worker.log" &
	peer_pids+=($!)
	go_start
	peers_nginx
}

peers_stop()
{
	((${#peer_pids[@]} == 0)) || kill "${peer_pids[@]}" 2>/dev/null || :
}
