// SQL: what each statement does, to what, and whether to all of it.

import { grave, type Part, part, type Reading, type Weight } from "./reading";
import { type Token, tokensOf } from "./sql_tokens";

// Text that is SQL whatever the member is called, by how it begins.
const kinds = "table|database|schema|view|index|role|user|function|trigger|sequence|type";
const beginnings = [
  "insert\\s+into\\s",
  "update\\s+\\S+\\s+(?:as\\s+\\S+\\s+)?set\\s",
  "delete\\s+from\\s",
  `drop\\s+(?:${kinds}|procedure|extension|materialized)\\b`,
  "truncate\\s+(?:table\\s+)?\\S+",
  `alter\\s+(?:${kinds}|system)\\b`,
  "create\\s+(?:or\\s+replace\\s+|unique\\s+|temp\\w*\\s+)*" +
    `(?:${kinds}|procedure|extension|materialized)\\b`,
  "with\\s+(?:recursive\\s+)?\\S+\\s*(?:\\([^)]*\\)\\s*)?as\\s*" +
    "(?:(?:not\\s+)?materialized\\s*)?\\(",
  "grant\\s[\\s\\S]*\\sto\\s",
  "revoke\\s[\\s\\S]*\\sfrom\\s",
  "merge\\s+into\\s",
  "replace\\s+into\\s",
  "explain\\s",
  "vacuum\\b",
  "begin\\s*;",
  "start\\s+transaction",
];
const unmistakable = new RegExp(`^\\s*(?:${beginnings.join("|")})`, "i");
const comments = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/;
// Sentences begin with Select; statements do not.
const selects = /^(?:SELECT|select)\s[\s\S]*?\s(?:FROM|from)\s/;
const named = /sql|^(?:stmts?|statements?|ddl|dml)$/;

export function looksLikeSql(text: string, name: string): boolean {
  const bare = text.replace(comments, "");
  const formed = unmistakable.test(bare) || selects.test(bare);
  return formed || (named.test(name) && /^[A-Za-z\\]/.test(bare));
}

export function readSql(text: string, pointer: string): Reading {
  const { statements, doubts } = tokensOf(text);
  const parts = statements.map((tokens) => statement(tokens, text));
  return { language: "SQL", pointer, parts, ordered: true, unread: doubts };
}

const verbs: Record<string, [Weight, string]> = {
  DROP: ["grave", "drops"],
  TRUNCATE: ["grave", "empties"],
  DELETE: ["grave", "deletes rows"],
  UPDATE: ["change", "changes rows"],
  INSERT: ["change", "adds rows"],
  REPLACE: ["change", "replaces rows"],
  MERGE: ["change", "merges rows"],
  CREATE: ["change", "creates"],
  ALTER: ["change", "alters"],
  RENAME: ["change", "renames"],
  COMMENT: ["change", "comments on"],
  GRANT: ["grave", "gives rights"],
  REVOKE: ["change", "takes rights"],
  COPY: ["change", "copies data"],
  LOAD: ["change", "loads data"],
  LOCK: ["change", "locks"],
  VACUUM: ["change", "maintains"],
  ANALYZE: ["change", "maintains"],
  REINDEX: ["change", "maintains"],
  CLUSTER: ["change", "maintains"],
  REFRESH: ["change", "refreshes"],
  KILL: ["grave", "ends sessions"],
  SHUTDOWN: ["grave", "stops the database"],
  CALL: ["unknown", "runs a procedure"],
  EXEC: ["unknown", "runs a procedure"],
  EXECUTE: ["unknown", "runs a procedure"],
  DO: ["unknown", "runs a block"],
  SELECT: ["calm", "reads"],
  VALUES: ["calm", "reads"],
  TABLE: ["calm", "reads"],
  SHOW: ["calm", "reads"],
  DESCRIBE: ["calm", "reads"],
  DESC: ["calm", "reads"],
  EXPLAIN: ["calm", "explains"],
  SET: ["change", "sets an option"],
  RESET: ["calm", "resets an option"],
  USE: ["calm", "chooses a database"],
  BEGIN: ["calm", "begins a transaction"],
  START: ["calm", "begins a transaction"],
  COMMIT: ["calm", "commits"],
  END: ["calm", "commits"],
  ROLLBACK: ["calm", "rolls back"],
  SAVEPOINT: ["calm", "sets a savepoint"],
  RELEASE: ["calm", "releases a savepoint"],
};

