import { expect, test } from "vitest";
import { parse } from "../parse";
import { type Reading, tally } from "./reading";
import { readingsOf } from "./readings";

function readings(payload: unknown): Reading[] {
  const parsed = parse(typeof payload === "string" ? payload : JSON.stringify(payload));
  if (!parsed.ok) throw new Error(parsed.problem);
  return readingsOf(parsed.root).list;
}

function only(payload: unknown): Reading {
  const [first, ...rest] = readings(payload);
  if (!first || rest.length > 0) throw new Error(`${rest.length + 1} readings`);
  return first;
}

const told = (payload: unknown) =>
  only(payload).parts.map(({ weight, verb, subject }) => `${weight}: ${verb} ${subject}`.trim());
const notes = (payload: unknown) => only(payload).parts.flatMap((part) => part.notes);
const sql = (query: string) => ({ sql: query });
const sh = (command: string) => ({ command });

test("an ordinary payload has no reading", () => {
  expect(readings({ amount: 5000, to: "acct_99", reason: "Select the best from all" })).toEqual(
    [],
  );
  expect(readings({ query: "red shoes", url: "https://example.com", method: 3 })).toEqual([]);
  expect(readings("[1,2]")).toEqual([]);
});

test("SQL is told statement by statement, in its order", () => {
  const text =
    "BEGIN; SELECT a FROM t JOIN u ON t.id = u.id; DELETE FROM s.sessions WHERE seen < 5;\n" +
    "drop table if exists a, b cascade; COMMIT;";
  expect(told(sql(text))).toEqual([
    "calm: begins a transaction",
    "calm: reads t, u",
    "grave: deletes rows s.sessions",
    "grave: drops table a, b",
    "calm: commits",
  ]);
  const reading = only(sql(text));
  expect(reading.ordered).toBe(true);
  expect(reading.unread).toEqual([]);
  expect(reading.parts[2]?.source).toBe("DELETE FROM s.sessions WHERE seen < 5");
  expect(tally(reading)[0]).toEqual({ weight: "grave", verb: "deletes rows", count: 1 });
});

test("changes that reach every row are told", () => {
  const every = /every row/;
  for (const query of [
    "DELETE FROM t",
    "UPDATE t SET a = 1",
    "DELETE FROM t WHERE 1=1",
    "UPDATE t SET a = 1 WHERE true",
    "DELETE FROM t WHERE a = 5 OR 1 = 1",
    "DELETE FROM t /* WHERE id = 5 */",
    "DELETE FROM t -- WHERE id = 5",
    "DELETE FROM t WHERE 'x' = 'x'",
  ]) {
    expect([query, notes(sql(query)).some((note) => every.test(note))]).toEqual([query, true]);
  }
  expect(notes(sql("DELETE FROM t WHERE id = 5"))).toEqual([]);
  expect(notes(sql("UPDATE t SET a = (SELECT 1 WHERE true) WHERE id = 5"))).toEqual([]);
});

test("what changes rows within WITH or EXPLAIN ANALYZE is not taken for reading", () => {
  const hidden = "WITH gone AS (DELETE FROM users RETURNING *) SELECT count(*) FROM gone";
  expect(told(sql(hidden))).toEqual(["grave: reads gone"]);
  expect(notes(sql(hidden))).toEqual(["It also deletes rows within WITH."]);
  expect(told(sql("EXPLAIN ANALYZE DELETE FROM t WHERE id = 1"))[0]).toContain("deletes rows t");
  expect(told(sql("EXPLAIN DELETE FROM t"))[0]).toContain("calm: explains");
  expect(told(sql("SELECT * INTO copy FROM t"))[0]).toContain("change: reads");
  expect(told(sql("WITH a AS (SELECT 1 FOR UPDATE) SELECT * FROM a"))).toEqual(["calm: reads a"]);
});

