# shellcheck shell=bash disable=SC2034,SC2154 # shared variables
# What a state needs before it can run: the program, secrets, a certificate,
# configuration, a database.  Each step does what is not done yet.  Sourced
# after processes.sh.

# logged FILE COMMAND...: shows the end of its output where it fails
logged()
{
	local log=$state/log/$1

	shift
	if ! "$@" >>"$log" 2>&1 9>&-; then
		tail -n 30 -- "$log" >&2
		die "failed: $*; all of it is in $log"
	fi
}

build_program()
{
	mkdir -p -- "$build"
	(
		umask 022
		exec 8>>"$build/.quickstart.lock"
		flock 8
		if [[ ! -x $here/configure ||
		    $here/configure.ac -nt $here/configure ]]; then
			step "autoreconf"
			cd -- "$here" || exit
			logged build.log autoreconf -i
		fi
		cd -- "$build" || exit
		if [[ ! -e config.status ]]; then
			step "configure (in $build)"
			logged build.log "$here/configure" --quiet
		fi
		step "make"
		logged build.log make -s -j"$(nproc)"
	)
	[[ -x $program ]] || die "there is no $program"
}

# made FILE COMMAND...: FILE from the command's output, once
made()
{
	local file=$1

	shift
	[[ ! -s $file ]] || return 0
	"$@" >"$file.new"
	mv -- "$file.new" "$file"
}

base64url()
{
	openssl rand "$1" | openssl base64 -A | tr '+/' '-_' | tr -d '='
}

make_secrets()
{
	local etc=$state/etc

	made "$etc/secret" openssl rand -hex 32
	made "$etc/keys/main.hs256" base64url 32
	made "$etc/db-password" openssl rand -hex 16
	made "$etc/db-migrate-password" openssl rand -hex 16
	made "$etc/admin-password" base64url 12
	made "$etc/demo-password" base64url 12
}

make_ca()
{
	local tls=$state/tls

	[[ ! -s $tls/ca.pem ]] || return 0
	step "A certificate authority for this machine"
	cat >"$tls/ca.conf" <<-'END'
		[req]
		prompt = no
		distinguished_name = name
		x509_extensions = authority
		[name]
		CN = affiliated local CA
		[authority]
		basicConstraints = critical, CA:TRUE, pathlen:0
		keyUsage = critical, keyCertSign, cRLSign
		subjectKeyIdentifier = hash
		nameConstraints = critical, @permitted
		[permitted]
		permitted;DNS.1 = localhost
		permitted;IP.1 = 127.0.0.1/255.255.255.255
		permitted;IP.2 = ::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
	END
	openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
		-nodes -days 3650 -config "$tls/ca.conf" \
		-keyout "$tls/ca.key" -out "$tls/ca.pem.new" 2>"$tls/openssl.log"
	mv -- "$tls/ca.pem.new" "$tls/ca.pem"
	chmod 644 "$tls/ca.pem"
}

# A server's certificate, made anew a month before it ends.
make_certificate()
{
	local tls=$state/tls

	make_ca
	if [[ -s $tls/server.pem ]] && openssl x509 -noout -checkend 2592000 \
	    -in "$tls/server.pem" >/dev/null; then
		return
	fi
	cat >"$tls/server.conf" <<-'END'
		basicConstraints = critical, CA:FALSE
		keyUsage = critical, digitalSignature
		extendedKeyUsage = serverAuth
		subjectKeyIdentifier = hash
		authorityKeyIdentifier = keyid
		subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
	END
	{
		openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
			-nodes -subj /CN=localhost \
			-keyout "$tls/server.key" -out "$tls/server.csr" &&
		openssl x509 -req -in "$tls/server.csr" -days 397 \
			-CA "$tls/ca.pem" -CAkey "$tls/ca.key" \
			-set_serial "0x$(openssl rand -hex 16)" \
			-extfile "$tls/server.conf" -out "$tls/server.pem.new"
	} 2>>"$tls/openssl.log" || die "openssl failed: see $tls/openssl.log"
	mv -- "$tls/server.pem.new" "$tls/server.pem"
}

