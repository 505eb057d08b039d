// Reads a Dockerfile with a real parser: what the linter has to say, and what the image must be.
const assert = require("node:assert");
const { readFileSync } = require("node:fs");
const { DockerfileParser } = require("dockerfile-ast");
const { validate } = require("dockerfile-utils");

const text = readFileSync(process.argv[2], "utf8");
const problems = validate(text);
assert.deepStrictEqual(problems.map((problem) => `line ${problem.range.start.line + 1}: ${problem.message}`), []);

const file = DockerfileParser.parse(text);
const stages = file.getFROMs().map((from) => from.getImage());
assert.ok(stages.length > 1, "one stage only: the compiler would ship");
assert.ok(!stages[0].endsWith(":latest") && stages[0].includes(":"), "the base has no version");
assert.strictEqual(stages.at(-1), "scratch");

// Of the last stage.
const last = file.getInstructions().slice(file.getInstructions().findLastIndex((one) => one.getKeyword() === "FROM"));
const argument = (keyword) => last.find((one) => one.getKeyword() === keyword)?.getArgumentsContent();
assert.match(argument("USER") ?? "", /^[1-9]\d*:[1-9]\d*$/, "not a user by number, or root");
assert.match(argument("HEALTHCHECK") ?? "", /CMD \["\/aigw"/);
assert.strictEqual(argument("ENTRYPOINT"), '["/aigw"]');
assert.ok(argument("VOLUME"), "nowhere to write");
assert.ok(!last.some((one) => one.getKeyword() === "RUN"), "there is nothing to run in an empty image");
