-- The job of the benchmark in SQL: benchmarks/policy asked of the extract that
-- 'clearsweep synth --profile bench' makes. ${CSV}, ${CODES} and ${OUT} are filled in.
-- Written are every decision as Parquet, and what the repository and each court are told
-- as CSV. A section that cannot be read is null, and what hangs on it is reviewed.
SET preserve_insertion_order = false;

CREATE TEMP TABLE codes AS SELECT * FROM read_csv('${CODES}', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
  columns = {'statute': 'VARCHAR', 'description': 'VARCHAR', 'norm_code': 'VARCHAR', 'title': 'INTEGER'});

CREATE TEMP VIEW charge_read AS
SELECT r.record_id, r.subject_id, r.last_name, r.first_name, r.dob, r.county, r.case_number, r.arrest_date, r.disposition_date AS decided,
  r.statute, r.description, r.disposition, r.severity = 'F' AS felony, r.severity, c.norm_code, c.title,
  r.restitution_due IS NOT NULL AND r.restitution_due <> '0' AS owed,
  CASE WHEN r.disposition IS NULL THEN 'A'
       WHEN r.disposition IN ('CONVICTED', 'CONVICTED-PROB/JAIL') THEN 'C'
       WHEN r.disposition = 'PENDING' THEN 'P' ELSE 'N' END AS ended
FROM read_csv('${CSV}', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '',
  columns = {'record_id': 'BIGINT', 'subject_id': 'VARCHAR', 'last_name': 'VARCHAR', 'first_name': 'VARCHAR', 'middle_name': 'VARCHAR',
    'dob': 'DATE', 'sex': 'VARCHAR', 'race': 'VARCHAR', 'address': 'VARCHAR', 'city': 'VARCHAR', 'state': 'VARCHAR', 'zip': 'VARCHAR',
    'county': 'VARCHAR', 'agency_ori': 'VARCHAR', 'agency_name': 'VARCHAR', 'case_number': 'VARCHAR', 'count_no': 'INTEGER',
    'arrest_date': 'DATE', 'booking_no': 'VARCHAR', 'filing_date': 'VARCHAR', 'charge_code': 'VARCHAR', 'statute': 'VARCHAR',
    'description': 'VARCHAR', 'severity': 'VARCHAR', 'court_name': 'VARCHAR', 'plea': 'VARCHAR', 'disposition': 'VARCHAR',
    'disposition_date': 'DATE', 'sentence': 'VARCHAR', 'jail_days': 'VARCHAR', 'probation_months': 'VARCHAR', 'fine_amount': 'VARCHAR',
    'restitution_due': 'VARCHAR', 'case_status': 'VARCHAR', 'updated_at': 'VARCHAR', 'comments': 'VARCHAR'}) r
LEFT JOIN codes c ON upper(trim(r.statute)) = c.statute AND upper(trim(r.description)) = c.description;

-- Years are anniversaries, and those of 29 February fall on 1 March.
CREATE TEMP MACRO anniversary(d, n) AS CAST(CASE WHEN month(d) = 2 AND day(d) = 29 AND day(d + to_years(n)) = 28
  THEN d + to_years(n) + INTERVAL 1 DAY ELSE d + to_years(n) END AS DATE);

CREATE TEMP TABLE decided AS
WITH charge AS MATERIALIZED (SELECT * FROM charge_read),
person AS (
  SELECT subject_id, max(decided) FILTER (ended = 'C') AS last_conviction, bool_or(ended = 'P') AS open, bool_or(owed) AS owing,
    bool_or(ended = 'C' AND title = 10) IS TRUE AS violent, bool_or(ended = 'C' AND title IS NULL) AS unread
  FROM charge GROUP BY subject_id),
cases AS (
  SELECT subject_id, case_number, county, bool_or(title = 10) IS TRUE AS violent, bool_or(title IS NULL) AS unread
  FROM charge WHERE ended = 'C' AND (title = 10 OR title IS NULL) GROUP BY ALL),
felonies AS (
  SELECT record_id, rank() OVER (PARTITION BY subject_id ORDER BY decided) AS place FROM charge WHERE ended = 'C' AND felony),
judged AS (
  SELECT h.*, p.last_conviction, CASE WHEN felony THEN 10 ELSE 7 END AS years,
    CASE
      WHEN ended = 'A' THEN 'OUT_OF_SCOPE'
      WHEN ended = 'P' THEN 'BLOCKED'
      WHEN ended = 'N' THEN CASE WHEN p.open THEN 'BLOCKED' ELSE 'non-conviction' END
      WHEN title IS NULL THEN 'REVIEW'
      WHEN title = 10 THEN 'NOT_ELIGIBLE'
      WHEN title = 20 THEN CASE WHEN felony AND (p.violent OR p.unread) THEN 'REVIEW' ELSE 'cannabis' END
      WHEN k.violent THEN 'NOT_ELIGIBLE'
      WHEN felony AND f.place > 2 THEN 'NOT_ELIGIBLE'
      WHEN k.unread THEN 'REVIEW'
      WHEN p.open OR p.owing THEN 'BLOCKED'
      WHEN anniversary(p.last_conviction, CASE WHEN felony THEN 10 ELSE 7 END) > DATE '2026-01-01' THEN 'NOT_YET'
      WHEN felony THEN 'felony-after-ten-years'
      ELSE 'lesser-after-seven-years' END AS finding
  FROM charge h JOIN person p USING (subject_id)
  LEFT JOIN cases k ON k.subject_id = h.subject_id AND k.case_number = h.case_number AND k.county = h.county
  LEFT JOIN felonies f ON f.record_id = h.record_id)
SELECT *, CASE WHEN finding = lower(finding) THEN 'ELIGIBLE' ELSE finding END AS outcome,
  CASE WHEN finding = 'cannabis' THEN 'dismiss' WHEN finding = lower(finding) THEN 'seal' END AS remedy,
  CASE WHEN finding = lower(finding) THEN finding END AS rule,
  CASE WHEN finding IN ('NOT_YET', 'felony-after-ten-years', 'lesser-after-seven-years') THEN anniversary(last_conviction, years) END AS eligible_on
FROM judged;

COPY (SELECT record_id, subject_id, case_number, county, statute, description, norm_code, severity, disposition, decided, arrest_date, dob,
    outcome, remedy, rule, eligible_on FROM decided)
  TO '${OUT}/decided.parquet' (FORMAT parquet, COMPRESSION snappy);
COPY (SELECT subject_id, last_name, first_name, dob, case_number, record_id, county, norm_code, decided, remedy FROM decided WHERE remedy IS NOT NULL)
  TO '${OUT}/repository.csv' (FORMAT csv, HEADER);
COPY (SELECT county, subject_id, last_name, first_name, dob, case_number, record_id, norm_code, decided, remedy FROM decided WHERE remedy IS NOT NULL)
  TO '${OUT}/courts' (FORMAT csv, HEADER, PARTITION_BY (county), OVERWRITE_OR_IGNORE);
