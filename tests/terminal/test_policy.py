"""A policy goes into force at the terminal: it is uploaded, people say yes, and it rules."""

import json
import unittest
from pathlib import Path

from house import PASSPHRASE, House, with_key

POLICY = """version: 1
tools:
  - { service: db, action: sql, facts: { verb: { from: /verb } } }
  - { service: stripe, action: refund, facts: { amount: { from: /amount } } }
rules:
  - name: never drop databases
    match: { service: db, action: sql, facts: { verb: [DROP, TRUNCATE] } }
    effect: deny
  - name: refunds above 500
    match: { service: stripe, action: refund, facts: { amount: { gt: 500 } } }
    level: high
"""
MILDER = POLICY.replace("gt: 500", "gt: 5000").replace("above 500", "above 5000")


class Policy(unittest.TestCase):
    def setUp(self):
        self.house = self.enterContext(House.of_ada())

    def push(self, text):
        path = Path(self.house.home.name, "policy.yaml")
        path.write_text(text, encoding="utf-8")
        return self.house.run("policy", "push", str(path), "--json")

    def activate(self, version):
        request = self.house.run("policy", "activate", str(version), "--json")["request"]
        person = self.house.comes("review", "approve", request, "--json", **with_key())
        person.sees("letsping / policy.activate").sees("type yes: ").types("yes")
        person.sees("Passphrase of").types(PASSPHRASE)
        self.assertEqual("approved", person.result()["state"])

    def ask(self, service, action, facts):
        return self.house.asks(service=service, action=action, facts=facts)

    def show(self, request):
        return self.house.run("review", "show", request, "--json")

    def test_rules_once_a_person_put_it_into_force_and_goes_back_in_one_step(self):
        self.assertEqual(1, self.push(POLICY)["version"])
        # Nothing is in force before somebody has said so.
        self.assertEqual("medium", self.show(self.ask("db", "sql", {"verb": "DROP"}))["level"])
        self.activate(1)
        pulled = self.house.comes("policy", "pull").end()[1]
        self.assertEqual(POLICY, pulled)

        denied = self.ask("db", "sql", {"verb": "DROP"})
        status = self.house.status_of(denied)
        self.assertEqual("REJECTED", status["status"])
        self.assertIn("never drop databases", json.dumps(status))
        ruling = self.show(denied)["ruling"]
        self.assertEqual(("never drop databases", 1), (ruling["rule"], ruling["version"]))
        self.assertEqual("high", self.show(self.ask("stripe", "refund", {"amount": 600}))["level"])

        self.assertEqual(2, self.push(MILDER)["version"])
        self.activate(2)
        self.assertEqual("medium",
                         self.show(self.ask("stripe", "refund", {"amount": 600}))["level"])
        self.activate(1)
        self.assertEqual("high", self.show(self.ask("stripe", "refund", {"amount": 600}))["level"])


if __name__ == "__main__":
    unittest.main()
