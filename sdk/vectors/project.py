"""The people, keys, rosters and requests of the log that the cases are about."""

from keys import P256, Ed25519, b64, hex256, seed, tagged, unb64
from log import Log, jcs, later, leaf_hash, tree_path, tree_root

ORIGIN = "vectors.example/p/00112233445566778899aabbccddeeff"
ROOT_ORIGIN = "vectors.example/root"
START = "2026-03-01T12:00:00.000Z"
RP_ID, RP_ORIGIN = "approve.vectors.example", "https://approve.vectors.example"
TERMINAL = "letsping-cli://vectors.example"  # both, of a security key

DEFAULT_RULE = {"n_of": [1, "role:reviewer"]}
TWO_RULE = {"n_of": [2, "role:reviewer"]}
POLICY = {"id": "default", "version": 0, "sha256": hex256(b"{}")}
COMMIT = hex256(b"commit")


class Person:
    """A member with one key."""

    def __init__(self, number, name, class_="device", roles=("reviewer",), groups=(),
                 rp=(RP_ID, RP_ORIGIN)):
        self.member = f"mem_01jn8xq{number:019d}"
        self.class_, self.key = class_, P256(name)
        self.entry = {"class": class_, "cosigned": [], "groups": sorted(groups),
                      "member": self.member, "roles": sorted(roles),
                      "salt": b64(seed("entry " + name)), "spki": b64(self.key.spki)}
        if class_ == "passkey":
            self.entry["rpId"] = rp[0]
        self.rp_id, self.rp_origin = rp
        self.name = name

    def actor(self, method=None):
        passkey = "fido2" if self.rp_id == TERMINAL else "passkey"
        method = method or (passkey if self.class_ == "passkey" else "device_key")
        return {"id": self.member, "key": self.key.id, "kind": "member", "method": method}


ALICE = Person(1, "alice", roles=("owner", "reviewer"))
BOB = Person(2, "bob", roles=("owner", "reviewer"), groups=("finance",))
CAROL = Person(3, "carol", "passkey")
DAVE = Person(4, "dave", roles=("auditor",))
ERIN = Person(5, "erin", roles=("developer", "reviewer"))  # answers for the agents
FAY = Person(8, "fay", "passkey", rp=(TERMINAL, TERMINAL))  # at a terminal
BOB_PHONE = Person(2, "bob's phone", groups=("finance",))
CAROL_TOO = Person(7, "bob")  # another member with Bob's key
MALLORY = Person(6, "mallory")  # in no roster

ISSUER_1, ISSUER_2, ISSUER_X = P256("issuer 1"), P256("issuer 2"), P256("no issuer")
LOG_1, LOG_2 = Ed25519(ORIGIN, "log 1"), Ed25519(ORIGIN, "log 2")
LOG_X = Ed25519(ORIGIN, "no log")
ROOT_LOG = Ed25519(ROOT_ORIGIN, "root log")
WITNESSES = [Ed25519(f"witness{n}.example", kind=4) for n in (1, 2, 3)]
AGENT_ED, AGENT_EC = Ed25519("agent ed25519"), P256("agent p256")

API_KEY = {"id": "ak_7f3k2m9q0w", "key": "ak_7f3k2m9q0w", "kind": "api_key", "method": "api_key"}
SYSTEM = {"id": "system", "kind": "system", "method": "clock"}


class Roster:
    """One version, its entries and who signed it."""

    def __init__(self, version, people, owners, signers, issuer, log, previous=None, threshold=1,
                 origin=ORIGIN, time=START, change=None, **members):
        self.people = people
        entries = [jcs(person.entry) for person in people]
        self.hashes = [leaf_hash(entry) for entry in entries]
        self.head = {
            "v": 1, "origin": origin, "version": version,
            "owners": [b64(owner.key.spki) for owner in owners], "threshold": threshold,
            "issuer": issuer, "log": log, "min": {"human": "device", "log": "logged"},
            "single_operator": False, "time": time,
            "tree": {"root": tree_root(self.hashes).hex(), "size": len(entries)}, **members}
        if previous is not None:
            self.head["prev"] = previous.sha256
        if change:
            change(self.head)
        self.bytes = jcs(self.head)
        self.sha256 = hex256(self.bytes)
        self.signatures = signatures("lp-roster/1", self.bytes, signers)

    def part(self):
        return {"head": self.head, "signatures": self.signatures}

    def place(self, person):
        """The entry's index and path."""
        index = self.people.index(person)
        return index, [b64(each) for each in tree_path(index, self.hashes)]