test("SQL that databases end at different places is doubted, not chosen", () => {
  for (const query of [
    "SELECT 'a\\'; DROP TABLE t; --'",
    "SELECT 1 /*! ; DROP TABLE t */",
    "SELECT 1 /* a /* b */ ; DROP TABLE t */",
    "SELECT 1 # ; DROP TABLE t",
    "SELECT 1--1; DROP TABLE t",
    "SELECT 'open; DROP TABLE t",
    "DO $$ BEGIN DELETE FROM t; END $$",
    "\\! rm -rf /",
    "DELIMITER //",
  ]) {
    expect([query, only(sql(query)).unread.length > 0]).toEqual([query, true]);
  }
  const plain = "SELECT \"a;b\", `c;d`, 'it''s; fine', [1] FROM t WHERE a = $1 -- done\n;";
  expect(only(sql(plain)).unread).toEqual([]);
  expect(only(sql(plain)).parts.length).toBe(1);
});

test("SQL that reaches the machine, and SQL that nobody knows, is told", () => {
  expect(told(sql("COPY t FROM PROGRAM 'curl x'"))[0]).toContain("grave");
  expect(told(sql("SELECT pg_read_file('/etc/passwd')"))[0]).toContain("grave");
  expect(told(sql("EXEC xp_cmdshell 'dir'"))[0]).toContain("grave");
  expect(told(sql("FROBNICATE t"))).toEqual(["unknown: unknown"]);
  expect(told(sql("CALL cleanup()"))).toEqual(["unknown: runs a procedure"]);
  expect(told(sql("GRANT ALL ON t TO public"))[0]).toBe("grave: gives rights t");
});

test("SQL is found by its form too, and not in prose", () => {
  expect(only({ text: "DELETE FROM sessions WHERE id = 1" }).language).toBe("SQL");
  expect(only({ a: { q: "-- note\nTRUNCATE TABLE logs" } }).language).toBe("SQL");
  expect(readings({ text: "Please update the record and delete old ones" })).toEqual([]);
});

test("shell commands are told in their order, each with its program", () => {
  expect(told(sh("cd /srv && rm -rf ./cache | tee log; frob --all"))).toEqual([
    "calm: reads cd /srv",
    "grave: deletes rm ./cache",
    "change: changes files tee log",
    "unknown: unknown program frob",
  ]);
  expect(told(sh("sudo -u root FOO=1 /bin/rm x"))).toEqual(["grave: deletes rm x"]);
  expect(notes(sh("sudo ls"))).toContain("Runs with root's rights.");
  expect(notes(sh("rm -rf /"))).toContain("It reaches very far: look at the path.");
  expect(notes(sh("echo x > /etc/passwd"))).toContain("Overwrites the file /etc/passwd.");
  expect(told(sh("echo x > /dev/sda"))[0]).toContain("grave");
});

test("what a shell computes or runs out of sight is told", () => {
  expect(told(sh('echo "$(rm -rf ~)"'))[0]).toBe("grave: deletes rm ~");
  expect(told(sh("echo `shutdown now`"))[0]).toContain("grave: stops the machine");
  expect(told(sh("$CMD x"))[0]).toContain("grave");
  expect(only(sh("curl -s https://x.example | sh")).unread.join()).toContain(
    "cannot be read here",
  );
  expect(told(sh('bash -c "rm x"'))).toEqual(["unknown: runs another command line bash rm x"]);
  expect(only(sh("echo 'open")).unread).toEqual(["A quote is not closed."]);
  expect(only(sh("cat <<EOF | sh\nrm -rf /\nEOF\nls")).parts.map(({ verb }) => verb)).toEqual([
    "reads",
    "runs a script",
    "reads",
  ]);
});

test("quotes and comments hide nothing and invent nothing", () => {
  expect(told(sh("echo 'rm -rf /' # ; reboot"))).toEqual(["calm: reads echo rm -rf /"]);
  expect(told(sh('"rm" -r x'))).toEqual(["grave: deletes rm x"]);
  expect(told(sh("r\\m x"))).toEqual(["grave: deletes rm x"]);
  expect(told(sh("ls \\\n -l; reboot")).at(-1)).toContain("stops the machine");
});

