# Turns the named statements of sql/queries/*.sql (see the README there) into
# an enum (queries.h) and a table (queries.c).
#
#	awk -f compile.awk -v header=queries.h -v source=queries.c FILES
#
# A statement has parts: its head, optional fragments, a repeated row, a tail.
# The names of its parameters are numbered from 0 in the order of the file; the
# parts are joined, and their parameters put in order, at run time.

function fail(what)
{
	printf("%s:%d: %s\n", FILENAME, FNR, what) > "/dev/stderr"
	failed = 1
	exit 1
}

function open_part(what, label)
{
	kind = what
	part++
	part_label[part] = label
	part_sql[part] = part_params[part] = ""
	part_count[part] = 0
	order[what, ++count[what]] = part
}

function open_statement(label)
{
	if (label !~ /^[a-z][a-z0-9_]*$/)
		fail("a name is made of a-z, 0-9 and _")
	if (label in known)
		fail("there is a statement " label " already")
	known[label] = 1
	close_statement()
	name = label
	part = params = 0
	split("", part_sql)
	split("", number)
	split("", order)
	split("", count)
	split("", label_known)
	indexes = index_at = 0
	open_part("head", label)
}

function open_fragment(what, label)
{
	if (name == "")
		fail("a fragment before the first statement")
	if (count["tail"] > 0)
		fail("the tail is the last part of a statement")
	if (what == "where" || what == "order") {
		if (label !~ /^[a-z][a-z0-9_]*$/)
			fail("a fragment has a name of a-z, 0-9 and _")
		if ((what, label) in label_known)
			fail("there is a fragment " label " already")
		label_known[what, label] = 1
		if (count[what] >= 31)
			fail("more than 31 fragments")
	} else if (label != "" || count[what] > 0)
		fail("one " what " at most, and it has no name")
	if ((what == "rows" && count["where"] + count["order"] > 0) ||
	    (count["rows"] > 0 && what != "tail"))
		fail("a statement has rows or fragments, not both")
	open_part(what, label)
}

# "NAME" or "NAME when WORD...": where in the head it is forced, and when.
function open_index(rule,	n)
{
	if (name == "" || kind != "head")
		fail("an index is named in the head of a statement")
	sub(/ $/, "", part_sql[part])
	if (indexes > 0 && length(part_sql[part]) != index_at)
		fail("the indexes of a statement stand behind each other")
	index_at = length(part_sql[part])
	n = split(rule, word, /[ \t]+/)
	if (n == 0 || n == 2 || (n > 2 && word[2] != "when"))
		fail("an index is NAME or NAME when WORD...")
	index_rule[++indexes] = rule
}

# A word is the name of a where, or what the names of some orders begin with.
function emit_index(rule,	n, i, k, wheres, orders, is_where, known_word)
{
	n = split(rule, word, /[ \t]+/)
	for (i = 3; i <= n; i++) {
		is_where = known_word = 0
		for (k = 1; k <= count["where"]; k++)
			if (part_label[order["where", k]] == word[i]) {
				wheres += 2 ^ (k - 1)
				is_where = known_word = 1
			}
		for (k = 1; !is_where && k <= count["order"]; k++)
			if (index(part_label[order["order", k]], word[i]) == 1) {
				orders += 2 ^ (k - 1)
				known_word = 1
			}
		if (!known_word)
			fail("no where and no order of " name ": " word[i])
	}
	index_rows = index_rows sprintf("\t{ \"%s\", %d, %d },\n",
	    word[1] == "any" ? "" : " FORCE INDEX (" word[1] ")", wheres,
	    orders)
	n_indexes++
}

function parameter(label)
{
	if (count["rows"] > 0 && kind != "rows")
		fail("parameters of a statement with rows stand in its row")
	if (!(label in number))
		number[label] = params++
	if (params > 200)
		fail("more than 200 parameters")
	part_params[part] = part_params[part] sprintf("\\%03o", number[label])
	part_count[part]++
}