def signatures(tag, body, signers, high=False):
    return sorted(({"sig": b64(person.key.sign(tagged(tag, body), high)),
                    "spki": b64(person.key.spki)} for person in signers),
                  key=lambda each: unb64(each["spki"]))


def issuer_range(key, start=0, end=None):
    return {"spki": b64(key.spki), "from": start, **({} if end is None else {"to": end})}


def log_range(key, start=0, end=None):
    return {"vkey": key.vkey, "from": start, **({} if end is None else {"to": end})}


def payload_v1(name, commit=COMMIT):
    return {"kind": "v1", "env_sha256": hex256(b"v1 " + name.encode()),
            **({"commit": commit} if commit else {})}


def payload_v2(name, commit=COMMIT):
    return {"kind": "v2", "env_sha256": hex256(b"v2 " + name.encode()),
            "kid": "31e9e43f19195b15", **({"commit": commit} if commit else {})}


def payload_plain(commit=COMMIT):
    return {"kind": "plain", **({"commit": commit} if commit else {})}


def without_commit(payload):
    return {name: value for name, value in payload.items() if name != "commit"}


class Request:
    """One request as it goes through the log: what it was asked with, and its events."""

    def __init__(self, log, number, payload, roster, level="medium", rule=None, agent=None,
                 facts=None, agent_owner=ERIN, stream=None):
        self.log, self.payload, self.roster, self.level = log, payload, roster, level
        self.stream = stream or f"req_01jn8xq1a4{number:016d}"
        self.rule, self.version, self.agent_key = rule or DEFAULT_RULE, 1, agent
        self.descriptor = {
            "salt": b64(seed("descriptor " + self.stream)), "origin": log.origin,
            "service": "stripe", "action": "refund",
            "agent_id": "agent_1" if agent else API_KEY["id"], "agent_owner": agent_owner.member,
            "facts": {"amount": 120, "currency": "EUR"} if facts is None else facts}
        self.sha256 = hex256(jcs(self.descriptor))

    def refer(self, version=None):
        return {"sha256": self.sha256, "version": version or self.version, "level": self.level}

    def rule_reference(self):
        return {"sha256": hex256(jcs(self.rule)), "k": self.rule.get("n_of", [1])[0], "n": 4}

    def base_members(self):
        return {"policy": POLICY, "request": self.refer(), "roster_sha256": self.roster.sha256}

    def created(self, spoil=None, **members):
        members = {"payload": without_commit(self.payload), "strength": "none",
                   **self.base_members(), **members}
        actor, self.agent = API_KEY, None
        if self.agent_key:
            actor, self.agent, entry = agent_signature(self, self.agent_key, spoil)
            members = {**members, "strength": "httpsig",
                       "evidence": [{"kind": "agent_signature", "sha256": hex256(jcs(entry))}]}
        return self.log.say("request.created", self.stream, actor, **members)

    def revised(self, **members):
        """The agent asks for something else."""
        self.version += 1
        return self.log.say("request.revised", self.stream, API_KEY, **{
            **self.base_members(), "payload": without_commit(self.payload), "strength": "none",
            **members})

    def viewed(self, person):
        return self.log.say("request.viewed", self.stream, person.actor("session"),
                            **self.base_members())


def agent_signature(request, key, spoil):
    """The actor, the receipt's `agent`, and the evidence entry. `spoil` may change the parts."""
    base = (f'"@method": POST\n"@authority": vectors.example\n"@path": /api/ingest\n'
            f'"@signature-params": ("@method" "@authority" "@path");created=1772366400;'
            f'keyid="{key.id}"').encode()
    parts = {"base": b64(base), "salt": b64(seed("agent " + request.stream)),
             "key": b64(key.spki),
             "sig": b64(key.sign_raw(base) if isinstance(key, P256) else key.sign(base))}
    if spoil:
        spoil(parts)
    entry = {"base": parts["base"], "kind": "agent_signature", "salt": parts["salt"],
             "sig": parts["sig"], "spki": parts["key"]}
    actor = {"id": "agent_1", "key": key.id, "kind": "agent", "method": "httpsig"}
    return actor, parts, entry


def new_log(origin=ORIGIN):
    return Log(origin, ISSUER_1, later(START, minutes=1))
