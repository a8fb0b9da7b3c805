-- Whether both did the same job: each statement is one number, and must be 0. ${OURS} is
-- the folder of a run, ${PEER} that of the SQL job.
CREATE TEMP VIEW ours AS SELECT CAST(charge_id AS BIGINT) AS record_id, person_id AS subject_id, case_id AS case_number, county,
    statute_raw AS written, code AS norm_code, severity, disposition_raw AS disposition, disposition_date AS decided,
    arrest_date, birth_date AS dob, outcome, CASE WHEN outcome = 'ELIGIBLE' THEN remedy_floor END AS remedy,
    CASE WHEN outcome = 'ELIGIBLE' THEN rule END AS rule,
    CASE WHEN outcome = 'NOT_YET' OR rule LIKE '%-years' AND outcome = 'ELIGIBLE' THEN eligible_on END AS eligible_on
  FROM read_parquet('${OURS}/determinations/*.parquet');
CREATE TEMP VIEW peer AS SELECT record_id, subject_id, case_number, county,
    trim(trim(statute) || ' ' || trim(description)) AS written, norm_code, lower(CASE severity WHEN 'F' THEN 'felony' WHEN 'M' THEN 'misdemeanor' ELSE 'infraction' END) AS severity,
    disposition, decided, arrest_date, dob, outcome, remedy, rule, eligible_on
  FROM read_parquet('${PEER}/decided.parquet');
SELECT abs((SELECT count(*) FROM ours) - (SELECT count(*) FROM peer));
SELECT count(*) FROM (SELECT * FROM ours EXCEPT ALL SELECT * FROM peer);
SELECT count(*) FROM (SELECT * FROM peer EXCEPT ALL SELECT * FROM ours);
CREATE TEMP VIEW told AS SELECT regexp_extract(filename, 'agencies/([^/]*)/', 1) AS agency, person_id, surname, given_name, birth_date, case_id,
    charge_id, county, code, disposition_date, action FROM read_csv('${OURS}/agencies/*/update.csv', header = true, all_varchar = true, filename = true);
CREATE TEMP VIEW peer_told AS
  SELECT 'repository-us-zz' AS agency, * FROM read_csv('${PEER}/repository.csv', header = true, all_varchar = true)
  UNION ALL
  SELECT 'court-us-zz-' || lower(replace(county, ' ', '-')), subject_id, last_name, first_name, dob, case_number, record_id, county, norm_code, decided, remedy
  FROM read_csv('${PEER}/courts/*/*.csv', header = true, all_varchar = true, hive_partitioning = true);
SELECT count(*) FROM (SELECT * FROM told EXCEPT ALL SELECT * FROM peer_told);
SELECT count(*) FROM (SELECT * FROM peer_told EXCEPT ALL SELECT * FROM told);
