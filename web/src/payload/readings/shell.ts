// Shell commands: which programs run, in which order, and what those are known to do. A program
// that is not in the list is told as unknown, never as harmless.

import { grave, type Part, part, type Reading, type Weight } from "./reading";
import { type Command, commandsOf, type Word } from "./shell_words";

const named =
  /^(?:cmd|command|commands|shell|script|bash|sh|shell_command|command_line|cmdline)$/;

export function looksLikeShell(text: string, name: string): boolean {
  if (/^#!\s*\S*\/(?:env\s+)?(?:ba|z|da|k)?sh\b/.test(text)) return true;
  // One long token is something encoded, and no command line.
  if (/^[A-Za-z0-9+/_-]{24,}={0,2}$/.test(text)) return false;
  return named.test(name) && /\S/.test(text) && !text.startsWith("#!");
}

export function readShell(text: string, pointer: string): Reading {
  const { commands, doubts } = commandsOf(text);
  const parts = commands.flatMap((command) => {
    const made = partOf(command);
    if (made) made.source = text.slice(command.at, command.end);
    return made ?? [];
  });
  if (
    /\|\s{0,20}(?:sudo\s{1,20})?(?:[\w./-]{0,99}\/)?(?:ba|z|da)?sh\b(?!\s{1,20}-c)/.test(text)
  ) {
    doubts.push(
      "A shell runs what another command gives it: those commands cannot be read here.",
    );
  }
  return { language: "Shell", pointer, parts, ordered: true, unread: doubts };
}

// A program and its arguments, with no shell between: nothing is computed.
export function readArguments(words: string[], pointer: string): Reading {
  const made = partOf({
    before: "",
    assignments: [],
    redirects: [],
    words: words.map((text) => ({ text, computed: false })),
    at: 0,
    end: 0,
  });
  const parts = made ? [made] : [];
  for (const one of parts) one.facts.push(["arguments", String(words.length - 1)]);
  return { language: "Command", pointer, parts, ordered: true, unread: [] };
}

const wrapping =
  "sudo doas env nohup time nice ionice timeout exec command builtin then do else if while until";
const wrappers = [...wrapping.split(" "), "!", "{"];
const wrapperValue = /^-(?:u|g|n|C|D|h|p|r|t|c|k|s)$/;

// What a wrapper runs: without it, its options, and the variables that it sets.
function unwrapped(words: Word[]): { rest: Word[]; root: boolean } {
  let rest = words;
  let root = false;
  while (rest[0] && wrappers.includes(rest[0].text) && rest.length > 1) {
    const [{ text: wrapper }] = rest as [Word];
    root ||= wrapper === "sudo" || wrapper === "doas";
    rest = rest.slice(1);
    while (rest.length > 1 && /^(?:-\S+|\w+=.*)$/.test(rest[0]?.text ?? "")) {
      rest = rest.slice(wrapperValue.test(rest[0]?.text ?? "") && rest.length > 2 ? 2 : 1);
    }
    if (wrapper === "timeout" && rest.length > 1) rest = rest.slice(1);
  }
  return { rest, root };
}

function partOf(command: Command): Part | undefined {
  const { words, assignments, redirects, before } = command;
  const { rest, root } = unwrapped(words);
  const [program, ...args] = rest;
  if (!program) {
    if (assignments.length + redirects.length === 0) return undefined;
    const made = part("change", "sets", assignments.join(" "));
    redirected(made, command);
    return made;
  }
  const name = program.text.replace(/^.*\//, "");
  const made = judged(name, args);
  if (root) made.notes.unshift("Runs with root's rights.");
  if (root && made.weight === "calm") made.weight = "unknown";
  if (program.computed) grave(made, "The program's name is computed when it runs.");
  if (before === "|") made.notes.push("Reads what the command before it writes.");
  if (before === "||") made.notes.push("Runs only if the one before fails.");
  if (before === "$(") made.notes.push("Its output becomes a part of another command.");
  if (args.some(({ computed }) => computed) && made.weight === "grave") {
    made.notes.push(
      "Some of its arguments are computed when it runs: a pattern, a variable or a command.",
    );
  }
  redirected(made, command);
  return made;
}

function redirected(made: Part, { redirects }: Command): void {
  for (const { sign, target } of redirects) {
    if (!sign.includes(">") || target === "/dev/null" || /^\d$|^-$/.test(target)) continue;
    const verb = sign.includes(">>") ? "Adds to" : "Overwrites";
    if (/^\/dev\/(?!null|std|tty|fd)/.test(target))
      grave(made, `Writes to the device ${target}.`);
    else {
      if (made.weight === "calm") made.weight = "change";
      made.notes.push(`${verb} the file ${target}.`);
    }
  }
}

const calm =
  "ls cat head tail less more grep egrep fgrep rg wc sort uniq cut tr echo printf pwd whoami id " +
  "date uname df du ps top free uptime which type file stat diff cmp find tree jq basename " +
  "dirname realpath readlink true false test [ cd pushd popd sleep seq printenv sha256sum md5sum " +
  "ping dig nslookup fi done esac } :";
const calmSet = new Set(calm.split(" "));

type Judge = [
  program: RegExp,
  args: RegExp | undefined,
  weight: Weight,
  verb: string,
  note?: string,
];

// The first that fits. What is grave is looked for in all arguments as they stand, joined by
// spaces; what is calm must be the subcommand.
const judges: Judge[] = [
  [
    /^rm$|^unlink$|^rmdir$/,
    /(?:^| )-[a-zA-Z]*[rR]|--recursive/,
    "grave",
    "deletes",
    "With everything below it.",
  ],
  [/^(?:rm|unlink|rmdir|shred|wipefs|srm)$/, undefined, "grave", "deletes"],
  [/^(?:mkfs.*|fdisk|parted|sgdisk|mkswap|cryptsetup)$/, undefined, "grave", "changes disks"],
  [/^dd$/, undefined, "grave", "writes raw data"],
  [/^(?:shutdown|reboot|halt|poweroff|init)$/, undefined, "grave", "stops the machine"],
  [/^(?:kill|killall|pkill)$/, undefined, "grave", "ends processes"],
  [/^truncate$/, undefined, "grave", "cuts files"],
  [/^find$/, /(?:^| )-delete\b/, "grave", "deletes", "Everything that it finds."],
  [/^find$/, /(?:^| )-(?:exec|ok)(?:dir)?\b/, "unknown", "runs a command on what it finds"],
  [/^(?:chmod|chown|chgrp|setfacl|chattr)$/, undefined, "change", "changes permissions"],
  [
    /^(?:useradd|userdel|usermod|passwd|visudo|groupadd|adduser|deluser)$/,
    undefined,
    "grave",
    "changes accounts",
  ],
  [/^(?:iptables|nft|ufw|firewall-cmd)$/, undefined, "grave", "changes the firewall"],
  [/^crontab$/, undefined, "grave", "changes what runs on its own"],
  [
    /^(?:systemctl|service)$/,
    /^(?:status|list-\S+|is-\w+|show)\b/,
    "calm",
    "asks about services",
  ],
  [/^(?:systemctl|service)$/, undefined, "change", "changes services"],
  [
    /^git$/,
    /(?:^| )(?:-c|--config-env|--exec-path|--upload-pack)\b/,
    "unknown",
    "runs git with settings of its own",
  ],
  [
    /^git$/,
    /\bpush\b.*(?:--force|--mirror|--delete|\s-f\b|\s\+|\s:)/,
    "grave",
    "rewrites or deletes in a remote repository",
  ],
  [
    /^git$/,
    /\b(?:reset\s+--hard|clean\s+-\w*f|branch\s+-D|filter-branch|checkout\s+--)/,
    "grave",
    "throws away work",
  ],
  [
    /^git$/,
    /^(?:status|log|diff|show|fetch|rev-parse|blame|describe|ls-files)\b/,
    "calm",
    "reads",
  ],
  [/^git$/, undefined, "change", "changes a repository"],
  [
    /^(?:kubectl|oc)$/,
    /\b(?:delete|drain|replace\s.*--force)\b/,
    "grave",
    "deletes in a cluster",
  ],
  [/^(?:kubectl|oc)$/, /\bexec\b|\brun\b|\bdebug\b/, "unknown", "runs a command in a cluster"],
  [
    /^(?:kubectl|oc)$/,
    /^(?:get|describe|logs|top|explain|version|diff|api-resources)\b/,
    "calm",
    "reads from a cluster",
  ],
  [/^(?:kubectl|oc|helm)$/, undefined, "change", "changes a cluster"],
  [/^(?:terraform|tofu|pulumi)$/, /\bdestroy\b/, "grave", "destroys infrastructure"],
  [/^(?:terraform|tofu|pulumi)$/, /^(?:plan|show|validate|output|preview)\b/, "calm", "reads"],
  [/^(?:terraform|tofu|pulumi)$/, /\b(?:apply|up)\b/, "grave", "changes infrastructure"],
  [
    /^(?:docker|podman)$/,
    /(?:^| )(?:rm|rmi|prune|kill|down)\b/,
    "grave",
    "deletes containers or images",
  ],
  [
    /^(?:docker|podman)$/,
    /--privileged|-v\s*\/:|docker\.sock/,
    "grave",
    "runs a container with power over the machine",
  ],
  [/^(?:docker|podman)$/, /^(?:ps|images|logs|inspect|version|info)\b/, "calm", "reads"],
  [/^(?:docker|podman|docker-compose)$/, undefined, "change", "changes containers"],
  [
    /^(?:aws|gcloud|az|gsutil|s3cmd)$/,
    /\b(?:delete\S*|remove\S*|rm|rb|terminate\S*|purge|destroy)\b/,
    "grave",
    "deletes in a cloud",
  ],
  [/^aws$/, /^\S+ (?:describe-\S+|list-\S+|get-\S+|ls)(?: |$)/, "calm", "reads from a cloud"],
  [/^(?:aws|gcloud|az|gsutil)$/, undefined, "unknown", "changes a cloud"],
  [
    /^(?:psql|mysql|sqlite3|mongo|mongosh|redis-cli)$/,
    undefined,
    "unknown",
    "talks to a database",
  ],
  [
    /^(?:bash|sh|zsh|dash|ksh|fish)$/,
    /(?:^| )-\w*c\b/,
    "unknown",
    "runs another command line",
    "What stands in its argument is a command line of its own; it was not read.",
  ],
  [
    /^(?:bash|sh|zsh|dash|ksh|fish|source|\.)$/,
    undefined,
    "unknown",
    "runs a script",
    "What the script does was not read.",
  ],
  [
    /^(?:eval|xargs|parallel|watch|ssh|su|nsenter|chroot)$/,
    undefined,
    "unknown",
    "runs another command",
    "What that does was not read.",
  ],
  [
    /^(?:python\d?(?:\.\d+)?|perl|ruby|node|php|deno|bun|osascript|powershell|pwsh)$/,
    undefined,
    "unknown",
    "runs a program",
    "What the program does was not read.",
  ],
  [
    /^(?:curl|wget|http|httpie)$/,
    /(?:^| )(?:-X\s*P|-X\s*DELETE|--request|-d\b|--data|-F\b|--form|-T\b|--upload-file|--post-)/,
    "unknown",
    "sends data out",
  ],
  [
    /^(?:curl|wget|http)$/,
    /(?:^| )(?:-k|--insecure|--no-check-certificate)\b/,
    "unknown",
    "fetches",
    "It does not check who answers.",
  ],
  [/^(?:curl|wget|http)$/, undefined, "change", "fetches"],
  [
    /^(?:scp|rsync|sftp|ftp|nc|ncat|netcat|socat|rclone)$/,
    undefined,
    "unknown",
    "moves data between machines",
  ],
  [
    /^(?:apt|apt-get|dnf|yum|brew|apk|pacman|snap)$/,
    /\b(?:remove|purge|autoremove|erase|uninstall)\b/,
    "grave",
    "removes software",
  ],
  [
    /^(?:apt|apt-get|dnf|yum|brew|apk|pacman|snap|pip\d?|npm|pnpm|yarn|gem|cargo|go)$/,
    undefined,
    "change",
    "installs or builds software",
  ],
  [
    /^(?:mv|cp|ln|install|tee|sed|touch|mkdir|tar|unzip|zip|gzip|gunzip)$/,
    undefined,
    "change",
    "changes files",
  ],
  [
    /^(?:make|ninja|cmake|mvn|gradle)$/,
    undefined,
    "unknown",
    "builds",
    "What its rules run was not read.",
  ],
  [/^(?:export|alias|unset|set|trap|ulimit|umask)$/, undefined, "change", "changes the shell"],
];

const wide =
  /(?:^| )(?:\/|\/\*|~|~\/|\*|\.|\$HOME\/?|\/(?:etc|usr|bin|lib|var|home|boot|root)\/?\*?)(?= |$)/;

// More than this of a command line is not matched against the list.
const judgedMax = 4000;
const withValue = /^(?:-n|-C|--namespace|--context|--kubeconfig|--profile|--region|--project)$/;

function judged(name: string, args: Word[]): Part {
  const line = args.map(({ text }) => text).join(" ");
  const operands = args
    .filter(
      ({ text }, index) => !text.startsWith("-") && !withValue.test(args[index - 1]?.text ?? ""),
    )
    .map(({ text }) => text);
  const subject = [name, ...operands.slice(0, 4)].join(" ") + (operands.length > 4 ? " …" : "");
  const made = listed(
    name,
    line.slice(0, judgedMax),
    operands.join(" ").slice(0, judgedMax),
    subject,
  );
  if (line.length > judgedMax) {
    made.notes.push("A very long command: it was judged by its beginning.");
    if (made.weight === "calm") made.weight = "unknown";
  }
  return made;
}

function listed(name: string, line: string, operands: string, subject: string): Part {
  for (const [program, form, weight, verb, note] of judges) {
    if (!program.test(name)) continue;
    if (form && !form.test(weight === "calm" ? operands : line)) continue;
    const made = part(weight, verb, subject);
    if (note) made.notes.push(note);
    if (verb === "deletes" && wide.test(line))
      grave(made, "It reaches very far: look at the path.");
    if (name === "chmod" && /(?:^| )(?:0?777|a\+rwx|[ug]*\+s|[2467]\d{3})\b/.test(line)) {
      grave(made, "It opens these to everybody, or to run with their owner's rights.");
    }
    return made;
  }
  if (calmSet.has(name)) {
    const writes =
      /(?:^| )(?:-[io]|-s|--output|--in-place|--set|-fprint\S*|--pre)(?:[ =]|$)/.test(line);
    return part(writes ? "change" : "calm", writes ? "may write" : "reads", subject);
  }
  const made = part("unknown", "unknown program", subject);
  made.notes.push("This page does not know what this program does.");
  return made;
}
