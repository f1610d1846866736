// A command line cut into simple commands, as a POSIX shell cuts it. What a shell computes only
// when it runs (variables, substitutions, patterns) is kept as it is spelt and told: nobody can
// know here what it becomes.

export interface Word {
  text: string; // quotes taken off; what a shell would compute is spelt as it stands
  computed: boolean;
}

export interface Redirect {
  sign: string; // > >> < 2> &>
  target: string;
}

export interface Command {
  before: string; // the operator that leads to it: nothing, |, &&, ||, ;, &
  assignments: string[];
  words: Word[];
  redirects: Redirect[];
  at: number;
  end: number;
}

export interface CommandLine {
  commands: Command[];
  doubts: string[];
}

const operators = ["&&", "||", "|&", ";;", "|", ";", "&", "\n", "(", ")"];
const redirection = /(?:\d*|&)(?:>>|>\||>&|<&|<<<|<>|>|<)/y;
const hereDocument = /\d*<<-?(?!<)/y;

export function commandsOf(text: string): CommandLine {
  const scanner = new Scanner(text);
  scanner.run();
  return { commands: scanner.commands, doubts: [...scanner.doubts] };
}

class Scanner {
  readonly commands: Command[] = [];
  readonly doubts = new Set<string>();
  private at = 0;
  private current: Command = this.fresh("");
  private redirect: string | undefined;
  private bodyEnd = 0; // of the here-documents that begin on this line
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  run(): void {
    while (this.at < this.text.length) this.step();
    this.close("", 0);
  }

  private step(): void {
    const char = this.text[this.at] ?? "";
    if (char === " " || char === "\t" || char === "\r") this.at += 1;
    else if (this.text.startsWith("\\\n", this.at)) this.at += 2;
    else if (char === "#") {
      const end = this.text.indexOf("\n", this.at);
      this.at = end < 0 ? this.text.length : end;
    } else if (this.takes(hereDocument) !== undefined) this.skipHereDocument();
    else {
      const sign = this.takes(redirection);
      if (sign !== undefined) this.redirect = sign;
      else this.operatorOrWord();
    }
  }

  private operatorOrWord(): void {
    const operator = operators.find((one) => this.text.startsWith(one, this.at));
    if (operator === undefined) {
      this.word();
      return;
    }
    this.close(operator, operator.length);
    if (operator === "\n" && this.bodyEnd > this.at) this.at = this.bodyEnd;
  }

  private close(operator: string, length: number): void {
    const { words, assignments, redirects } = this.current;
    if (operator === "(" && words.length > 0) {
      this.doubts.add(
        "It defines a function; what a function does where it is called was not followed.",
      );
    }
    if (words.length + assignments.length + redirects.length > 0) {
      this.commands.push(this.current);
      this.at += length;
      this.current = this.fresh(operator === "\n" ? ";" : operator);
      return;
    }
    this.at += length;
    this.current.at = this.at;
    if (operator === "(") this.current.before ||= "(";
  }

  private fresh(before: string): Command {
    return { before, assignments: [], words: [], redirects: [], at: this.at, end: this.at };
  }

  private word(): void {
    const start = this.at;
    const word: Word = { text: "", computed: false };
    while (this.at < this.text.length && !/[\s;&|()<>]/.test(this.text[this.at] ?? "")) {
      this.piece(word);
    }
    if (this.at === start) this.at += 1; // A sign that stands nowhere else; never stay here.
    const { current } = this;
    if (current.words.length + current.assignments.length + current.redirects.length === 0) {
      current.at = start;
    }
    current.end = this.at;
    if (this.redirect !== undefined) {
      current.redirects.push({ sign: this.redirect, target: word.text });
      this.redirect = undefined;
    } else if (current.words.length === 0 && /^[A-Za-z_]\w*\+?=/.test(word.text)) {
      current.assignments.push(word.text);
    } else current.words.push(word);
  }

