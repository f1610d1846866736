"""The life of the package, step by step: life.py apart|in-place PACKAGE (tests/packaging/run).

Prints `check NAME ok` or `check NAME FAILED` with what was wrong, a line a step. A package has one
life, so the steps build on one another; the first that fails ends it.
"""

import hashlib
import os
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

import listing
import place
from contents import CONTENTS
from front import FRONT, client_context, get, make_certificate, settings
from package import next_version, run, with_init
from unit import Service

STATE = Path("/var/lib/letsping")
DATA = STATE / "data"
SETTINGS = Path("/etc/letsping/letsping.toml")
TLS = Path("/etc/letsping/tls")
TLS_SETTINGS = f'[server.tls]\ncert = "{TLS}/cert.pem"\nkey = "{TLS}/key.pem"\n'


class Life:
    def __init__(self, package, scratch):
        self.package = package
        self.scratch = scratch
        self.next = next_version(package, scratch)
        self.before = listing.listing()
        self.log = open(scratch / "service.log", "w+", encoding="utf-8")
        self.service = None
        self.log_key = None
        self.shipped = None

    def start(self):
        self.service = Service(self.log).start()

    def stop(self):
        self.service.stop()

    def end(self):
        if self.service:
            self.service.kill()


def letsping(*words, user=None):
    """The installed program, as root or as the service's user."""
    become = ["runuser", "-u", user, "--"] if user else []
    return run(*become, "/usr/bin/letsping", *words, "--data", DATA, cwd="/").strip()


def log_key():
    """Origin and (nearly all of the) id of the key that signs the project's log."""
    signature = letsping("log", "checkpoint", "--project", "default").splitlines()[-1]
    _, origin, value = signature.split(" ")
    return f"{origin} {value[:5]}"


def digests(folder):
    """path -> SHA-256 of every file below."""
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def installs_and_asks_for_a_start(life):
    asked = with_init("dpkg", "--install", life.package)
    assert "deb-systemd-invoke start letsping.service" in asked, asked
    wants = Path("/etc/systemd/system/multi-user.target.wants/letsping.service")
    assert os.path.islink(wants), "the unit is not enabled"
    assert not STATE.exists(), "the state directory is the unit's to make"
    life.shipped = SETTINGS.read_text(encoding="utf-8")


def the_user_cannot_log_in(_life):
    name, password, uid, _, _, home, shell = run("getent", "passwd", "letsping").strip().split(":")
    assert (name, home, shell) == ("letsping", str(STATE), "/usr/sbin/nologin")
    assert 100 <= int(uid) < 1000 and password == "x"
    assert run("getent", "shadow", "letsping").split(":")[1] in ("!", "!*", "*")
    assert run("id", "-Gn", "letsping").split() == ["letsping"]


def starts_as_the_unit_says(life):
    life.start()
    status, _, body = get("127.0.0.1", 8400, "/readyz")
    assert status == 200, (status, body)
    assert get("127.0.0.1", 8400, "/livez")[0] == 200


def keeps_its_files_to_itself(_life):
    found = listing.owners_and_modes(STATE)
    strangers = {path: mode for path, mode in found.items()
                 if not mode.startswith("letsping:letsping ") or not mode.endswith("00")}
    assert not strangers, strangers
    assert found[str(STATE)].endswith(" 0700")
    secrets = {mode for path, mode in found.items() if path.startswith(f"{DATA}/secrets/")}
    assert secrets == {"letsping:letsping 0400"}, secrets
    assert (STATE / "data.signer").is_dir() and not (STATE / "signer").exists()


def gives_a_setup_link(_life):
    for user in (None, "letsping"):
        link = letsping("setup-link", user=user)
        assert link.startswith("http://localhost:8400/setup#t="), link
    status, _, page = get("127.0.0.1", 8400, "/setup")
    assert status == 200 and b"<!doctype html>" in page.lower(), status


def reloads_without_anything_to_read(life):
    life.service.reload()
    life.service.expect_logged("server.reloaded")
    assert get("127.0.0.1", 8400, "/livez")[0] == 200


def files_that_name(text):
    return [path for path in STATE.rglob("*")
            if path.is_file() and text.encode() in path.read_bytes()]


def names_nothing_lasting_after_localhost(life):
    life.log_key = log_key()
    assert "localhost" not in life.log_key, life.log_key
    origin = life.log_key.partition(" ")[0]
    assert files_that_name(origin.partition("/")[0]), f"{origin} is nowhere: the search is blind"
    assert not files_that_name("localhost")


def drains_when_it_is_stopped(life):
    life.stop()
    life.service.expect_logged("server.stopped")


def opens_its_data_for_its_user_alone(life):
    """With no server to ask, a command opens the directory itself. Root must not: what it wrote
    the service could not read."""
    try:
        letsping("key", "list", "--project", "default")
    except AssertionError as refused:
        assert "belongs to another account" in str(refused), refused
    else:
        raise AssertionError("root opened it")
    letsping("key", "list", "--project", "default", user="letsping")
    keeps_its_files_to_itself(life)


