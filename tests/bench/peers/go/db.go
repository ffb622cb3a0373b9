// Statements by their names on a pool of connections, and rows that go into
// structs by the names of their columns.

package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"sync"

	"github.com/go-sql-driver/mysql"
)

type statement struct {
	SQL  string `json:"sql"`
	Args []int  `json:"args"` // the value that each "?" takes
	stmt *sql.Stmt
	once sync.Once
	to   []int // the field that each column goes to, or -1
}

type store struct {
	pool       *sql.DB
	statements map[string]*statement
}

func openStore(connections int) (*store, error) {
	config := mysql.NewConfig()
	config.Net = "unix"
	config.Addr = os.Getenv("BENCH_SOCKET")
	config.User = os.Getenv("BENCH_USER")
	config.Passwd = os.Getenv("BENCH_PASSWORD")
	config.DBName = "affiliated"
	config.ClientFoundRows = true
	pool, err := sql.Open("mysql", config.FormatDSN())
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)

	s := &store{pool: pool}
	text, err := os.ReadFile(os.Getenv("BENCH_STATEMENTS"))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &s.statements); err != nil {
		return nil, err
	}
	for _, q := range s.statements {
		if q.stmt, err = pool.Prepare(q.SQL); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// work runs statements, in a transaction where there is one. After the first
// error the others do nothing. Whoever hangs up, what was begun is done to its
// end, as by the other peers: no context is handed down.
type work struct {
	store *store
	tx    *sql.Tx
	err   error
}

func (s *store) work() *work {
	return &work{store: s}
}

// met says that another's transaction was met.
func met(err error) bool {
	var e *mysql.MySQLError

	return errors.As(err, &e) &&
		(e.Number == 1213 || e.Number == 1205 || e.Number == 1020)
}

// transaction does it once more when another's was met.
func (s *store) transaction(do func(*work)) error {
	for {
		tx, err := s.pool.Begin()
		if err != nil {
			return err
		}
		w := &work{store: s, tx: tx}
		do(w)
		if w.err == nil {
			w.err = tx.Commit()
		}
		if w.err == nil {
			return nil
		}
		tx.Rollback()
		if !met(w.err) {
			return w.err
		}
	}
}

func (w *work) prepare(name string, values []any) (*statement, *sql.Stmt,
	[]any) {
	q := w.store.statements[name]
	args := make([]any, len(q.Args))
	for i, at := range q.Args {
		args[i] = values[at]
	}
	if w.tx == nil {
		return q, q.stmt, args
	}
	return q, w.tx.Stmt(q.stmt), args
}

func (w *work) run(name string, values []any) sql.Result {
	if w.err != nil {
		return nil
	}
	_, stmt, args := w.prepare(name, values)
	result, err := stmt.Exec(args...)
	w.err = err
	return result
}

// exec says how many rows were changed.
func (w *work) exec(name string, values ...any) (n int64) {
	if result := w.run(name, values); w.err == nil {
		n, w.err = result.RowsAffected()
	}
	return n
}

// insert says the id that was made.
func (w *work) insert(name string, values ...any) (id int64) {
	if result := w.run(name, values); w.err == nil {
		id, w.err = result.LastInsertId()
	}
	return id
}

type skipped struct{}

func (skipped) Scan(any) error { return nil }

// places are those of a statement's columns in the struct that its rows go to,
// always the same.
func (q *statement) places(t reflect.Type, columns []string) []int {
	q.once.Do(func() {
		q.to = make([]int, len(columns))
		for i, column := range columns {
			q.to[i] = -1
			for k := 0; k < t.NumField(); k++ {
				if t.Field(k).Tag.Get("sql") == column {
					q.to[i] = k
				}
			}
		}
	})
	return q.to
}

func rowsOf[T any](w *work, name string, values ...any) (all []T) {
	if w.err != nil {
		return nil
	}
	q, stmt, args := w.prepare(name, values)
	rows, err := stmt.Query(args...)
	if err != nil {
		w.err = err
		return nil
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		w.err = err
		return nil
	}
	var one T
	to := q.places(reflect.TypeOf(one), columns)
	dest := make([]any, len(to))
	for rows.Next() {
		all = append(all, one)
		fields := reflect.ValueOf(&all[len(all)-1]).Elem()
		for i, at := range to {
			dest[i] = skipped{}
			if at >= 0 {
				dest[i] = fields.Field(at).Addr().Interface()
			}
		}
		if w.err = rows.Scan(dest...); w.err != nil {
			return nil
		}
	}
	w.err = rows.Err()
	return all
}

// rowOf is nil where there is none.
func rowOf[T any](w *work, name string, values ...any) *T {
	rows := rowsOf[T](w, name, values...)
	if len(rows) == 0 {
		return nil
	}
	return &rows[0]
}

type idRow struct {
	ID int64 `sql:"id"`
}

// take is for a statement that says the id.
func (w *work) take(name string, values ...any) int64 {
	row := rowOf[idRow](w, name, values...)
	if row == nil {
		if w.err == nil {
			w.err = sql.ErrNoRows
		}
		return 0
	}
	return row.ID
}