  private piece(word: Word): void {
    const char = this.text[this.at] ?? "";
    if (char === "'") this.until("'", word);
    else if (char === '"') this.doubleQuoted(word);
    else if (char === "$" || char === "`") this.substitution(word);
    else if (char === "\\") {
      word.text += this.text[this.at + 1] ?? "";
      this.at += 2;
    } else {
      if (char === "*" || char === "?") word.computed = true;
      word.text += char;
      this.at += 1;
    }
  }

  private until(quote: string, word: Word): void {
    const end = this.text.indexOf(quote, this.at + 1);
    if (end < 0) this.doubts.add("A quote is not closed.");
    word.text += this.text.slice(this.at + 1, end < 0 ? undefined : end);
    this.at = end < 0 ? this.text.length : end + 1;
  }

  private doubleQuoted(word: Word): void {
    this.at += 1;
    while (this.at < this.text.length && this.text[this.at] !== '"') {
      const char = this.text[this.at] ?? "";
      if (char === "$" || char === "`") this.substitution(word);
      else if (char === "\\" && /[$`"\\]/.test(this.text[this.at + 1] ?? "")) {
        word.text += this.text[this.at + 1];
        this.at += 2;
      } else {
        word.text += char;
        this.at += 1;
      }
    }
    if (this.at >= this.text.length) this.doubts.add("A quote is not closed.");
    this.at += 1;
  }

  // $name, ${…}, $(…), `…`, $'…': spelt as it stands. What runs within is read as commands too.
  private substitution(word: Word): void {
    const start = this.at;
    word.computed = true;
    const two = this.text.slice(this.at, this.at + 2);
    if (two === "$(") this.at = this.closing(this.at + 2, "(", ")");
    else if (two === "${") this.at = this.closing(this.at + 2, "{", "}");
    else if (two === "$'") this.at = this.after("'", this.at + 2);
    else if (this.text[this.at] === "`") this.at = this.after("`", this.at + 1);
    else
      this.at +=
        /^\$(?:\w+|[@*#?$!-])/.exec(this.text.slice(this.at, this.at + 80))?.[0].length ?? 1;
    const spelt = this.text.slice(start, this.at);
    word.text += spelt;
    if (two === "$'")
      this.doubts.add("$'…' spells characters by escapes, which were not decoded.");
    const inner = /^(?:\$\(([\s\S]*)\)|`([\s\S]*)`)$/.exec(spelt);
    if (!inner || spelt.startsWith("$((")) return;
    const within = commandsOf(inner[1] ?? inner[2] ?? "");
    for (const doubt of within.doubts) this.doubts.add(doubt);
    for (const command of within.commands) {
      this.commands.push({ ...command, before: "$(", at: start, end: this.at });
    }
  }

  private closing(from: number, open: string, close: string): number {
    let depth = 1;
    for (let at = from; at < this.text.length; at += 1) {
      const char = this.text[at];
      if (char === "\\") at += 1;
      else if (char === "'" && open === "(") at = this.after("'", at + 1) - 1;
      else if (char === open) depth += 1;
      else if (char === close) depth -= 1;
      if (depth === 0) return at + 1;
    }
    this.doubts.add("A bracket is not closed.");
    return this.text.length;
  }

  private after(quote: string, from: number): number {
    const end = this.text.indexOf(quote, from);
    if (end < 0) this.doubts.add("A quote is not closed.");
    return end < 0 ? this.text.length : end + 1;
  }

  // <<END … END: given to the command as it stands.
  private skipHereDocument(): void {
    const label = /^\s*(['"]?)(\w+)\1/.exec(this.text.slice(this.at, this.at + 80));
    this.doubts.add("A here-document is given to a command; what that makes of it was not read.");
    if (!label) return;
    this.at += label[0].length;
    const line = this.text.indexOf("\n", this.at);
    const end = new RegExp(`^\\t*${label[2]}$`, "m").exec(this.text.slice(line + 1));
    if (line < 0 || !end) return;
    // The rest of this line still belongs to the command; what stands below is its input.
    this.bodyEnd = line + 1 + end.index + end[0].length;
  }

  private takes(form: RegExp): string | undefined {
    form.lastIndex = this.at;
    const found = form.exec(this.text)?.[0];
    if (found) this.at += found.length;
    return found || undefined;
  }
}
