-- Which topics this is a copy of, and how far it is read. One row.
CREATE TABLE source (epoch TEXT NOT NULL);
INSERT INTO source VALUES ('');

-- The next offset of each partition, and how many records before it could not be decoded.
-- topic: 0 is alerts, 1 is alert-actions.
CREATE TABLE partitions (
  topic     INTEGER NOT NULL,
  partition INTEGER NOT NULL,
  next      INTEGER NOT NULL,
  skipped   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (topic, partition)
) WITHOUT ROWID;

-- Every record that could be decoded, in the order in which this instance read them.
CREATE TABLE records (
  seq       INTEGER PRIMARY KEY,
  topic     INTEGER NOT NULL,
  partition INTEGER NOT NULL,
  "offset"  INTEGER NOT NULL,
  alert_id  TEXT    NOT NULL,
  at_ms     INTEGER NOT NULL, -- when the alert was decided, or the action was done
  sent_ms   INTEGER NOT NULL, -- Kafka's time
  body      TEXT    NOT NULL, -- incident.Alert or incident.Action as JSON
  UNIQUE (topic, partition, "offset")
);
CREATE INDEX records_of_incident ON records (alert_id, topic, partition, "offset", at_ms);

-- What the records make of each incident, with what lists are filtered and sorted by.
CREATE TABLE incidents (
  alert_id   TEXT    PRIMARY KEY,
  last_ms    INTEGER NOT NULL,
  opened_ms  INTEGER NOT NULL,
  state      INTEGER NOT NULL, -- 0 open, 1 acknowledged, 2 closed
  severity   INTEGER NOT NULL, -- 0 low, 1 high, 2 critical
  district   TEXT    NOT NULL,
  citizen_id TEXT    NOT NULL,
  lat        REAL    NOT NULL,
  lon        REAL    NOT NULL,
  haystack   TEXT    NOT NULL, -- what a search looks in, in lower case
  body       TEXT    NOT NULL  -- incident.Incident as JSON
);
-- Lists are read in its order, filtered in it, and points and counts come of it alone.
CREATE INDEX incidents_newest ON incidents (last_ms, alert_id, state, severity, district, citizen_id, opened_ms, lat, lon);
CREATE INDEX incidents_of_citizen ON incidents (citizen_id, last_ms, alert_id);
