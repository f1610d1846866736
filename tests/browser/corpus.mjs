// Payloads that are hard to show as they are. Each with what the page must say of it: `leaves`, how
// many values it has (nothing: it has no single meaning, and cannot be approved), and `texts` that
// must be readable as they were sent.

const many = (count, of) => Array.from({ length: count }, (_, n) => of(n));
const one = (name, value, texts = [value]) => ({
  name,
  text: `{"v":${value}}`,
  leaves: 1,
  texts,
});
const string = (name, value, texts) => ({
  name,
  text: JSON.stringify({ v: value }),
  leaves: 1,
  texts,
});
const broken = (name, text) => ({ name, text, leaves: undefined, texts: [] });
const deep = (depth) => `${"[".repeat(depth)}7${"]".repeat(depth)}`;

const numbers = [
  "18446744073709551616",
  "12345678901234567890",
  "9007199254740993",
  "-0",
  "0.0",
  "1.0",
  "1.10",
  "1e400",
  "-1E-400",
  "1E5",
  "1e+5",
  "0.1000000000000000055511151231257827",
  "5000.00",
  "1e0",
].map((value) => one(`the number ${value}`, value));

const invisible = [
  ["a right-to-left override", "invoice\u202efdp.exe", ["202E"]],
  ["an isolate", "a\u2066b\u2069c", ["2066", "2069"]],
  ["a zero-width space", "pay\u200bpal", ["200B"]],
  ["a zero-width joiner", "a\u200db", ["200D"]],
  ["a byte order mark", "\ufeffabc", ["FEFF"]],
  ["a soft hyphen", "pass\u00adword", ["00AD"]],
  ["a no-break space", "a\u00a0b", ["00A0"]],
  ["a line separator", "a\u2028b", ["2028"]],
  ["tag characters", `x${String.fromCodePoint(0xe0041, 0xe0042)}`, ["AB"]],
  ["a variation selector", "a\ufe01b", ["FE01"]],
  ["a terminal escape", "\u001b[2Jgone", ["001B"]],
  ["a bell and a backspace", "a\u0007\u0008b", ["0007", "0008"]],
  ["a null", "a\u0000b", ["0000"]],
  ["a private character", "a\ue000b", ["E000"]],
].map(([name, value, texts]) => string(name, value, texts));

const looks = [
  ["a Cyrillic letter", "p\u0430ypal", ["looks like “paypal”"]],
  ["a Greek letter", "g\u03bfogle.com", ["looks like"]],
  ["a mixed-script host", "\u0430\u0440\u0440\u04cf\u0435.com", ["looks like “apple”"]],
  ["a decomposed letter", "cafe\u0301", ["caf"]],
].map(([name, value, texts]) => string(name, value, texts));

const markup = [
  '<img src=x onerror="window.lpRan=1">',
  "<svg onload=window.lpRan=1></svg>",
  "<script>window.lpRan=1</script>",
  "<iframe srcdoc='<script>parent.lpRan=1</script>'></iframe>",
  "[click](javascript:window.lpRan=1)",
  "![x](https://evil.example/x.png)",
  "</code></pre><h1>Approved</h1>",
  "<style>*{display:none}</style>",
  "{{7*7}}${7*7}<%= 7*7 %>",
  "&lt;b&gt;bold&lt;/b&gt;",
  "javascript:window.lpRan=1//",
  "<a href=//evil.example>Approve</a>",
].map((value) => string(`the markup ${value.slice(0, 20)}`, value, [value]));

const shapes = [
  {
    name: "__proto__ as data",
    text: '{"__proto__":{"admin":true},"a":1}',
    leaves: 2,
    texts: ["__proto__", "admin"],
  },
  {
    name: "constructor and toString",
    text: '{"constructor":1,"toString":2,"hasOwnProperty":3}',
    leaves: 3,
    texts: ["constructor"],
  },
  { name: "an empty name", text: '{"":1,"a":{"":2}}', leaves: 2, texts: ["1", "2"] },
  { name: "empty containers", text: '{"a":[],"b":{},"c":""}', leaves: 3, texts: [] },
  { name: "a bare string", text: '"only text"', leaves: 1, texts: ["only text"] },
  { name: "a bare number", text: "42.50", leaves: 1, texts: ["42.50"] },
  {
    name: "null, true and false",
    text: '{"n":null,"t":true,"f":false}',
    leaves: 3,
    texts: ["null", "true", "false"],
  },
  {
    name: "escapes that say the same",
    text: '{"a":"caf\\u00e9","b":"\\/path"}',
    leaves: 2,
    texts: ["caf"],
  },
  {
    name: "blanks everywhere",
    text: ' {\n\t"a" : 1 ,\r\n "b":[ 2 , 3 ] } ',
    leaves: 3,
    texts: ["1", "2", "3"],
  },
  { name: "sixty levels", text: deep(60), leaves: 1, texts: ["7"] },
  {
    name: "names that differ in case",
    text: '{"Amount":1,"amount":2}',
    leaves: 2,
    texts: ["Amount", "amount"],
  },
  {
    name: "two hundred values",
    text: JSON.stringify(many(200, (n) => n)),
    leaves: 200,
    texts: ["199"],
  },
];

const meaningless = [
  broken("a name twice", '{"amount":1,"amount":9000}'),
  broken("a name twice, once escaped", '{"amount":1,"\\u0061mount":9000}'),
  broken("a trailing comma", '{"a":1,}'),
  broken("what is no JSON", "rm -rf /"),
];

export const corpus = [...numbers, ...invisible, ...looks, ...markup, ...shapes, ...meaningless];
