// SPDX-License-Identifier: Apache-2.0
// Answers for compare.py: lines of JSON [expression, [license, ...]] in, yes, no or refused out.
const satisfies = require(process.argv[2] + "/spdx-satisfies");
for (const line of require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const [expression, granted] = JSON.parse(line);
  try {
    console.log(satisfies(expression, granted) ? "yes" : "no");
  } catch {
    console.log("refused");
  }
}
