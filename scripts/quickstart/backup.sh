# shellcheck shell=bash disable=SC2154 # shared variables
# One file that holds all of a state: the database as of one moment, and the
# secrets without which it is of little use.  Sourced after demo.sh.

# What is kept beside the database.
kept=(db-password db-migrate-password secret keys admin-key admin-password
	demo-key demo-password demo-account main-job-done)

backup()
{
	local file=${1:-} work present=() name

	[[ -n $file ]] || die "backup FILE: where shall it go?"
	[[ ! -e $file ]] || die "$file is there already"
	pid_of mariadbd || die "the database does not run: ./quickstart start"
	install_missing mariadb-client
	socket_dir
	for name in "${kept[@]}"; do
		[[ ! -e $state/etc/$name ]] || present+=("$name")
	done
	work=$(mktemp -d -- "$state/tmp/backup-XXXXXX")
	# A snapshot: requests go on meanwhile.
	mariadb-dump --no-defaults --socket "$sockets/mariadbd.sock" \
		--user "$me" --single-transaction --hex-blob --skip-tz-utc \
		--default-character-set=utf8mb4 affiliated |
		gzip -c >"$work/database.sql.gz"
	tar -C "$state/etc" -cf "$work/secrets.tar" -- "${present[@]}"
	tar -C "$work" -cf "$file.new" database.sql.gz secrets.tar
	rm -rf -- "$work"
	mv -- "$file.new" "$file"
	say "$file holds all of $state, its secrets too: keep it safe."
}

restore()
{
	local file=${1:-} answer

	[[ -r $file ]] || die "restore FILE [--yes]: there is no file '$file'"
	tar -tf "$file" database.sql.gz secrets.tar >/dev/null 2>&1 ||
		die "$file was not made by ./quickstart backup"
	if [[ ${2:-} != --yes && -e $state/db ]]; then
		printf 'Replace all data in %s? Type yes: ' "$state"
		read -r answer || answer=
		[[ $answer == yes ]] || die "nothing was replaced"
	fi
	make_state
	stop_all
	rm -rf -- "$state/tmp/restore"
	mkdir -- "$state/tmp/restore"
	tar -C "$state/tmp/restore" -xf "$file"
	tar -C "$state/etc" -xf "$state/tmp/restore/secrets.tar"
	mv -- "$state/tmp/restore/database.sql.gz" "$state/restore.sql.gz"
	rm -rf -- "$state/tmp/restore"
	start
}

# load_backup: into the running server, before anything else uses it.  The
# dump is taken away only when it is in: broken off, the next start goes on.
load_backup()
{
	[[ -e $state/restore.sql.gz ]] || return 0
	step "The database of the backup"
	sql -e 'DROP DATABASE IF EXISTS affiliated'
	make_users
	gunzip -c "$state/restore.sql.gz" | sql affiliated
	rm -- "$state/restore.sql.gz"
}
