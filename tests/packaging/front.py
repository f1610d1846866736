"""nginx in front, with the configuration that the package brings, unchanged."""

import http.client
import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

from package import run

SITE = Path("/usr/share/doc/letsping/examples/nginx/letsping.conf")
UNPACKED = Path(__file__).resolve().parents[2] / "build/nginx/usr/sbin/nginx"
NAME = "letsping.example"  # as the example has it
TLS = Path("/etc/letsping/tls")
BEHIND = f'[server]\npublic_url = "https://{NAME}"\ntrusted_proxies = ["127.0.0.1"]\n'
MAIN = """\
user www-data;
worker_processes 1;
daemon off;
pid {scratch}/nginx.pid;
error_log {scratch}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {scratch}/body;
  proxy_temp_path {scratch}/proxy;
  fastcgi_temp_path {scratch}/fastcgi;
  uwsgi_temp_path {scratch}/uwsgi;
  scgi_temp_path {scratch}/scgi;
  include {site};
}}
"""


def settings(shipped):
    """The shipped settings with what the example asks for."""
    return shipped.replace("[server]\n", BEHIND, 1)


def make_certificate(folder, name, reader="root"):
    """A certificate for the name that signs itself, with a key that one user may read."""
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-noenc", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-days", "2",
        "-keyout", folder / "key.pem", "-out", folder / "cert.pem")
    (folder / "key.pem").chmod(0o400)
    (folder / "cert.pem").chmod(0o444)
    shutil.chown(folder / "key.pem", reader, reader)


def client_context(folder):
    """Trusts what is in the folder now, and nothing else."""
    return ssl.create_default_context(cafile=str(folder / "cert.pem"))


def get(host, port, path, tls=None, name=None, headers=None):
    """(status, headers, body)"""
    connection = http.client.HTTPConnection(host, port, timeout=10)
    if tls:
        plain = socket.create_connection((host, port), timeout=10)
        connection.sock = tls.wrap_socket(plain, server_hostname=name)
    sent = {} if headers is None else headers
    # Under a name of loopback where only the certificate has another.
    connection.request("GET", path, headers={"Host": f"127.0.0.1:{port}"} | sent)
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    return reply.status, reply.headers, body


class Nginx:
    def __init__(self, scratch):
        self.program = shutil.which("nginx") or UNPACKED
        self.scratch = scratch / "nginx"
        self.scratch.mkdir(mode=0o755)
        scratch.chmod(0o755)  # its workers are another user
        main = self.scratch / "nginx.conf"
        main.write_text(MAIN.format(scratch=self.scratch, site=SITE), encoding="utf-8")
        self.words = [self.program, "-p", self.scratch, "-c", main,
                      "-e", self.scratch / "error.log"]

    def __enter__(self):
        self.process = subprocess.Popen([*map(str, self.words)])
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", 443), timeout=1).close()
                return self
            except ConnectionRefusedError:
                time.sleep(0.05)
        raise AssertionError((self.scratch / "error.log").read_text(encoding="utf-8"))

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)


def the_example_for_nginx_is_sound(life):
    make_certificate(TLS, NAME)
    nginx = Nginx(life.scratch)
    told = run(*nginx.words, "-t")
    assert "test is successful" in told and not re.search(r"\[(warn|emerg|alert)\]", told), told
    shutil.rmtree(nginx.scratch)


def nginx_says_who_asks_and_cannot_be_told_otherwise(life):
    Path("/etc/letsping/letsping.toml").write_text(settings(life.shipped), encoding="utf-8")
    life.start()
    with Nginx(life.scratch):
        tls = client_context(TLS)
        status, headers, _ = get("127.0.0.1", 443, "/readyz", tls, NAME, {"Host": NAME})
        assert status == 200, status
        # Only an answer over TLS has it: the server believes nginx.
        assert headers["Strict-Transport-Security"], headers
        # A client that forges these would be refused for contradicting nginx, were they passed on.
        forged = {"Host": NAME, "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http",
                  "Forwarded": 'for="203.0.113.9";proto=http'}
        status, headers, _ = get("127.0.0.1", 443, "/readyz", tls, NAME, forged)
        assert status == 200 and headers["Strict-Transport-Security"], (status, headers)
        assert get("127.0.0.1", 443, "/readyz", tls, NAME, {"Host": "other.example"})[0] == 421
    link = run("/usr/bin/letsping", "setup-link", "--data", "/var/lib/letsping/data", cwd="/")
    assert link.startswith(f"https://{NAME}/setup#t="), link
    life.stop()


FRONT = (the_example_for_nginx_is_sound, nginx_says_who_asks_and_cannot_be_told_otherwise)