const upper = ({ kind, text }: Token) => (kind === "word" ? text.toUpperCase() : "");
const topWords = (tokens: Token[]) => tokens.filter(({ depth }) => depth === 0).map(upper);

function statement(tokens: Token[], text: string): Part {
  const end = tokens.at(-1);
  const source = text.slice(tokens[0]?.at, end && end.at + end.text.length);
  const first = tokens[0] ? upper(tokens[0]) : "";
  const main = mainPart(tokens, first);
  main.source = source;
  for (const [form, note] of dangerous) if (form.test(source)) grave(main, note);
  return main;
}

function mainPart(tokens: Token[], first: string): Part {
  if (first === "WITH") return withPart(tokens);
  if (
    first === "EXPLAIN" &&
    tokens.slice(0, 6).some((token) => /^analy[sz]e$/i.test(token.text))
  ) {
    const from = tokens.findIndex((token) => upper(token) in dml || upper(token) === "WITH");
    if (from > 0) return noted(statement(tokens.slice(from), ""), "EXPLAIN ANALYZE runs it.");
  }
  const known = Object.hasOwn(verbs, first) ? verbs[first] : undefined;
  if (!known) {
    return noted(
      part("unknown", "unknown", ""),
      "This page does not know what this statement does.",
    );
  }
  const [weight, verb] = known;
  const made = part(weight, verb, subjectOf(tokens, first));
  if (first === "DELETE" || first === "UPDATE") rows(made, tokens);
  if (first === "ALTER" && topWords(tokens).includes("DROP")) {
    grave(made, "It drops a part of what it alters.");
  }
  if (first === "SELECT" && topWords(tokens).includes("INTO")) {
    made.weight = "change";
    made.notes.push("SELECT … INTO writes what it reads.");
  }
  if ((first === "DROP" || first === "TRUNCATE") && topWords(tokens).includes("CASCADE")) {
    made.notes.push("CASCADE: with everything that depends on it.");
  }
  if (first === "DO") made.notes.push("What the block does was not read.");
  return made;
}

const dml: Record<string, true> = {
  DELETE: true,
  UPDATE: true,
  INSERT: true,
  MERGE: true,
  SELECT: true,
};

// WITH may change rows in each of its parts, and the statement after them is only one of them.
function withPart(tokens: Token[]): Part {
  const main = tokens.findIndex((token) => token.depth === 0 && upper(token) in dml);
  if (main < 0) {
    return noted(part("unknown", "unknown", ""), "The statement after WITH was not found.");
  }
  const made = mainPart(tokens.slice(main), upper(tokens[main] as Token));
  for (const [index, token] of tokens.entries()) {
    const word = upper(token);
    const before = upper(tokens[index - 1] ?? token);
    if (token.depth === 0 || word === "SELECT" || !(word in dml)) continue;
    if (["FOR", "KEY", "ON", "DO", "THEN"].includes(before)) continue;
    const [weight, verb] = verbs[word] ?? ["unknown", "unknown"];
    if (made.weight === "calm") made.weight = weight;
    made.notes.push(`It also ${verb} within WITH.`);
  }
  return made;
}

