"""Whether an agent of the server's own account is noticed, and what is said of it."""

import json
import os
import unittest

from house import House
from server import E1

SOMEBODY_ELSE = 65534


class Isolation(unittest.TestCase):
    def setUp(self):
        self.house = self.enterContext(House.of_ada())

    def post_as(self, account, target, body):
        """What another process under this account is answered."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.setuid(account)
            os.write(writing, json.dumps(
                self.house.http("POST", target, json.dumps(body))).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            said = json.load(pipe)
        os.waitpid(child, 0)
        return said

    def ask_as(self, account):
        self.house.asks()  # makes the key
        return self.post_as(account, "/api/ingest",
                            {"service": "s", "action": "a", "payload": json.loads(E1)})

    def marks(self, request):
        return self.house.run("review", "show", request, "--json")["marks"]

    def test_says_that_approvals_are_advice_when_agent_and_server_share_an_account(self):
        said = self.ask_as(os.getuid())
        self.assertIn("one account", said["advisory"])
        self.assertEqual(["demo", "no_isolation"], self.marks(said["id"]))
        shown = self.house.run("review", "show", said["id"])
        self.assertIn("an approval is only advice", shown)
        created = [line["statement"]["predicate"] for line in self.house.list("log", "show")][-1]
        self.assertEqual("request.created", created["type"])
        self.assertEqual(["demo", "no_isolation"], created["marks"])

    def test_claims_nothing_of_another_account(self):
        if os.getuid() != 0:
            return  # only root can become somebody else
        said = self.ask_as(SOMEBODY_ELSE)
        self.assertNotIn("advisory", said)
        self.assertEqual(["demo"], self.marks(said["id"]))

    def test_marks_a_request_that_the_servers_own_account_revised(self):
        if os.getuid() != 0:
            return  # only root can become somebody else
        asked = self.ask_as(SOMEBODY_ELSE)
        said = self.post_as(os.getuid(), f"/api/requests/{asked['id']}/revise",
                            {"version": 1, "payload": json.loads(E1)})
        self.assertIn("one account", said["advisory"])
        self.assertEqual(["demo", "no_isolation"], self.marks(asked["id"]))

    def test_says_at_start_what_it_can_tell(self):
        self.assertIn("server.account", self.house.log_tail())


if __name__ == "__main__":
    unittest.main()
