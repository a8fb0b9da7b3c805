// Runs the statements of a file in DuckDB: node duckdb.js FILE NAME=VALUE...
// ${NAME} in the file is VALUE; MEMORY limits its memory, THREADS its threads. Each
// statement that selects prints its first value.
const fs = require('fs')
const { DuckDBInstance } = require('@duckdb/node-api')

async function main([file, ...settings]) {
  const values = Object.fromEntries(settings.map((s) => [s.slice(0, s.indexOf('=')), s.slice(s.indexOf('=') + 1)]))
  let sql = fs.readFileSync(file, 'utf8').replace(/^\s*--.*$/gm, '')
  for (const [name, value] of Object.entries(values)) sql = sql.replaceAll('${' + name + '}', value)
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  if (values.OUT) {
    fs.rmSync(values.OUT, { recursive: true, force: true })
    fs.mkdirSync(values.OUT, { recursive: true })
    await connection.run(`SET temp_directory = '${values.OUT}/tmp'`)
  }
  if (values.MEMORY) await connection.run(`SET memory_limit = '${values.MEMORY}'`)
  if (values.THREADS) await connection.run(`SET threads = ${values.THREADS}`)
  for (const statement of sql.split(';').filter((s) => s.trim())) {
    const result = await connection.runAndReadAll(statement)
    if (/^\s*SELECT/i.test(statement)) console.log(String(result.getRows()[0][0]))
  }
}

main(process.argv.slice(2)).then(() => process.exit(0), (err) => { console.error(err); process.exit(1) })
