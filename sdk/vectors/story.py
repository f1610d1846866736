"""The log itself: a project from its first roster to its third, with every kind of decision, and
the events of a server that lies, which honest verifiers must see through."""

import tsa
from keys import hex256
from log import later
from people import Signing, decision, review, session_review
from project import (
    AGENT_EC,
    AGENT_ED,
    ALICE,
    BOB,
    CAROL,
    DAVE,
    ERIN,
    FAY,
    ISSUER_1,
    ISSUER_2,
    LOG_1,
    LOG_2,
    ORIGIN,
    ROOT_LOG,
    ROOT_ORIGIN,
    RP_ID,
    RP_ORIGIN,
    START,
    SYSTEM,
    TERMINAL,
    TWO_RULE,
    Request,
    Roster,
    issuer_range,
    log_range,
    new_log,
    payload_plain,
    payload_v1,
    payload_v2,
    without_commit,
)
from receipt import WITNESS_POLICY, digest_of, erasure_document, erasure_owners

MANIFEST = b'{"from":0,"to":9,"v":1}'


class Story:
    def __init__(self):
        self.log = new_log()
        self.requests = {}
        self.events = {}
        self.first_rosters()
        self.decisions()
        self.third_roster()
        self.after()

    def first_rosters(self):
        first = ([issuer_range(ISSUER_1)], [log_range(LOG_1)])
        self.roster1 = Roster(1, [ALICE], [ALICE], [ALICE], *first)
        self.roster2 = Roster(2, [ALICE, BOB, CAROL, DAVE, ERIN, FAY], [ALICE, BOB], [ALICE], *first,
                              previous=self.roster1, threshold=2, time=later(START, seconds=30))
        self.rosters = [self.roster1, self.roster2]
        for roster in self.rosters:
            self.roster_changed(roster)

    def roster_changed(self, roster):
        self.events[f"roster{roster.head['version']}"] = self.log.say(
            "roster.changed", "project", ALICE.actor(), digest=digest_of(roster.bytes),
            roster_sha256=roster.sha256)

    def request(self, name, payload, **members):
        members.setdefault("roster", self.rosters[-1])
        made = Request(self.log, len(self.requests) + 1, payload, **members)
        self.requests[name] = made
        return made

    def keep(self, **events):
        self.events.update(events)

    def decisions(self):
        one = self.request("approved", payload_v1("one"))
        self.keep(created=one.created(), viewed=one.viewed(ALICE))
        self.keep(approval=review(one, ALICE))
        self.keep(approved=decision(one, [self.events["approval"]]))

        passkey = self.request("passkey", payload_v2("two"), level="high", agent=AGENT_ED)
        self.keep(created_ed=passkey.created())
        self.keep(passkey_approval=review(passkey, CAROL, reason=hex256(b"reason")))
        self.keep(passkey_approved=decision(passkey, [self.events["passkey_approval"]]))

        unseen = self.request("rejected", payload_plain())
        unseen.created()
        self.keep(rejection=review(unseen, BOB, "review.rejected",
                                   payload=without_commit(unseen.payload)))
        self.keep(rejected=decision(unseen, [self.events["rejection"]], "decision.rejected",
                                    payload=without_commit(unseen.payload)))
        self.edited()
        self.quorum()
        self.without_people()

    def edited(self):
        ask = self.request("edited", payload_v2("four"))
        ask.created()
        base, ask.payload = ask.payload, payload_v2("four, edited", hex256(b"edit"))
        self.keep(edit=review(ask, ALICE, "review.edited", base=base))
        ask.version = 2
        self.keep(modified=decision(ask, [self.events["edit"]],
                                    "decision.approved_with_modifications", base=base))

    def quorum(self):
        two = self.request("quorum", payload_v1("five"), level="critical", rule=TWO_RULE,
                           agent=AGENT_EC)
        self.keep(created_ec=two.created())
        self.keep(quorum_a=review(two, ALICE))
        self.keep(quorum_c=review(two, CAROL))
        self.keep(quorum=decision(two, [self.events["quorum_a"], self.events["quorum_c"]]))

        edit = self.request("edited by one, approved by two", payload_plain(), rule=TWO_RULE)
        edit.created()
        base, edit.payload = edit.payload, payload_plain(hex256(b"edit"))
        first = review(edit, BOB, "review.edited", base=base)
        edit.version = 2
        second = review(edit, CAROL)
        self.keep(edit_quorum=decision(edit, [first, second],
                                       "decision.approved_with_modifications", base=base))

    def without_people(self):
        late = self.request("expired", payload_v1("six"))
        late.created()
        self.keep(expired=self.log.say("decision.expired", late.stream, SYSTEM,
                                       payload=without_commit(late.payload), **late.base_members()))
        gone = self.request("cancelled", payload_v1("seven"))
        created = gone.created()
        self.keep(cancelled=self.log.say(
            "decision.cancelled", gone.stream, created.predicate["actor"],
            payload=without_commit(gone.payload), **gone.base_members()))
        session = self.request("session", payload_v1("eight"), level="low")
        session.created()
        self.keep(session_approval=session_review(session, BOB))
        self.keep(session=decision(session, [self.events["session_approval"]]))
        self.keep(secret=self.request("erased", payload_v1("nine")).created())

    def third_roster(self):
        """The issuer's key and the log's key are replaced by new ones."""
        at = len(self.log.leaves)
        self.rotated_at = at
        self.roster3 = Roster(
            3, [ALICE, BOB, CAROL, DAVE, ERIN, FAY], [ALICE, BOB], [ALICE, BOB],
            [issuer_range(ISSUER_1, 0, at), issuer_range(ISSUER_2, at)],
            [log_range(LOG_1, 0, at + 1), log_range(LOG_2, at + 1)],
            previous=self.roster2, threshold=1, time=self.log.now)
        self.rosters.append(self.roster3)
        self.log.issuer = ISSUER_2
        self.roster_changed(self.roster3)

    def after(self):
        log = self.log
        new = self.request("after", payload_v1("ten"))
        new.created()
        self.keep(new_approval=review(new, BOB))
        self.keep(new_approved=decision(new, [self.events["new_approval"]]))
        high = self.request("high S", payload_v1("eleven"))
        high.created()
        self.keep(high_approval=review(high, CAROL, how=Signing(high=True)))
        log_say, log.say = log.say, lambda *a, **k: log_say(*a, high=True, **k)
        self.keep(high_approved=decision(high, [self.events["high_approval"]]))
        log.say = log_say
        self.keep(export=log.say("export.made", "project", ALICE.actor(),
                                 digest=digest_of(MANIFEST), roster_sha256=self.roster3.sha256))
        self.document = erasure_document(log, [self.events["secret"].index],
                                         exports=[self.events["export"].sha256])
        self.keep(erasure=self.erasure(self.document))
        self.owners = erasure_owners(self.document, [ALICE])

    def erasure(self, document, **members):
        return self.log.say("erasure.performed", "project", ALICE.actor(), **{
            "digest": digest_of(document), "roster_sha256": self.roster3.sha256, **members})

    def rosters_of(self, event):
        """The versions up to the one that the statement names."""
        named = event.predicate.get("roster_sha256", self.roster1.sha256)
        for number, roster in enumerate(self.rosters, 1):
            if roster.sha256 == named:
                return self.rosters[:number]
        raise ValueError("a statement that names no roster of the story")


def trusted(story, **members):
    """A trust file with all that a verifier can bring along."""
    made = {
        "origin": ORIGIN, "roster_genesis_sha256": story.roster1.sha256,
        "log_vkeys": [LOG_1.vkey, LOG_2.vkey],
        "root": {"origin": ROOT_ORIGIN, "log_vkeys": [ROOT_LOG.vkey]},
        "witness_policy": WITNESS_POLICY, "rp": [{"rpId": RP_ID, "origins": [RP_ORIGIN]},
                                                 {"rpId": TERMINAL, "origins": [TERMINAL]}],
        "tsa_roots": [tsa.ROOT.pem], **members}
    return {name: value for name, value in made.items() if value is not None}
