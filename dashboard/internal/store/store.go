// Package store is the dashboard's own database: a copy of topics alerts and
// alert-actions in SQLite, and the incidents that they make. Records and the
// offsets behind them are written together, so the database is exactly what
// its position says, and can be thrown away.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"github.com/peacestate/peacestate/dashboard/internal/position"
)

//go:embed migrations/*.sql
var migrations embed.FS

// readers is how many requests read at a time; the others wait for them.
const readers = 4

// A Store is the database. One goroutine may write, by Begin and Append; any
// may read, meanwhile.
type Store struct {
	lock   *os.File
	writes *sql.DB
	reads  *sql.DB
	// last is the seq of the newest record.
	last     int64
	position atomic.Pointer[position.Position]
	skipped  atomic.Int64
}

// Open opens the database in a folder, or makes it. What is no database of
// this build, or a damaged one, is removed: notice is told, in a sentence. The
// folder is one dashboard's at a time.
func Open(ctx context.Context, folder string, notice func(string)) (*Store, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the database: %w; name another with --data", err)
	}
	lock, err := lockFolder(folder)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "dashboard.db")
	s, err := open(ctx, path)
	if refused := (sqlite3.Error{}); errors.Is(err, errNewer) ||
		errors.As(err, &refused) && (refused.Code == sqlite3.ErrNotADB || refused.Code == sqlite3.ErrCorrupt) {
		notice(fmt.Sprintf("the database %s is of no use and is made anew from the topics: %v", path, err))
		for _, file := range []string{path, path + "-wal", path + "-shm"} {
			if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
				return nil, errors.Join(fmt.Errorf("remove a database of no use: %w", err), lock.Close())
			}
		}
		s, err = open(ctx, path)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the database %s: %w", path, err), lock.Close())
	}
	s.lock = lock
	return s, nil
}

// lockFolder keeps other dashboards out of the folder for as long as the
// process lives, however it ends.
func lockFolder(folder string) (*os.File, error) {
	lock, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("write into the folder of the database: %w; name another with --data", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another dashboard uses the folder %s (%w); name another with --data", folder, err), lock.Close())
	}
	return lock, nil
}

func open(ctx context.Context, path string) (*Store, error) {
	connect := func(settings url.Values, most int) (*sql.DB, error) {
		settings.Set("_busy_timeout", "5000")
		db, err := sql.Open("sqlite3", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: settings.Encode()}).String())
		if err == nil {
			db.SetMaxOpenConns(most)
			db.SetMaxIdleConns(most)
		}
		return db, err
	}
	// Nothing is lost for want of an fsync: what is missing is read again.
	writes, err := connect(url.Values{"_journal_mode": {"WAL"}, "_synchronous": {"NORMAL"}, "_txlock": {"immediate"}, "_cache_size": {"-32000"}}, 1)
	if err != nil {
		return nil, err
	}
	reads, err := connect(url.Values{"_query_only": {"true"}, "_cache_size": {"-16000"}}, readers)
	if err != nil {
		return nil, errors.Join(err, writes.Close())
	}
	s := &Store{writes: writes, reads: reads}
	if err := migrate(ctx, writes); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if err := s.recall(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// errNewer says that a newer build made the database.
var errNewer = errors.New("it is of a newer dashboard")

// migrate brings the tables to the newest version, which user_version holds.
func migrate(ctx context.Context, db *sql.DB) error {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return err
	}
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > len(files) {
		return errNewer
	}
	for n := version + 1; n <= len(files); n++ {
		script, err := migrations.ReadFile("migrations/" + strconv.Itoa(n) + ".sql")
		if err != nil {
			return err
		}
		err = within(ctx, db, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, string(script)+"; PRAGMA user_version = "+strconv.Itoa(n))
			return err
		})
		if err != nil {
			return fmt.Errorf("migration %d: %w", n, err)
		}
	}
	return nil
}

// within runs do in a transaction, which is committed if it succeeds.
func within(ctx context.Context, db *sql.DB, do func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// recall reads how far the database is.
func (s *Store) recall(ctx context.Context) error {
	return within(ctx, s.writes, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM records").Scan(&s.last); err != nil {
			return err
		}
		at, skipped, err := positionOf(ctx, tx)
		s.position.Store(&at)
		s.skipped.Store(skipped)
		return err
	})
}

// positionOf is what a transaction sees.
func positionOf(ctx context.Context, tx *sql.Tx) (at position.Position, skipped int64, err error) {
	if err := tx.QueryRowContext(ctx, "SELECT epoch FROM source").Scan(&at.Epoch); err != nil {
		return at, 0, err
	}
	rows, err := tx.QueryContext(ctx, "SELECT topic, partition, next, skipped FROM partitions")
	if err != nil {
		return at, 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var topic position.Topic
		var partition int
		var next, these int64
		if err := rows.Scan(&topic, &partition, &next, &these); err != nil {
			return at, 0, err
		}
		at, skipped = at.With(topic, partition, next), skipped+these
	}
	return at, skipped, rows.Err()
}

// Position says what is in the database.
func (s *Store) Position() position.Position { return *s.position.Load() }

// Skipped is how many records could not be decoded.
func (s *Store) Skipped() int64 { return s.skipped.Load() }

// Begin makes the database one of the topics that hold the records from start
// to end: it stays as it is if it is a copy of their beginning, else all of it
// is thrown away.
func (s *Store) Begin(ctx context.Context, start, end position.Position) (discarded bool, err error) {
	known := s.Position()
	if end.Covers(known) && known.Partitions(position.Alerts) == end.Partitions(position.Alerts) &&
		known.Partitions(position.Actions) == end.Partitions(position.Actions) {
		return false, nil
	}
	err = within(ctx, s.writes, func(tx *sql.Tx) error {
		for _, table := range []string{"records", "incidents", "partitions"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+table); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, "UPDATE source SET epoch = ?", start.Epoch); err != nil {
			return err
		}
		for _, topic := range []position.Topic{position.Alerts, position.Actions} {
			for partition := range start.Partitions(topic) {
				if _, err := tx.ExecContext(ctx, "INSERT INTO partitions (topic, partition, next) VALUES (?, ?, ?)",
					topic, partition, start.Next(topic, partition)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("throw away what other topics held: %w", err)
	}
	s.position.Store(&start)
	s.skipped.Store(0)
	return known.Epoch != "", nil
}

// Close closes the database. Reads under way fail.
func (s *Store) Close() error { return errors.Join(s.close(), s.lock.Close()) }

func (s *Store) close() error { return errors.Join(s.reads.Close(), s.writes.Close()) }
