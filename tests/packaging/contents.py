"""What the installed package consists of."""

import gzip
import json
import re
import subprocess
from pathlib import Path

from package import field, modes_of, run
from unit import UNIT

TOP = Path(__file__).resolve().parents[2]
PROGRAM = "/usr/bin/letsping"
VERIFIER = "/usr/libexec/letsping/letsping-verify"
SIGNER_UNIT = "/usr/share/doc/letsping/examples/letsping-signer.service"
EXPOSURE_MAX = 1.2  # of 10, as systemd-analyze reckons
# A path of the machine that built it would tell about its builder, and differ from build to build.
BUILD_PATHS = str(TOP).encode()


def lintian_has_nothing_to_say(life):
    run("lintian", "--allow-root", "--fail-on", "error,warning,info", "--info", life.package)


def everything_belongs_to_root_with_plain_modes(life):
    expected = {"d": "root/root drwxr-xr-x", "-": "root/root -rw-r--r--"}
    for path, mode in modes_of(life.package).items():
        wanted = expected["d" if path.endswith("/") else "-"]
        if path in (PROGRAM, VERIFIER):
            wanted = "root/root -rwxr-xr-x"
        assert mode == wanted, f"{path}: {mode}"


def the_versions_agree(life):
    version = field(life.package, "Version")
    assert run(PROGRAM, "version").split()[1] == version
    assert run(VERIFIER, "--version").split()[1] == version
    with gzip.open("/usr/share/doc/letsping/changelog.gz", "rt", encoding="utf-8") as changelog:
        assert changelog.readline().startswith(f"letsping ({version}) ")


def the_verifier_is_found(_life):
    done = subprocess.run([PROGRAM, "verify", "-"], input=b"nothing\n", capture_output=True,
                          check=False)
    assert done.returncode == 40 and b"INVALID" in done.stdout, done


def the_programs_are_hardened(_life):
    for program in (PROGRAM, VERIFIER):
        is_hardened(program)


def is_hardened(program):
    told = run("readelf", "--wide", "--file-header", "--segments", "--dynamic", "--notes",
               "--dyn-syms", program)
    for sign in (r"Type: +DYN", r"INTERP", r"GNU_RELRO", r"FLAGS.*BIND_NOW", r"FLAGS_1.*\bPIE\b",
                 r"GNU_STACK .* RW  ", r"\bSHSTK\b", r"__stack_chk_fail", r"__\w+_chk\b"):
        assert re.search(sign, told), f"no {sign}"
    for sign in (r"\(R(UN)?PATH\)", r"TEXTREL", r"LOAD .* RWE "):
        assert not re.search(sign, told), sign
    assert BUILD_PATHS not in Path(program).read_bytes()
    sections = run("readelf", "--wide", "--sections", program)
    assert ".debug_info" not in sections, "not stripped"


def the_units_are_sound(_life):
    for unit in (UNIT, SIGNER_UNIT):
        assert not run("systemd-analyze", "verify", unit).strip()
        rating = run("systemd-analyze", "security", "--offline=true", "--no-pager",
                     f"--threshold={EXPOSURE_MAX * 10:.0f}", unit)
        print(rating.strip().splitlines()[-1])


def the_manual_tells_of_every_command(_life):
    # With every warning that the formatter knows.
    warnings = subprocess.run(
        ["man", "--warnings", "--encoding=UTF-8", "--local-file",
         "/usr/share/man/man1/letsping.1.gz"],
        env={"MANWIDTH": "100", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}, check=True,
        capture_output=True, text=True)
    assert not warnings.stderr, warnings.stderr
    for command in commands():
        assert re.search(rf"^   {' '.join(command)}$", warnings.stdout, re.M), command
    assert "/var/lib/letsping/data.signer" in warnings.stdout


def commands(words=()):
    """Every command that --help tells of."""
    told = run(PROGRAM, *words, "--help")
    below = re.search(r"^Subcommands:\n((?:  .*\n?)+)", told, re.M)
    if not below:
        yield words
        return
    for name in re.findall(r"^  (\S+)", below.group(1), re.M):
        yield from commands((*words, name))


def completed(*words):
    """What bash would offer after these words."""
    script = (". /usr/share/bash-completion/completions/letsping; "
              "COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)); _letsping; "
              "printf '%s\\n' \"${COMPREPLY[@]}\"")
    return run("bash", "-euc", script, "bash", "letsping", *words).split()


def the_shell_completes_every_command(_life):
    for command in commands():
        assert command[-1] in completed(*command[:-1], ""), command
        assert "--help" in completed(*command, "--h"), command
    assert completed("review", "appr") == ["approve"]
    assert completed("serve", "--con") == ["--config"]
    assert "/etc/letsping/letsping.toml" in completed("serve", "--config", "/etc/letsping/l")


def the_shipped_settings_are_all_there_are(_life):
    reference = (TOP / "docs/reference/configuration.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([a-z_]+\.[a-z_.]+)` \|", reference, re.M))
    shipped, table = set(), ""
    for line in Path("/etc/letsping/letsping.toml").read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"\[([\w.]+)\]$", line):
            table = heading.group(1)
        elif setting := re.match(r"#(\w+) = ", line):
            shipped.add(f"{table}.{setting.group(1)}")
    assert shipped == told, shipped ^ told


def every_part_has_its_licence(_life):
    licences = Path("/usr/share/doc/letsping/licenses/dashboard").read_text(encoding="utf-8")
    for name in json.loads((TOP / "web/package.json").read_text(encoding="utf-8"))["dependencies"]:
        assert f"## {name} - " in licences, name
    assert licences.count("SIL OPEN FONT LICENSE Version 1.1") == 2, "not one for each font"


CONTENTS = (
    lintian_has_nothing_to_say,
    everything_belongs_to_root_with_plain_modes,
    the_versions_agree,
    the_verifier_is_found,
    the_programs_are_hardened,
    the_units_are_sound,
    the_manual_tells_of_every_command,
    the_shell_completes_every_command,
    the_shipped_settings_are_all_there_are,
    every_part_has_its_licence,
)
