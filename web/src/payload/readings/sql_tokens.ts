// SQL cut into words, names, texts and signs, and into statements, as far as that is possible
// without knowing whose SQL it is. Where dialects end a text or a comment at different places, a
// reader that chose one would show statements that another database does not run: each such place
// is told.

export interface Token {
  kind: "word" | "name" | "text" | "sign";
  text: string;
  at: number;
  depth: number; // of parentheses around it
}

export interface Tokens {
  statements: Token[][];
  doubts: string[];
}

const unclosed = "A quote or a comment is not closed: programs differ in what follows from that.";
const backslash =
  "A backslash stands before a quote. MySQL goes on there, and PostgreSQL ends the text.";

const forms = {
  space: /\s+/y,
  line: /--[^\n]*/y,
  word: /[\p{L}_][\p{L}\p{Nd}_$]*/uy,
  number: /\d[\w.]*/y,
  dollar: /\$(?:[A-Za-z_]\w*)?\$/y,
  sign: /<=|>=|<>|!=|\|\||::|:=|[\s\S]/uy,
};

export function tokensOf(sql: string): Tokens {
  const scanner = new Scanner(sql);
  scanner.run();
  return {
    statements: scanner.statements.filter((s) => s.length > 0),
    doubts: [...scanner.doubts],
  };
}

class Scanner {
  readonly statements: Token[][] = [[]];
  readonly doubts = new Set<string>();
  private at = 0;
  private depth = 0;
  private readonly sql: string;

  constructor(sql: string) {
    this.sql = sql;
  }

  run(): void {
    if (/^[ \t]*\\/m.test(this.sql)) {
      this.doubts.add(
        "A line begins with a backslash: psql runs such a line as a command of its own.",
      );
    }
    if (/^[ \t]*delimiter\b/im.test(this.sql)) {
      this.doubts.add("DELIMITER moves the ends of statements; this page does not follow it.");
    }
    while (this.at < this.sql.length) this.step();
    if (this.depth > 0) this.doubts.add("A parenthesis is not closed.");
  }

  private step(): void {
    const here = this.sql[this.at] ?? "";
    const two = this.sql.slice(this.at, this.at + 2);
    if (here === "#") {
      this.doubts.add("MySQL skips what follows a #; other databases read it.");
    }
    if (this.take(forms.space) !== undefined) return;
    if (two === "--") this.lineComment();
    else if (two === "/*") this.blockComment();
    else if (here === "'") this.quoted("'", "text");
    else if (here === '"' || here === "`") this.quoted(here, "name");
    else if (here !== "$" || !this.dollarQuoted()) this.plain(here);
  }

  private plain(here: string): void {
    const start = this.at;
    const word = this.take(forms.word);
    const number = word === undefined ? this.take(forms.number) : undefined;
    if (word !== undefined) this.push("word", word, start);
    else if (number !== undefined) this.push("text", number, start);
    else this.sign(this.take(forms.sign) ?? here, start);
  }

  private sign(text: string, start: number): void {
    if (text === ";" && this.depth === 0) {
      this.statements.push([]);
      return;
    }
    if (text === ")") this.depth = Math.max(0, this.depth - 1);
    this.push("sign", text, start);
    if (text === "(") this.depth += 1;
  }

  private lineComment(): void {
    const comment = this.take(forms.line) ?? "";
    if (!/^--(?:\s|$)/.test(comment)) {
      this.doubts.add(
        "-- without a space begins a comment for most databases, and not for MySQL.",
      );
    }
  }

  private blockComment(): void {
    const end = this.sql.indexOf("*/", this.at + 2);
    if (end < 0) this.doubts.add(unclosed);
    const inner = this.sql.slice(this.at + 2, end < 0 ? undefined : end);
    if (/^[!M]/.test(inner))
      this.doubts.add("MySQL runs what stands in /*! … */; others skip it.");
    if (inner.includes("/*")) {
      this.doubts.add("One comment begins within another: databases differ in where it ends.");
    }
    this.at = end < 0 ? this.sql.length : end + 2;
  }

  private quoted(quote: string, kind: "text" | "name"): void {
    const start = this.at;
    this.at += 1;
    for (;;) {
      const end = this.sql.indexOf(quote, this.at);
      if (end < 0) {
        this.doubts.add(unclosed);
        this.at = this.sql.length;
        break;
      }
      if (this.sql[end - 1] === "\\" && end - 1 > start) this.doubts.add(backslash);
      this.at = end + 1;
      if (this.sql[this.at] !== quote) break;
      this.at += 1; // A doubled quote stands for itself.
    }
    this.push(kind, this.sql.slice(start, this.at), start);
  }

  private dollarQuoted(): boolean {
    const start = this.at;
    const open = this.take(forms.dollar);
    if (open === undefined) return false;
    const end = this.sql.indexOf(open, this.at);
    if (end < 0) this.doubts.add(unclosed);
    const body = this.sql.slice(this.at, end < 0 ? undefined : end);
    if (/[;'"]/.test(body)) {
      this.doubts.add(
        "Between $$ stands one value for PostgreSQL, and statements for others; it was not read.",
      );
    }
    this.at = end < 0 ? this.sql.length : end + open.length;
    this.push("text", this.sql.slice(start, this.at), start);
    return true;
  }

  private push(kind: Token["kind"], text: string, start: number): void {
    this.statements.at(-1)?.push({ kind, text, at: start, depth: this.depth });
  }

  private take(form: RegExp): string | undefined {
    form.lastIndex = this.at;
    const found = form.exec(this.sql)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}