make_config()
{
	local name

	{
		say "# Made by quickstart at each start: changes do not last."
		say "# The environment overrides: AFFILIATED_LOG_LEVEL=debug"
		for name in api auth outside clicks metrics; do
			say "listen_$name = $sockets/$name.sock"
		done
		say "db_socket = $sockets/mariadbd.sock"
		say "db_user = affiliated"
		say "db_password = @$state/etc/db-password"
		say "db_name = affiliated"
		say "migrate_user = affiliated_migrate"
		say "migrate_password = @$state/etc/db-migrate-password"
		say "sql_dir = $here/sql/migrations"
		say "public_url = $url"
		say "jwt_keys = $state/etc/keys"
		say "jwt_signer = main"
		say "secret_file = $state/etc/secret"
		say "callback_ca = $state/tls/ca.pem"
		say "# All of this machine's customers share its address."
		say "hold_checked = off"
	} >"$config.new"
	mv -- "$config.new" "$config"
	say "$https_port $http_port $metrics_port" >"$state/etc/ports"
}

# listen PORT OPTIONS: nginx's directives for this machine's addresses
listen()
{
	printf 'listen 127.0.0.1:%s%s;' "$1" "$2"
	[[ ! -s /proc/net/if_inet6 ]] || printf ' listen [::1]:%s%s;' "$1" "$2"
}

render()
{
	local suffix=:$https_port limits_file=limits.conf user=

	[[ $https_port != 443 ]] || suffix=
	[[ $limits != off ]] || limits_file=limits-off.conf
	((EUID != 0)) || user="user $me;"
	sed -e "s|@STATE@|$state|g" \
	    -e "s|@NGINX_DIR@|$here/nginx|g" \
	    -e "s|@LIMITS@|$limits_file|g" \
	    -e "s|@USER@|$user|g" \
	    -e "s|@NGINX_WORKERS@|auto|g" \
	    -e "s|@API@|unix:$sockets/api.sock|g" \
	    -e "s|@AUTH@|unix:$sockets/auth.sock|g" \
	    -e "s|@OUTSIDE@|unix:$sockets/outside.sock|g" \
	    -e "s|@CLICKS@|unix:$sockets/clicks.sock|g" \
	    -e "s|@METRICS@|unix:$sockets/metrics.sock|g" \
	    -e "s|@SERVER_NAME@|localhost|g" \
	    -e "s|@HTTPS_SUFFIX@|$suffix|g" \
	    -e "s|@METRICS_PORT@|$metrics_port|g" \
	    -e "s|@LISTEN_HTTP@|$(listen "$http_port" "")|g" \
	    -e "s|@LISTEN_HTTPS@|$(listen "$https_port" " ssl http2")|g" \
	    -e "s|@TLS_CERTIFICATE@|$state/tls/server.pem|g" \
	    -e "s|@TLS_KEY@|$state/tls/server.key|g" \
	    -e "s|@ACCESS_LOG@|$state/log/access.log|g" \
	    -e "s|@ERROR_LOG@|$state/log/nginx-error.log|g" \
	    "$here/nginx/$1.in" >"$state/etc/nginx/$1.new"
	mv -- "$state/etc/nginx/$1.new" "$state/etc/nginx/$1"
}

make_nginx()
{
	render nginx.conf
	render affiliated.conf
	logged nginx.log nginx -t -q -c "$state/etc/nginx/nginx.conf" \
		-e "$state/log/nginx-error.log"
}

make_database()
{
	local user=()

	[[ ! -d $state/db ]] || return 0
	step "A database server of its own"
	((EUID != 0)) || user=(--user=root)
	rm -rf -- "$state/db.new"
	logged mariadbd.log mariadb-install-db --no-defaults "${user[@]}" \
		--datadir="$state/db.new" --force --skip-test-db \
		--skip-name-resolve \
		--auth-root-authentication-method=socket \
		--auth-root-socket-user="$me"
	mv -- "$state/db.new" "$state/db"
}

make_users()
{
	local run migrate

	run=$(<"$state/etc/db-password")
	migrate=$(<"$state/etc/db-migrate-password")
	sql <<-END
		CREATE DATABASE IF NOT EXISTS affiliated;
		CREATE USER IF NOT EXISTS affiliated@localhost;
		ALTER USER affiliated@localhost IDENTIFIED BY '$run';
		CREATE USER IF NOT EXISTS affiliated_migrate@localhost;
		ALTER USER affiliated_migrate@localhost IDENTIFIED BY '$migrate';
		GRANT ALL ON affiliated.* TO affiliated_migrate@localhost;
	END
}

migrate()
{
	make_users
	logged migrate.log "$program" migrate --config "$config"
	sql affiliated <"$here/sql/grants.sql"
}
