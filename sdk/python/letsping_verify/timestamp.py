"""Time tokens: RFC 3161 over CMS (RFC 5652), of the one shape that authorities issue.

One signer, signed attributes, the signer's certificate in the token, and a chain from it to a
root that the trust file brings along. The chain is judged at the token's own time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from . import der
from .faults import Fault, demand
from .members import text

Root = x509.Certificate

_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_CERTIFICATE, _CERTIFICATE_2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256(), "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
    "2.16.840.1.101.3.4.2.3": hashes.SHA512()}
_SHA256 = "2.16.840.1.101.3.4.2.1"
_RSA = {"1.2.840.113549.1.1.1": None, "1.2.840.113549.1.1.11": "2.16.840.1.101.3.4.2.1",
        "1.2.840.113549.1.1.12": "2.16.840.1.101.3.4.2.2",
        "1.2.840.113549.1.1.13": "2.16.840.1.101.3.4.2.3"}
_ECDSA = {"1.2.840.10045.4.3.2": "2.16.840.1.101.3.4.2.1",
          "1.2.840.10045.4.3.3": "2.16.840.1.101.3.4.2.2",
          "1.2.840.10045.4.3.4": "2.16.840.1.101.3.4.2.3"}
_CHAIN_MAX = 5
# What the library raises at certificates that are none, at the latest when a part is looked at.
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension,
               x509.UnsupportedGeneralNameType, x509.InvalidVersion)


def read_root(value: Any, where: str) -> Root:
    """A certificate in PEM."""
    try:
        return x509.load_pem_x509_certificate(text(value, where).encode())
    except _UNREADABLE:
        raise Fault(f"{where} is no certificate in PEM") from None


def digest_of(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    made = hashes.Hash(algorithm)
    made.update(data)
    return made.finalize()


@dataclass(frozen=True)
class Signer:
    """The one SignerInfo of a token."""

    issuer_and_serial: bytes | None
    key_identifier: bytes | None
    digest: hashes.HashAlgorithm
    algorithm: str
    signature: bytes
    signed: bytes  # the attributes as they are signed
    attributes: dict[str, der.Value]


@dataclass(frozen=True)
class Token:
    when: datetime
    imprint: bytes  # SHA-256
    certificates: list[x509.Certificate]
    content: bytes
    signer: Signer


def read_token(data: bytes) -> Token:
    """Raises Fault."""
    outer = der.Sequence(der.read_one(data, der.SEQUENCE, "the token"), "the token")
    demand(der.oid(outer.need(der.OID)) == _SIGNED_DATA, "the token is no SignedData")
    wrapped = outer.need(0xA0)
    outer.done()
    inner = der.Sequence(der.read_one(wrapped.content, der.SEQUENCE, "SignedData"), "SignedData")
    inner.need(der.INTEGER)
    inner.need(der.SET)
    content = der.Sequence(inner.need(der.SEQUENCE), "the token's content")
    demand(der.oid(content.need(der.OID)) == _TST_INFO, "the token holds no TSTInfo")
    info = der.read_one(content.need(0xA0).content, der.OCTETS, "the token's content").content
    certificates = inner.may(0xA0)
    inner.may(0xA1)
    signers = inner.need(der.SET).inside()
    inner.done()
    demand(len(signers) == 1, "a token has one signer")
    when, imprint = _read_info(info)
    return Token(when, imprint, _certificates(certificates), info, _read_signer(signers[0]))


def _certificates(value: der.Value | None) -> list[x509.Certificate]:
    try:
        return [x509.load_der_x509_certificate(each.encoded)
                for each in (value.inside() if value else [])]
    except _UNREADABLE:
        raise Fault("a certificate of the token cannot be read") from None


def _read_info(data: bytes) -> tuple[datetime, bytes]:
    info = der.Sequence(der.read_one(data, der.SEQUENCE, "TSTInfo"), "TSTInfo")
    demand(info.need(der.INTEGER).content == b"\1", "TSTInfo is not of version 1")
    info.need(der.OID)
    imprint = der.Sequence(info.need(der.SEQUENCE), "the imprint")
    algorithm = _algorithm(imprint.need(der.SEQUENCE))
    demand(algorithm == _SHA256, "the imprint is no SHA-256")
    hashed = imprint.need(der.OCTETS).content
    info.need(der.INTEGER)
    when = info.need(der.TIME).content
    for tag in (der.SEQUENCE, der.BOOLEAN, der.INTEGER, 0xA0):
        info.may(tag)
    info.done()  # critical extensions would stand here, and nobody knows any
    return _moment(when), hashed


def _moment(content: bytes) -> datetime:
    value = content.decode("ascii", "replace")
    form = "%Y%m%d%H%M%S.%fZ" if "." in value else "%Y%m%d%H%M%SZ"
    try:
        return datetime.strptime(value, form).replace(tzinfo=timezone.utc)
    except ValueError:
        raise Fault("the token's time cannot be read") from None


def _algorithm(value: der.Value) -> str:
    inside = value.inside()
    demand(len(inside) in (1, 2), "no algorithm")
    return der.oid(inside[0])


def _read_signer(value: der.Value) -> Signer:
    info = der.Sequence(value, "SignerInfo")
    info.need(der.INTEGER)
    sid = info.any()
    digest = _algorithm(info.need(der.SEQUENCE))
    demand(digest in _HASHES, "a digest that is not known")
    attributes = info.need(0xA0)
    algorithm = _algorithm(info.need(der.SEQUENCE))
    signature = info.need(der.OCTETS).content
    info.may(0xA1)
    info.done()
    found: dict[str, der.Value] = {}
    for each in attributes.inside():
        pair = der.Sequence(each, "an attribute")
        name, values = der.oid(pair.need(der.OID)), pair.need(der.SET).inside()
        pair.done()
        demand(len(values) == 1 and name not in found, "an attribute of the token twice")
        found[name] = values[0]
    return Signer(sid.encoded if sid.tag == der.SEQUENCE else None,
                  sid.content if sid.tag == 0x80 else None, _HASHES[digest], algorithm, signature,
                  bytes([der.SET]) + attributes.encoded[1:], found)


def check_token(token: Token, roots: list[Root]) -> None:
    """That one of the roots' authorities made it. Raises Fault."""
    try:
        _check_token(token, roots)
    except _UNREADABLE:
        raise Fault("a certificate of the token cannot be read") from None