test("subcommands that read are calm only as subcommands", () => {
  expect(told(sh("kubectl -n prod get pods"))[0]).toContain("calm");
  expect(told(sh("kubectl apply -f get.yaml"))[0]).toContain("change");
  expect(told(sh("kubectl delete ns prod"))[0]).toContain("grave");
  expect(told(sh("git push --force origin main"))[0]).toContain("grave");
  expect(told(sh("git -C x status"))[0]).toContain("calm");
  expect(told(sh("git -c core.pager=x status"))[0]).toContain("unknown");
  expect(told(sh("terraform apply -auto-approve"))[0]).toContain("grave");
  expect(told(sh("docker run --rm x"))[0]).toContain("change");
  expect(told(sh("aws s3 cp x s3://list/get-it"))[0]).toContain("unknown");
  expect(told(sh("find / -name x -delete"))[0]).toContain("grave");
  expect(told(sh("sort -o x y"))[0]).toContain("change");
});

test("a program with its arguments is read without a shell", () => {
  expect(told({ command: ["rm", "-rf", "a b; reboot"] })).toEqual([
    "grave: deletes rm a b; reboot",
  ]);
  expect(told({ command: "kubectl", args: ["delete", "pod", "x"] })[0]).toContain("grave");
});

test("an HTTP request is told with its host, however the address is written", () => {
  const call = (method: string, url: string, more = {}) => ({ method, url, ...more });
  expect(told(call("GET", "https://api.example/v1?a=1"))).toEqual([
    "calm: fetches https://api.example/v1?a=1",
  ]);
  expect(told(call("DELETE", "https://api.example/v1/users/1"))[0]).toContain("grave: deletes");
  const facts = (url: string) =>
    only(call("GET", url)).parts[0]?.facts.find(([n]) => n === "host");
  expect(facts("https://good.example@evil.example/")).toEqual(["host", "evil.example"]);
  expect(notes(call("GET", "https://good.example@evil.example/")).join()).toContain(
    "evil.example",
  );
  expect(notes(call("GET", "http://169.254.169.254/latest/")).join()).toContain("credentials");
  expect(notes(call("GET", "http://0x7f.1/")).join()).toContain("127.0.0.1");
  expect(notes(call("GET", "https://\u0430pple.com/")).join()).toContain("beyond ASCII");
  expect(only(call("GET", "https://a.example\\@b.example/")).unread.length).toBe(1);
  expect(only(call("GET", "https://a.example/x/../y")).unread.length).toBe(1);
  expect(told(call("FROB", "https://a.example/"))[0]).toContain("unknown");
  const overridden = call("POST", "https://a.example/", {
    headers: { "X-HTTP-Method-Override": "DELETE", Authorization: "Bearer x" },
  });
  expect(told(overridden)[0]).toContain("grave");
  expect(notes(overridden).join()).toContain("credentials");
});

test("a diff is told file by file, what is deleted first", () => {
  const text =
    "diff --git a/x.txt b/x.txt\n--- a/x.txt\n+++ b/x.txt\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n" +
    "diff --git a/gone b/gone\ndeleted file mode 100644\n--- a/gone\n+++ /dev/null\n" +
    "@@ -1 +0,0 @@\n-all\n";
  expect(told({ patch: text })).toEqual([
    "grave: deletes a file gone",
    "change: changes a file x.txt",
  ]);
  const lines = only({ patch: text }).parts[1]?.lines?.map(({ kind, text: t }) => `${kind} ${t}`);
  expect(lines).toEqual(["place @@ -1,2 +1,2 @@", "same same", "removed old", "added new"]);
  expect(only({ patch: text }).unread).toEqual([]);
});

test("a diff whose numbers do not add up, or that leaves its folder, is told", () => {
  const diff = (head: string, path = "x") => `--- a/${path}\n+++ b/${path}\n${head}\n-a\n+b\n`;
  expect(only({ patch: diff("@@ -1,5 +1 @@") }).unread.length).toBe(1);
  expect(only({ patch: diff("@@ -1 +1 @@") }).unread).toEqual([]);
  expect(told({ patch: diff("@@ -1 +1 @@", "../../etc/cron.d/x") })[0]).toContain("grave");
  const more = `${diff("@@ -1 +1 @@")}+sneaked in\n`;
  expect(only({ patch: more }).unread.join()).toContain("belongs to no change");
});

