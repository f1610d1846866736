"""A time-stamping authority with the keys of a test: RFC 3161 tokens, right and wrong."""

from datetime import datetime, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from keys import P256, sha256

SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"
SHA256, ECDSA_SHA256 = "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"


def value(tag, *parts):
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*parts):
    return value(0x30, *parts)


def set_of(*parts):
    return value(0x31, *sorted(parts))


def integer(number):
    return value(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def octets(data):
    return value(0x04, data)


def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    content = bytes([first * 40 + second])
    for number in rest:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(number & 0x7F | 0x80)
        content += bytes(reversed(groups))
    return value(0x06, content)


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """A certificate and its key, issued by another authority or by itself."""

    def __init__(self, text, issuer=None, authority=False, usage=ExtendedKeyUsageOID.TIME_STAMPING,
                 critical=True, until=2046):
        self.key = P256("tsa " + text)
        self.issuer = issuer
        above = issuer or self
        builder = (x509.CertificateBuilder().subject_name(name(text))
                   .issuer_name(name(text) if issuer is None else issuer.certificate.subject)
                   .public_key(self.key.private.public_key())
                   .serial_number(int.from_bytes(sha256(text.encode())[:8], "big") >> 1)
                   .not_valid_before(datetime(2020, 1, 1, tzinfo=timezone.utc))
                   .not_valid_after(datetime(until, 1, 1, tzinfo=timezone.utc))
                   .add_extension(x509.BasicConstraints(authority, None), critical=True))
        if authority:
            builder = builder.add_extension(x509.KeyUsage(
                False, False, False, False, False, True, True, False, False), critical=True)
        elif usage:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=critical)
        self.certificate = builder.sign(above.key.private, hashes.SHA256(),
                                        ecdsa_deterministic=True)
        self.der = self.certificate.public_bytes(serialization.Encoding.DER)
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()


ROOT = Authority("Vectors TSA root", authority=True)
MIDDLE = Authority("Vectors TSA intermediate", ROOT, authority=True)
TSA = Authority("Vectors TSA", ROOT)
DEEP_TSA = Authority("Vectors TSA two", MIDDLE)
NO_USAGE = Authority("Vectors no TSA", ROOT, usage=ExtendedKeyUsageOID.SERVER_AUTH)
LAX_USAGE = Authority("Vectors lax TSA", ROOT, critical=False)
ENDED = Authority("Vectors TSA of 2025", ROOT, until=2026)
OTHER_ROOT = Authority("Vectors other root", authority=True)
LEAF_ISSUED = Authority("Vectors issued by a leaf", TSA)


def info(body, when, imprint=None, algorithm=SHA256):
    return sequence(
        integer(1), oid("1.3.6.1.4.1.99999.1"),
        sequence(sequence(oid(algorithm), value(0x05)), octets(imprint or sha256(body))),
        integer(7), value(0x18, when.encode()))


def token(body, when="20260301140000Z", tsa=TSA, certificates=None, imprint=None, content=None,
          digest=None, meant=None, type_=TST_INFO, inner_type=TST_INFO, spoil=None, without=(),
          algorithm=SHA256):
    """A token over `body`; every part may be wrong on purpose."""
    content = content or info(body, when, imprint, algorithm)
    attributes = {
        CONTENT_TYPE: oid(type_), DIGEST: octets(digest or sha256(content)),
        SIGNING_CERTIFICATE: sequence(sequence(sequence(octets(sha256(meant or tsa.der)))))}
    signed = set_of(*[sequence(oid(each), set_of(inside)) for each, inside in attributes.items()
                      if each not in without])
    signature = tsa.key.sign(signed)
    if spoil:
        signature = spoil(signature)
    issuer = tsa.certificate.issuer.public_bytes()
    signer = sequence(
        integer(1), sequence(issuer, integer(tsa.certificate.serial_number)),
        sequence(oid(SHA256)), b"\xa0" + signed[1:], sequence(oid(ECDSA_SHA256)),
        octets(signature))
    held = [tsa.der] if certificates is None else [each.der for each in certificates]
    data = sequence(
        integer(3), set_of(sequence(oid(SHA256))),
        sequence(oid(inner_type), value(0xA0, octets(content))),
        *([value(0xA0, *sorted(held))] if held else []), set_of(signer))
    return sequence(oid(SIGNED_DATA), value(0xA0, data))
