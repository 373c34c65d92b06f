package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"showcaller/internal/live"
)

// scenarioLimit is how many scenarios there may be.
const scenarioLimit = 200

// ScenarioQuery selects scenarios in the order of their ids.
type ScenarioQuery struct {
	After int64
	Limit int
}

// Scenarios returns the scenarios a query selects.
func (d *DB) Scenarios(ctx context.Context, q ScenarioQuery) ([]live.Scenario, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT id, name, shipped, steps, changed_ms FROM scenarios WHERE id > $1 ORDER BY id LIMIT $2`, q.After, q.Limit)
	return collect(rows, err, scanScenario)
}

// Scenario returns one scenario.
func (d *DB) Scenario(ctx context.Context, id int64) (live.Scenario, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT id, name, shipped, steps, changed_ms FROM scenarios WHERE id = $1`, id)
	found, err := collect(rows, err, scanScenario)
	if err == nil && len(found) == 0 {
		err = noScenario()
	}
	if err != nil {
		return live.Scenario{}, err
	}
	return found[0], nil
}

func noScenario() error {
	return &live.Error{Code: live.CodeNotFound, Op: "db.Scenario", Msg: "There is no such scenario. It may have been deleted."}
}

func scanScenario(rows *sql.Rows, s *live.Scenario) error {
	var steps string
	var changed int64
	if err := rows.Scan(&s.ID, &s.Name, &s.Shipped, &steps, &changed); err != nil {
		return err
	}
	s.Changed = fromMS(changed)
	return json.Unmarshal([]byte(steps), &s.Steps)
}

// AddScenario keeps a new scenario and returns it with its id.
func (d *DB) AddScenario(ctx context.Context, s live.Scenario) (live.Scenario, error) {
	steps, err := json.Marshal(s.Steps)
	if err != nil {
		return live.Scenario{}, err
	}
	s.Shipped, s.Changed = "", live.Millis(s.Changed)
	err = d.inTx(ctx, "db.AddScenario", func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM scenarios`).Scan(&n); err != nil {
			return err
		}
		if n >= scenarioLimit {
			return &live.Error{
				Code: live.CodeLimited, Op: "db.AddScenario", Msg: fmt.Sprintf("There are %d scenarios, which is the most. Delete one first.", scenarioLimit),
			}
		}
		return tx.QueryRowContext(ctx, `INSERT INTO scenarios (name, shipped, steps, changed_ms) VALUES ($1, '', $2, $3) RETURNING id`,
			s.Name, string(steps), ms(s.Changed)).Scan(&s.ID)
	})
	return s, err
}

// SaveScenario changes a scenario. One that came with the program is then the reader's own.
func (d *DB) SaveScenario(ctx context.Context, s live.Scenario) error {
	steps, err := json.Marshal(s.Steps)
	if err != nil {
		return err
	}
	n, err := d.exec(ctx, "db.SaveScenario", `UPDATE scenarios SET name = $1, shipped = '', steps = $2, changed_ms = $3 WHERE id = $4`,
		s.Name, string(steps), ms(time.Now()), s.ID)
	if err == nil && n == 0 {
		err = noScenario()
	}
	return err
}

// DeleteScenario removes a scenario.
func (d *DB) DeleteScenario(ctx context.Context, id int64) error {
	n, err := d.exec(ctx, "db.DeleteScenario", `DELETE FROM scenarios WHERE id = $1`, id)
	if err == nil && n == 0 {
		err = noScenario()
	}
	return err
}