test("an old and a new text are compared line by line", () => {
  const edit = {
    file_path: "a.ts",
    old_string: "one\ntwo\nthree",
    new_string: "one\n2\nthree\nfour",
  };
  expect(only(edit).parts[0]?.lines?.map(({ kind }) => kind)).toEqual([
    "same",
    "removed",
    "added",
    "same",
    "added",
  ]);
  const long = { old_string: "a\n".repeat(5000), new_string: "b\n".repeat(5000) };
  expect(only(long).unread.length).toBe(1);
});

const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "prod" },
  spec: {
    replicas: 2,
    template: {
      spec: {
        containers: [{ name: "c", image: "web:latest", securityContext: { privileged: true } }],
      },
    },
  },
};

test("a Kubernetes object is told with the power that it has", () => {
  expect(told(deployment)).toEqual(["grave: Deployment web"]);
  expect(notes(deployment).join()).toMatch(/no fixed version.*privileged/s);
  const binding = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "x" },
    roleRef: { name: "cluster-admin" },
    subjects: [{ kind: "Group", name: "system:anonymous" }],
  };
  expect(notes({ manifest: binding }).join()).toMatch(/Every right.*everybody/s);
  const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } };
  const list = { apiVersion: "v1", kind: "List", items: [config, deployment] };
  expect(told(list)).toEqual(["grave: Deployment web", "change: ConfigMap c"]);
  expect(told({ text: JSON.stringify(config) })).toEqual(["change: ConfigMap c"]);
});

test("of YAML only an outline is told, and that it is one", () => {
  const yaml =
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: prod\n---\n" +
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: keys\n";
  const reading = only({ manifest: yaml });
  expect(reading.parts.map(({ verb, subject }) => `${verb} ${subject}`)).toEqual([
    "Service web",
    "Secret keys",
  ]);
  expect(reading.unread.length).toBe(1);
  const tricks = "apiVersion: v1\nkind: &k Role\nkind: Pod\nmetadata:\n  name: x\n";
  expect(only({ manifest: tricks }).unread.length).toBe(2);
  expect(notes({ manifest: tricks }).join()).toContain("stands twice");
});

const change = (address: string, actions: string[], more = {}) => ({
  address,
  type: address.split(".")[0],
  mode: "managed",
  change: { actions, before: null, after: null, ...more },
});

test("a Terraform plan tells what is destroyed and replaced first", () => {
  const plan = {
    format_version: "1.2",
    resource_changes: [
      change("aws_a.same", ["no-op"]),
      change("aws_b.new", ["create"]),
      change("aws_db_instance.main", ["delete", "create"], {
        before: { engine: "14", size: 1 },
        after: { engine: "16", size: 1 },
        replace_paths: [["engine"]],
      }),
      change("aws_c.gone", ["delete"]),
      change("aws_d.odd", ["frobnicate"]),
    ],
  };
  expect(told(plan)).toEqual([
    "grave: replaces aws_db_instance.main",
    "grave: destroys aws_c.gone",
    "unknown: unknown aws_d.odd",
    "change: creates aws_b.new",
    "calm: leaves aws_a.same",
  ]);
  const [replaced] = only(plan).parts;
  expect(replaced?.facts).toEqual([["engine (forces the replacement)", '"14" → "16"']]);
  expect(replaced?.notes).toEqual(["It holds data, which goes with it."]);
  expect(only(plan).unread.length).toBe(1);
});

test("numbers of a plan are those of its text", () => {
  const text =
    '{"terraform_version":"1","resource_changes":[{"address":"a.b",' +
    '"change":{"actions":["update"],' +
    '"before":{"n":12345678901234567890},"after":{"n":1.0}}}]}';
  expect(only(text).parts[0]?.facts).toEqual([["n", "12345678901234567890 → 1.0"]]);
});

