-- Run by the SQLite shell on a database file in a preopened directory.
.bail on
CREATE TABLE measurement(id INTEGER PRIMARY KEY, station TEXT NOT NULL, day INT, value REAL);
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19999)
INSERT INTO measurement(station, day, value)
SELECT 'station-' || (i * 7919 % 97), i / 97, (i * 2654435761 % 10007) / 100.0 FROM n;
SELECT count(*), sum(day), round(avg(value), 6), max(value) FROM measurement;
EXPLAIN QUERY PLAN SELECT count(*) FROM measurement WHERE station = 'station-42';
CREATE INDEX by_station ON measurement(station, value);
EXPLAIN QUERY PLAN SELECT count(*) FROM measurement WHERE station = 'station-42';
SELECT station, count(*), round(sum(value), 4) FROM measurement WHERE station GLOB 'station-4*' GROUP BY station;
WITH ranked AS (SELECT station, value, row_number() OVER (PARTITION BY station ORDER BY value DESC, id) AS place FROM measurement)
SELECT station, value FROM ranked WHERE place = 1 ORDER BY value DESC, station LIMIT 5;
SELECT json_group_array(json_object('day', day, 'n', n)) FROM (SELECT day, count(*) AS n FROM measurement WHERE value > 99.5 GROUP BY day ORDER BY day LIMIT 4);
SELECT json_extract('{"a": [1, {"b": "deep"}], "c": null}', '$.a[1].b'), json_array_length('[1,[2,3],4]');
SELECT key, value, type FROM json_each('{"x": 1.5, "y": "text", "z": [true]}');
CREATE VIRTUAL TABLE note USING fts5(title, body);
INSERT INTO note VALUES('first', 'the quick brown fox jumps over the lazy dog'), ('second', 'a dog sleeps while foxes run'), ('third', 'nothing to see here');
SELECT title, highlight(note, 1, '[', ']') FROM note WHERE note MATCH 'dog OR fox*' ORDER BY rank, title;
SELECT count(*) FROM note WHERE note MATCH 'brown NEAR(fox lazy, 5)';
BEGIN; DELETE FROM measurement WHERE id % 2; SELECT count(*) FROM measurement; ROLLBACK;
SELECT count(*) FROM measurement;
PRAGMA integrity_check;
VACUUM;
SELECT upper(hex(zeroblob(3))), printf('%.3f|%05d|%s', 3.14159, 42, quote('it''s'));
