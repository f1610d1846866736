"""Files beside a payload (spec/encryption.md section 13): sealed piece by piece under the content
key, and opened again.

What a file is called, what it holds and how large it is stands in the payload itself, under
`_lp_attachments`; the ask announces only the sizes and hashes of the pieces.
"""

import base64
import binascii
import hashlib
import io
import os
import re
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from letsping_verify.strict_json import canonical

__all__ = ["Attachment", "AttachmentFault", "open_attachment", "seal_attachment"]

PIECE_BYTES, TAG_BYTES, SALT_BYTES, BYTES_MAX = 1 << 20, 16, 32, 64 << 20


class AttachmentFault(Exception):
    """`code`: malformed (what the payload says of it), does_not_open (a piece is changed, missing,
    in another place, or of another request), or mismatch (not the file that the payload names)."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Attachment:
    listed: dict  # one entry of the payload's `_lp_attachments`
    declared: dict  # one entry of the ask's `attachments`
    pieces: list = field(repr=False)  # what is put to its uploadUrl, with &piece=0, 1, …


def seal_attachment(file, attachment_id, name, media_type, key, bound_to, salt=None):
    """`file`: bytes, or a binary file, which is read piece by piece. `bound_to`: the context of the
    payload's envelope (see letsping_envelope.context), whose client_nonce the ask sends too.
    `key` None: for a project whose payloads are server_sealed; nothing is sealed here."""
    reader = io.BytesIO(file) if isinstance(file, bytes | bytearray | memoryview) else file
    salt = salt or os.urandom(SALT_BYTES)
    cipher, aad = (None, None) if key is None else _cipher(key, salt, attachment_id, bound_to)
    whole, size, pieces = hashlib.sha256(), 0, []
    piece = reader.read(PIECE_BYTES)
    while True:
        following = reader.read(PIECE_BYTES) if piece else b""
        whole.update(piece)
        size += len(piece)
        if size > BYTES_MAX:
            raise ValueError(f"an attachment has at most {BYTES_MAX} bytes")
        pieces.append(piece if cipher is None else
                      cipher.encrypt(_iv(len(pieces), not following), bytes(piece), aad))
        if not following:
            break
        piece = following
    listed = {"id": attachment_id, "name": name, "type": media_type, "size": size,
              "sha256": whole.hexdigest()}
    if cipher is not None:
        listed["salt"] = base64.b64encode(salt).decode()
    declared = {"id": attachment_id, "size": sum(map(len, pieces)),
                "pieces": [hashlib.sha256(one).hexdigest() for one in pieces]}
    return Attachment(listed, declared, pieces)


def open_attachment(pieces, listed, key, bound_to):
    """The bytes of the file that the payload lists so, out of its pieces in their order."""
    size, sha256, salt = _checked(listed, key is not None)
    count = max(1, -(-size // PIECE_BYTES))
    cipher, aad = (None, None) if key is None else _cipher(key, salt, listed["id"], bound_to)
    whole, opened, seen = hashlib.sha256(), bytearray(), 0
    for index, piece in enumerate(pieces):
        try:
            clear = piece if cipher is None else cipher.decrypt(_iv(index, index + 1 == count),
                                                                bytes(piece), aad)
        except InvalidTag:
            raise AttachmentFault("does_not_open",
                                  f"piece {index} was changed or is out of its place") from None
        seen += 1
        whole.update(clear)
        opened += clear
        if len(opened) > size:
            raise AttachmentFault("mismatch", "it is longer than the payload says")
    if seen != count:
        raise AttachmentFault("does_not_open", f"of {count} pieces there are {seen}")
    if len(opened) != size or whole.hexdigest() != sha256:
        raise AttachmentFault("mismatch", "it is not the file that the payload names")
    return bytes(opened)


def _checked(listed, sealed):
    try:
        size, sha256, salt = listed["size"], listed["sha256"], b""
        if sealed:
            salt = base64.b64decode(listed["salt"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise AttachmentFault("malformed", "the payload does not say what it is") from None
    whole = isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= BYTES_MAX
    hashed = isinstance(sha256, str) and re.fullmatch("[0-9a-f]{64}", sha256)
    if not whole or not hashed or (sealed and len(salt) != SALT_BYTES):
        raise AttachmentFault("malformed", "the payload does not say what it is")
    return size, sha256, salt


def _cipher(key, salt, attachment_id, bound_to):
    """The cipher of one file, and the additional data of all its pieces."""
    place = {name: bound_to[name] for name in ("action", "client_nonce", "origin", "service")}
    aad = canonical(place | {"attachment": attachment_id})
    derived = HKDF(hashes.SHA256(), 32, salt, b"lp-attachment/1\0" + aad).derive(key.raw)
    return AESGCM(derived), aad


def _iv(index, last):
    """Where the piece stands, and whether it is the last."""
    return index.to_bytes(11, "big") + (b"\1" if last else b"\0")
