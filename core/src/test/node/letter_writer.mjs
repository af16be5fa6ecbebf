// A program that writes letters into a file that a Java service works with, and knows nothing of the queue:
// letter_writer.mjs <node_modules> <file> <name> <rows>. It opens the file for each row, tries again when DuckDB refuses
// because somebody has it, and prints how often that was.
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

const [modules, file, name, rows] = process.argv.slice(2);
const { DuckDBInstance } = createRequire(modules + "/")("@duckdb/node-api");
let refused = 0;

async function open() {
  for (;;) {
    try {
      return await DuckDBInstance.create(file);
    } catch (error) {
      if (!String(error).includes("Could not set lock")) throw error;
      refused++;
    }
    await sleep(5);
  }
}

for (let number = 0; number < Number(rows); number++) {
  const instance = await open();
  const connection = await instance.connect();
  await connection.run("INSERT INTO letter VALUES (?, ?)", [name, number]);
  connection.closeSync();
  instance.closeSync();
}
console.log(refused);
