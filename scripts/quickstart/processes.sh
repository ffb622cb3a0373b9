# shellcheck shell=bash disable=SC2034,SC2154 # shared variables
# The processes of a state: are they there, and how they end.  Sourced after
# settings.sh.
#
# A process is known by run/NAME.pid.  The number alone is not trusted, for it
# may belong to somebody else by now: the process must also work in a directory
# of the state and carry the right word in its command line.

declare -Ar word_of=(
	[mariadbd]=mariadbd [nginx]=nginx [supervisor]=serve [jobs]=jobs
	[keeper]=quickstart/keeper
)
services=(mariadbd supervisor jobs nginx)	# in the order of their start

# is_ours PID WORD
is_ours()
{
	local argument all=

	[[ $1 =~ ^[1-9][0-9]*$ ]] && kill -0 "$1" 2>/dev/null || return 1
	[[ /proc/$1/cwd -ef $state || /proc/$1/cwd -ef $state/db ]] || return 1
	{
		while IFS= read -r -d '' argument; do
			all+=" $argument"
		done
	} 2>/dev/null <"/proc/$1/cmdline" || return 1
	[[ "$all$argument" == *"$2"* ]]
}

# What the keeper has started itself: the files may lag behind on a full disk.
declare -A known=()

# pid_of NAME: sets $pid; fails where it does not run
pid_of()
{
	pid=${known[$1]:-}
	[[ -n $pid ]] || { read -r pid; } 2>/dev/null <"$state/run/$1.pid" ||
		return 1
	is_ours "$pid" "${word_of[$1]}"
}

# wait_gone PID SECONDS
wait_gone()
{
	local i

	for ((i = 0; i < $2 * 10; i++)); do
		kill -0 "$1" 2>/dev/null || return 0
		# a child that has ended is gone, though nobody has waited yet
		[[ $(<"/proc/$1/stat") != *") Z "* ]] 2>/dev/null || return 0
		sleep 0.1
	done
	return 1
}

# Each service leads a process group of its own, so that what a killed one has
# left behind (nginx's workers hold the ports) can be ended by its number.
kill_group()
{
	kill -KILL -- "-$1" 2>/dev/null || :
}

# stop_one NAME SIGNAL SECONDS
stop_one()
{
	local pid

	if pid_of "$1"; then
		kill "-$2" "$pid" 2>/dev/null || :
		if ! wait_gone "$pid" "$3"; then
			say "$1 did not end within $3 s: killed"
			kill_group "$pid"
			wait_gone "$pid" 5 || :
		fi
		kill_group "$pid"
	fi
	rm -f -- "$state/run/$1.pid"
}

# The way in first, the database last.
stop_services()
{
	stop_one nginx QUIT 15
	stop_one supervisor TERM 20
	stop_one jobs TERM 20
	stop_one mariadbd TERM 60
}

stop_all()
{
	local pid

	if pid_of keeper; then
		kill -TERM "$pid" 2>/dev/null || :
		wait_gone "$pid" 120 || kill -KILL "$pid" 2>/dev/null || :
	fi
	stop_services
	rm -f -- "$state/run/keeper.pid" "$state/run/migrated"
}