# One line of SQL: comments go, blanks become one space, parameters a "?".
function text(line,	i, c, quote, out, label)
{
	out = part_sql[part]
	if (out != "" && out !~ / $/)
		out = out " "
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		if (quote != "") {
			if (c == quote)
				quote = ""
		} else if (c == "'" || c == "\"" || c == "`") {
			quote = c
		} else if (c == "-" && substr(line, i) ~ /^--([ \t]|$)/) {
			break
		} else if (c == "?" || c == ";") {
			fail("no \"" c "\" here: parameters are :name, and a" \
			    " statement ends at the next one's name")
		} else if (c == ":" && substr(line, i + 1) ~ /^[a-z]/) {
			label = substr(line, i + 1)
			match(label, /^[a-z0-9_]+/)
			parameter(substr(label, 1, RLENGTH))
			i += RLENGTH
			c = "?"
		} else if (c == " " || c == "\t") {
			if (out == "" || out ~ / $/)
				continue
			c = " "
		}
		out = out c
	}
	if (quote != "")
		fail("a quotation does not go over lines")
	part_sql[part] = out
}

function c_string(s)
{
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	return "\"" s "\""
}

function emit_part(i,	sql)
{
	sql = part_sql[i]
	sub(/ $/, "", sql)
	if (sql == "")
		fail("an empty part before this line: " name)
	parts = parts sprintf("\t{ \"%s\", \"%s\", %d,\n\t  %s },\n",
	    part_label[i], part_params[i], part_count[i], c_string(sql))
	n_parts++
}

function emit_kind(what,	i, bits)
{
	for (i = 1; i <= count[what]; i++) {
		emit_part(order[what, i])
		if (what == "where")
			bits = bits sprintf("\tQ_%s_WHERE_%s = 1 << %d,\n",
			    toupper(name), toupper(part_label[order[what, i]]),
			    i - 1)
		if (what == "order")
			bits = bits sprintf("\tQ_%s_ORDER_%s = %d,\n",
			    toupper(name), toupper(part_label[order[what, i]]),
			    i - 1)
	}
	if (bits != "")
		choices = choices "\nenum {\n" bits "};\n"
}

function close_statement(	first, first_index, i, head, writes, nowait)
{
	if (name == "")
		return
	first = n_parts + 0
	first_index = n_indexes + 0
	head = part_sql[1]
	writes = toupper(head) !~ /^(SELECT|WITH) /
	if (!writes && toupper(head part_sql[part]) ~ \
	    /FOR UPDATE|LOCK IN SHARE MODE/)
		writes = 1
	nowait = head ~ \
	    /^SET STATEMENT [a-z0-9_=, ]*innodb_lock_wait_timeout=0 FOR /
	emit_kind("head")
	emit_kind("where")
	emit_kind("order")
	emit_kind("rows")
	emit_kind("tail")
	for (i = 1; i <= indexes; i++)
		emit_index(index_rule[i])
	enum = enum "\tQ_" toupper(name) ",\n"
	table = table sprintf("\t{ \"%s\", sql_parts + %d, %d, %d, %s, %s," \
	    " %s, %s, sql_indexes + %d, %d, %d },\n", name, first,
	    count["where"], count["order"],
	    count["rows"] > 0 ? "true" : "false",
	    count["tail"] > 0 ? "true" : "false",
	    writes ? "true" : "false", nowait ? "true" : "false",
	    first_index, indexes, index_at)
}

/^-- *(name|index|where|order|rows|tail) *:/ {
	sub(/\r$/, "")
	what = $0
	sub(/^-- */, "", what)
	label = what
	sub(/ *:.*/, "", what)
	sub(/^[^:]*: */, "", label)
	sub(/[ \t]+$/, "", label)
	if (what == "name")
		open_statement(label)
	else if (what == "index")
		open_index(label)
	else
		open_fragment(what, label)
	next
}

/^[ \t]*(--.*)?$/ { next }

name == "" { fail("text before the first \"-- name:\"") }

{ text($0) }

END {
	if (failed)
		exit 1
	close_statement()
	made = "/* Made by sql/compile.awk from sql/queries: do not edit. */\n"
	printf("%s#ifndef AFF_DB_QUERIES_H\n#define AFF_DB_QUERIES_H\n\n" \
	    "enum query {\n%s\tQUERY_COUNT\n};\n%s\n#endif\n", made, enum,
	    choices) > header
	printf("%s#include \"db/statement.h\"\n\n" \
	    "static const struct sql_part sql_parts[] = {\n%s};\n\n" \
	    "static const struct sql_index sql_indexes[] = {\n%s};\n\n" \
	    "const struct statement statements[QUERY_COUNT] = {\n%s};\n",
	    made, parts, index_rows, table) > source
}