def takes_every_setting(_life):
    """The settings as shipped with every one taken in: all names and values are understood."""
    lines = SETTINGS.read_text(encoding="utf-8").splitlines()
    taken = [line.removeprefix("#") if line[1:2].isalpha() and line.startswith("#") else line
             for line in lines]
    trial = Path("/run/letsping-settings.toml")
    trial.write_text("\n".join(taken), encoding="utf-8")
    try:
        run("/usr/bin/letsping", "serve", "--config", trial, "--data", "/nonexistent/data")
    except AssertionError as failed:
        # It got as far as the directory, which cannot be made: nothing to object to before.
        assert "status 1" in str(failed) and "/nonexistent" in str(failed), failed
    trial.unlink()


def answers_as(name, trusted=None):
    status, _, _ = get("127.0.0.1", 8400, "/readyz", tls=trusted or client_context(TLS), name=name)
    return status == 200


def ends_tls_itself_and_reloads_certificates(life):
    TLS.mkdir(mode=0o755)
    make_certificate(TLS, "first.example", "letsping")
    SETTINGS.write_text(life.shipped.replace("[server.tls]\n", TLS_SETTINGS), encoding="utf-8")
    life.start()
    assert answers_as("first.example")
    make_certificate(TLS, "second.example", "letsping")
    life.service.reload_certificates()
    assert answers_as("second.example")
    trusted = client_context(TLS)
    (TLS / "cert.pem").chmod(0o600)
    life.service.reload_certificates()
    life.service.expect_logged("tls.not_loaded")
    assert answers_as("second.example", trusted), "what cannot be read changes nothing"
    life.stop()


def refuses_a_key_of_somebody_else(life):
    make_certificate(TLS, "third.example")
    try:
        life.start()
    except AssertionError as ended:
        assert "ended with 1" in str(ended), ended
    else:
        raise AssertionError("it started with root's key")


def upgrade_keeps_settings_and_data(life):
    changed = settings(life.shipped)
    SETTINGS.write_text(changed, encoding="utf-8")
    data = digests(STATE)
    asked = with_init("dpkg", "--install", life.next)
    assert "deb-systemd-invoke restart letsping.service" in asked, asked
    assert not any(" stop " in line for line in asked), asked
    assert SETTINGS.read_text(encoding="utf-8") == changed
    assert digests(STATE) == data
    # Over itself, with a server that runs.
    life.start()
    asked = with_init("dpkg", "--install", life.next)
    assert "deb-systemd-invoke restart letsping.service" in asked, asked
    life.stop()
    life.start()
    assert log_key() == life.log_key
    life.stop()


def remove_keeps_settings_and_data(life):
    data = digests(STATE)
    asked = with_init("dpkg", "--remove", "letsping")
    assert "deb-systemd-invoke stop letsping.service" in asked, asked
    assert not Path("/usr/bin/letsping").exists()
    assert SETTINGS.exists() and digests(STATE) == data
    run("getent", "passwd", "letsping")


def comes_back_to_its_data(life):
    with_init("dpkg", "--install", life.package)
    life.start()
    assert log_key() == life.log_key
    life.stop()


def purge_leaves_nothing(life):
    scripts = life.scratch / "scripts"
    run("dpkg-deb", "--control", life.package, scripts)
    with_init("dpkg", "--purge", "letsping")
    with_init(scripts / "postrm", "purge")  # and again: nothing is left to object to
    left = list(listing.changes(life.before, listing.listing()))
    assert not left, "\n".join(left)


STEPS = (
    installs_and_asks_for_a_start,
    the_user_cannot_log_in,
    *CONTENTS,
    takes_every_setting,
    starts_as_the_unit_says,
    keeps_its_files_to_itself,
    gives_a_setup_link,
    reloads_without_anything_to_read,
    names_nothing_lasting_after_localhost,
    drains_when_it_is_stopped,
    opens_its_data_for_its_user_alone,
    ends_tls_itself_and_reloads_certificates,
    refuses_a_key_of_somebody_else,
    *FRONT,
    upgrade_keeps_settings_and_data,
    remove_keeps_settings_and_data,
    comes_back_to_its_data,
    purge_leaves_nothing,
)


def live(life):
    for step in STEPS:
        name = step.__name__.replace("_", "-")
        try:
            step(life)
        except Exception:  # whatever it is, it is told, and the life is over
            traceback.print_exc(file=sys.stdout)
            life.log.flush()
            print("the service said:", Path(life.log.name).read_text(encoding="utf-8")[-4000:])
            print(f"check {name} FAILED", flush=True)
            return 1
        print(f"check {name} ok", flush=True)
    return 0


def main():
    mode, package = sys.argv[1:]
    place.take(mode)
    with tempfile.TemporaryDirectory(prefix="letsping-packaging-", dir="/run") as scratch:
        life = Life(Path(package), Path(scratch))
        try:
            return live(life)
        finally:
            life.end()
            if mode == "in-place":
                run("dpkg", "--purge", "letsping")


if __name__ == "__main__":
    sys.exit(main())