def _check_token(token: Token, roots: list[Root]) -> None:
    signer = token.signer
    certificate = next((each for each in token.certificates if _is_of(signer, each)), None)
    if certificate is None:
        raise Fault("the token lacks its signer's certificate")
    _check_attributes(token, certificate)
    _verify(certificate, signer)
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise Fault("the signer's certificate is not for time stamps") from None
    demand(usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING],
           "the signer's certificate is not for time stamps alone")
    _check_chain(certificate, token, roots)


def _is_of(signer: Signer, certificate: x509.Certificate) -> bool:
    if signer.issuer_and_serial is not None:
        parts = der.read_one(signer.issuer_and_serial, der.SEQUENCE, "the signer").inside()
        return (len(parts) == 2 and parts[0].encoded == certificate.issuer.public_bytes()
                and int.from_bytes(parts[1].content, "big") == certificate.serial_number)
    try:
        known = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return False
    return known.value.digest == signer.key_identifier


def _check_attributes(token: Token, certificate: x509.Certificate) -> None:
    signer = token.signer
    for name in (_CONTENT_TYPE, _DIGEST):
        demand(name in signer.attributes, "the token lacks a signed attribute")
    demand(der.oid(signer.attributes[_CONTENT_TYPE]) == _TST_INFO,
           "the token's signature is of another content type")
    digest = signer.attributes[_DIGEST]
    demand(digest.tag == der.OCTETS and digest.content == digest_of(signer.digest, token.content),
           "the token's signature is of other content")
    first = signer.attributes.get(_CERTIFICATE_2) or signer.attributes.get(_CERTIFICATE)
    if first is None:
        raise Fault("the token does not say which certificate it means")
    # SigningCertificate(V2) ::= SEQUENCE { certs SEQUENCE OF ESSCertID(v2), … }
    certs = der.Sequence(first, "SigningCertificate").need(der.SEQUENCE).inside()
    demand(len(certs) > 0, "the token does not say which certificate it means")
    meant = der.Sequence(certs[0], "ESSCertID")
    algorithm: hashes.HashAlgorithm = hashes.SHA1()
    if _CERTIFICATE_2 in signer.attributes:
        named = meant.may(der.SEQUENCE)
        oid = _algorithm(named) if named else _SHA256
        demand(oid in _HASHES, "a digest that is not known")
        algorithm = _HASHES[oid]
    demand(meant.need(der.OCTETS).content == certificate.fingerprint(algorithm),
           "the token means another certificate")


def _verify(certificate: x509.Certificate, signer: Signer) -> None:
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and signer.algorithm in _RSA:
            named = _RSA[signer.algorithm]
            key.verify(signer.signature, signer.signed, padding.PKCS1v15(),
                       _HASHES[named] if named else signer.digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and signer.algorithm in _ECDSA:
            key.verify(signer.signature, signer.signed, ec.ECDSA(_HASHES[_ECDSA[signer.algorithm]]))
        else:
            raise Fault("the token is signed in a way that is not known")
    except InvalidSignature:
        raise Fault("the token's signature does not verify") from None


def _check_chain(certificate: x509.Certificate, token: Token, roots: list[Root]) -> None:
    subject = certificate
    for _ in range(_CHAIN_MAX):
        demand(subject.not_valid_before_utc <= token.when <= subject.not_valid_after_utc,
               "a certificate of the chain was not valid at the token's time")
        root = next((each for each in roots if _issued(subject, each)), None)
        if root is not None:
            demand(root.not_valid_before_utc <= token.when <= root.not_valid_after_utc,
                   "the root was not valid at the token's time")
            return
        above = next((each for each in token.certificates
                      if each != subject and _issued(subject, each)), None)
        if above is None:
            break
        subject = above
    raise Fault("the token's chain does not lead to a trusted root")


def _issued(subject: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints)
        if not constraints.value.ca:
            return False
        subject.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, InvalidSignature, *_UNREADABLE):
        return False
    return True