test("nothing that is put around a value keeps it from being read", () => {
  const languages = (payload: unknown) => readings(payload).map(({ language }) => language);
  const statement = { sql: "DROP TABLE t" };
  expect(languages({ apiVersion: "v1", kind: "X", ...statement })).toEqual(["Kubernetes", "SQL"]);
  expect(
    languages({ old_string: "a\nb", new_string: "SELECT 1 FROM t\n", ...statement }),
  ).toEqual(["Text diff", "SQL"]);
  expect(
    languages({ format_version: "1", resource_changes: [], output_changes: {}, x: statement }),
  ).toEqual(["SQL"]);
  const list = { apiVersion: "v1", kind: "List", items: [deployment, { ...deployment }] };
  expect(languages(list)).toEqual(["Kubernetes"]);
  const pod = { spec: { containers: [{ name: "c", command: ["rm", "-rf", "/"] }] } };
  expect(languages({ apiVersion: "v1", kind: "Pod", ...pod })).toEqual(["Kubernetes", "Command"]);
});

test("readings are bounded, and what was not looked at is told", () => {
  const parsed = parse(JSON.stringify(Array.from({ length: 40 }, () => ({ sql: "SELECT 1" }))));
  if (!parsed.ok) throw new Error(parsed.problem);
  const { list, more } = readingsOf(parsed.root);
  expect([list.length, more]).toEqual([20, true]);
});

test("no text makes a reader fail, and what it quotes stands in that text", () => {
  const pieces = [
    "SELECT",
    " DELETE FROM t",
    " WHERE ",
    "'",
    '"',
    "`",
    "$",
    "$$",
    "$(",
    "${",
    "(",
    ")",
    "{",
    "}",
    ";",
    "--",
    "/*",
    "*/",
    "\\",
    "\n",
    " ",
    "|",
    "&&",
    "<<EOF\n",
    "EOF",
    "> f",
    "rm -rf x",
    "sudo ",
    "#",
    "@@ -1 +1 @@\n",
    "--- a\n",
    "+++ b\n",
    "+x\n",
    "-y\n",
    "diff --git a b\n",
    "apiVersion: v1\n",
    "kind: Pod\n",
    "metadata:\n",
    "  name: x\n",
    "---\n",
    "&a",
    "*a",
    "\u202e",
    "\ud800",
    "0",
    "=",
    "WITH a AS (",
    "EXPLAIN ANALYZE ",
    "drop table ",
    "a.b, c",
    "cascade",
    "-exec",
    "~",
    "!",
    "1=1",
    " OR ",
  ];
  let state = 4242;
  const roll = (sides: number) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * sides);
  };
  for (let round = 0; round < 4000; round += 1) {
    const text = Array.from({ length: 1 + roll(18) }, () => pieces[roll(pieces.length)]).join("");
    for (const name of ["sql", "command", "text"]) {
      const found = readings({ [name]: text, method: "GET", url: `https://${text}`, body: 1 });
      for (const { parts } of found) {
        for (const { source } of parts) expect(text.includes(source ?? "")).toBe(true);
      }
    }
  }
});

test("text that is made to be slow is read in time", () => {
  const slow: [string, string][] = [
    ["sql", `SELECT ${"(".repeat(140_000)}`],
    ["sql", `${" ".repeat(280_000)}x`],
    ["sql", `GRANT ${" to".repeat(90_000)}`],
    ["command", "push ".repeat(50_000)],
    ["command", `git ${"push ".repeat(50_000)}`],
    ["command", `kubectl ${"-a ".repeat(90_000)}`],
    ["command", "$(".repeat(2_000)],
    ["command", "| ".repeat(140_000)],
    ["text", `--- a\n${"+++ ".repeat(70_000)}`],
    ["text", `apiVersion: v1\nkind: X\n${"a: ".repeat(90_000)}`],
    ["text", `apiVersion: v1\nkind: X\nmetadata:\n${"  \n".repeat(90_000)}x`],
  ];
  for (const [name, text] of slow) {
    const began = performance.now();
    readings({ [name]: text });
    const took = performance.now() - began;
    expect([text.slice(0, 30), took < 4000]).toEqual([text.slice(0, 30), true]);
  }
});
