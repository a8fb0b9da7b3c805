// The job of ../job.sql in Polars: node job.js CSV=FILE CODES=FILE OUT=FOLDER. Dates stay the texts
// that they are, which sort as days do, until they are written.
const fs = require('fs')
const pl = require('nodejs-polars')
const { col, lit, when } = pl

const named = Object.fromEntries(process.argv.slice(2).map((s) => [s.slice(0, s.indexOf('=')), s.slice(s.indexOf('=') + 1)]))

const asked = ['record_id', 'subject_id', 'last_name', 'first_name', 'dob', 'county', 'case_number', 'arrest_date', 'statute', 'description',
  'severity', 'disposition', 'disposition_date', 'restitution_due']
const is = (name, value) => col(name).eq(lit(value))
const any = (condition) => condition.fillNull(lit(false)).any() // of a group

// header is the names of the columns of an extract.
function header(file) {
  const start = Buffer.alloc(1 << 16)
  const open = fs.openSync(file)
  const size = fs.readSync(open, start)
  fs.closeSync(open)
  return start.toString('utf8', 0, size).split('\n', 1)[0].trim().split(',')
}

// anniversary is a day some years later; that of 29 February falls on 1 March where there is none.
function anniversary(day, years) {
  const year = day.str.slice(0, 4).cast(pl.Int32).add(years).cast(pl.Int32) // a literal is a fraction
  const leap = year.modulo(4).eq(lit(0)).and(year.modulo(100).neq(lit(0)).or(year.modulo(400).eq(lit(0))))
  const rest = day.str.slice(4, 6)
  return pl.concatString([year.cast(pl.Utf8), when(rest.eq(lit('-02-29')).and(leap.not())).then(lit('-03-01')).otherwise(rest)], '')
}

// finding is the first of some cases whose condition holds, else the last.
function finding(cases, otherwise) {
  let chain = when(cases[0][0]).then(cases[0][1])
  for (const [condition, value] of cases.slice(1)) chain = chain.when(condition).then(value)
  return chain.otherwise(otherwise)
}

const codes = pl.readCSV(named.CODES, { schema: { statute: pl.Utf8, description: pl.Utf8, norm_code: pl.Utf8, title: pl.Int32 } }).lazy()
const types = Object.fromEntries(header(named.CSV).map((name) => [name, name === 'record_id' ? pl.Int64 : pl.Utf8]))
const felony = is('severity', 'F')
const convicted = is('ended', 'C')
const charges = pl.scanCSV(named.CSV, { schema: types, hasHeader: true })
  .select(...asked.map((name) => col(name)))
  .withColumns(
    ...['statute', 'description'].map((name) => col(name).str.strip().str.toUpperCase().alias('of_' + name)),
    col('restitution_due').isNotNull().and(is('restitution_due', '0').not()).alias('owed'),
    finding([
      [col('disposition').isNull(), lit('A')],
      [col('disposition').isIn(['CONVICTED', 'CONVICTED-PROB/JAIL']), lit('C')],
      [is('disposition', 'PENDING'), lit('P')],
    ], lit('N')).alias('ended'))
  .join(codes, { leftOn: ['of_statute', 'of_description'], rightOn: ['statute', 'description'], how: 'left' })
  .collectSync().lazy() // else the file is read again for each of those below

const persons = charges.groupBy('subject_id').agg(
  when(convicted).then(col('disposition_date')).otherwise(lit(null)).max().alias('last_conviction'),
  any(is('ended', 'P')).alias('open'),
  any(col('owed')).alias('owing'),
  any(convicted.and(is('title', 10))).alias('violent'),
  any(convicted.and(col('title').isNull())).alias('unread'))
const cases = charges.filter(convicted.and(is('title', 10).or(col('title').isNull())))
  .groupBy(['subject_id', 'case_number', 'county']).agg(any(is('title', 10)).alias('case_violent'), any(col('title').isNull()).alias('case_unread'))
const felonies = charges.filter(convicted.and(felony))
  .select(col('record_id'), col('disposition_date').rank({ method: 'min' }).over('subject_id').alias('place'))

const years = when(felony).then(lit(10)).otherwise(lit(7))
const due = anniversary(col('last_conviction'), years)
const decided = charges.join(persons, { on: 'subject_id', how: 'left' })
  .join(cases, { on: ['subject_id', 'case_number', 'county'], how: 'left' })
  .join(felonies, { on: 'record_id', how: 'left' })
  .withColumns(due.alias('due'))
  .withColumns(finding([
    [is('ended', 'A'), lit('OUT_OF_SCOPE')],
    [is('ended', 'P'), lit('BLOCKED')],
    [is('ended', 'N').and(col('open')), lit('BLOCKED')],
    [is('ended', 'N'), lit('non-conviction')],
    [col('title').isNull(), lit('REVIEW')],
    [is('title', 10), lit('NOT_ELIGIBLE')],
    [is('title', 20).and(felony).and(col('violent').or(col('unread'))), lit('REVIEW')],
    [is('title', 20), lit('cannabis')],
    [col('case_violent').fillNull(lit(false)), lit('NOT_ELIGIBLE')],
    [felony.and(col('place').gt(2)), lit('NOT_ELIGIBLE')],
    [col('case_unread').fillNull(lit(false)), lit('REVIEW')],
    [col('open').or(col('owing')), lit('BLOCKED')],
    [col('due').gt(lit('2026-01-01')), lit('NOT_YET')],
    [felony, lit('felony-after-ten-years')],
  ], lit('lesser-after-seven-years')).alias('finding'))

const eligible = col('finding').isIn(['non-conviction', 'cannabis', 'felony-after-ten-years', 'lesser-after-seven-years'])
const none = lit(null)
const table = decided.withColumns(
  when(eligible).then(lit('ELIGIBLE')).otherwise(col('finding')).alias('outcome'),
  when(is('finding', 'cannabis')).then(lit('dismiss')).when(eligible).then(lit('seal')).otherwise(none).alias('remedy'),
  when(eligible).then(col('finding')).otherwise(none).alias('rule'),
  when(col('finding').isIn(['NOT_YET', 'felony-after-ten-years', 'lesser-after-seven-years'])).then(col('due')).otherwise(none).alias('eligible_on'),
).collectSync()

fs.rmSync(named.OUT, { recursive: true, force: true })
fs.mkdirSync(named.OUT, { recursive: true })
const day = (from, to = from) => col(from).str.strptime(pl.Date, '%Y-%m-%d').alias(to)
table.select(...['record_id', 'subject_id', 'case_number', 'county', 'statute', 'description', 'norm_code', 'severity', 'disposition'].map((name) => col(name)),
  day('disposition_date', 'decided'), day('arrest_date'), day('dob'), col('outcome'), col('remedy'), col('rule'), day('eligible_on'))
  .writeParquet(named.OUT + '/decided.parquet', { compression: 'snappy' })

const told = table.filter(col('remedy').isNotNull()).select(...['subject_id', 'last_name', 'first_name', 'dob', 'case_number', 'record_id', 'county', 'norm_code']
  .map((name) => col(name)), col('disposition_date').alias('decided'), col('remedy'))
told.writeCSV(named.OUT + '/repository.csv')
for (const court of told.partitionBy(['county'], false)) {
  const folder = named.OUT + '/courts/county=' + court.getColumn('county').get(0)
  fs.mkdirSync(folder, { recursive: true })
  court.drop('county').writeCSV(folder + '/update.csv')
}