// DELETE and UPDATE reach every row unless WHERE says which.
function rows(made: Part, tokens: Token[]): void {
  const words = tokens.filter(({ depth }) => depth === 0);
  const at = words.findIndex((token) => upper(token) === "WHERE");
  if (at < 0) {
    grave(made, "No WHERE: every row of it.");
    return;
  }
  const condition = words.slice(at + 1).map(({ text }) => text);
  const joined = condition.join(" ").toLowerCase();
  if (/^(?:true|1|not false|(\S+) = \1)$/.test(joined)) {
    grave(made, "Its WHERE is always true: every row of it.");
  } else if (/\bor (?:true|1|(\d+|'[^']*') = \1)(?: |$)/.test(joined)) {
    grave(made, "Its WHERE holds an OR that is always true: every row of it.");
  }
}

const afterWord: Record<string, string[]> = {
  DELETE: ["FROM"],
  INSERT: ["INTO"],
  REPLACE: ["INTO"],
  MERGE: ["INTO"],
  UPDATE: ["UPDATE", "ONLY"],
  TRUNCATE: ["TABLE", "ONLY", "TRUNCATE"],
  SELECT: ["FROM", "JOIN"],
  GRANT: ["ON"],
  REVOKE: ["ON"],
};

// What it is done to: the names after the word that introduces them.
function subjectOf(tokens: Token[], first: string): string {
  if (["DROP", "ALTER", "CREATE"].includes(first)) return objectOf(tokens);
  const words = afterWord[first];
  if (!words) return "";
  const found = tokens.flatMap((token, index) =>
    words.includes(upper(token)) && token.depth === 0 ? nameAt(tokens, index + 1, words) : [],
  );
  return [...new Set(found)].join(", ");
}

const noise = [
  "IF",
  "NOT",
  "EXISTS",
  "ONLY",
  "OR",
  "REPLACE",
  "TEMP",
  "TEMPORARY",
  "CONCURRENTLY",
  "UNIQUE",
  "MATERIALIZED",
];

// DROP TABLE IF EXISTS a, b: the kind and the names.
function objectOf(tokens: Token[]): string {
  const words = tokens.slice(1).filter((token) => !noise.includes(upper(token)));
  const kind = words[0]?.text.toLowerCase() ?? "";
  return `${kind} ${nameAt(words, 1, []).join(", ")}`.trim();
}

function nameAt(tokens: Token[], from: number, skip: string[]): string[] {
  const names: string[] = [];
  let name = "";
  for (const token of tokens.slice(from)) {
    if (name === "" && skip.includes(upper(token))) return names; // DELETE FROM ONLY x
    if (token.text === ".") name += ".";
    else if (token.text === ",") {
      names.push(name);
      name = "";
    } else if ((token.kind === "word" || token.kind === "name") && /(^|\.)$/.test(name)) {
      name += token.text;
    } else break;
  }
  return name === "" ? names : [...names, name];
}

const dangerous: [RegExp, string][] = [
  [/\bprogram\s+'/i, "It runs a program on the database's own machine."],
  [
    /\bxp_cmdshell\b|\bsys_exec\b|\bsys_eval\b/i,
    "It runs a command on the database's own machine.",
  ],
  [/\binto\s+(?:outfile|dumpfile)\b/i, "It writes a file on the database's own machine."],
  [
    /\b(?:lo_export|lo_import|pg_read_file|pg_read_binary_file|load_file|pg_ls_dir)\s*\(/i,
    "It reaches files on the database's own machine.",
  ],
  [/\b(?:dblink\w*|openrowset|opendatasource)\s*\(/i, "It reaches another database."],
  [/\bpg_(?:terminate|cancel)_backend\s*\(/i, "It ends what others are doing in the database."],
  [/\bsecurity\s+definer\b/i, "It makes a function that runs with its owner's rights."],
  [/\b(?:superuser|bypassrls|createrole)\b/i, "It gives a role rights over the database."],
  [/\bdisable\s+(?:row\s+level\s+security|trigger)\b/i, "It switches off a protection."],
];

function noted(made: Part, note: string): Part {
  made.notes.push(note);
  return made;
}
