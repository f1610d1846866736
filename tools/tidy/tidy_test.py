#!/usr/bin/env python3
"""Each rule must find what is planted for it, and must pass what is clean."""

import sys
import unittest

import includes
import layout
import source
from tree import read_tree

HEADER = "// What it is.\n#pragma once\n"


class Includes(unittest.TestCase):
    def direction(self, tree):
        return "\n".join(includes.direction(tree))

    def test_finds_a_module_that_reaches_outward(self):
        tree = {"src/tlog/tree.h": HEADER + '#include "store/store.h"\n',
                "src/store/store.h": HEADER}
        self.assertIn("tlog may not include store", self.direction(tree))

    def test_finds_a_third_party_header_of_another_module(self):
        tree = {"src/api/routes.cpp": "#include <sqlite3.h>\n"}
        self.assertIn("<sqlite3.h> of sqlite", self.direction(tree))

    def test_finds_a_third_party_header_that_leaks_through_a_header(self):
        tree = {"src/crypto/key.h": HEADER + "#include <openssl/evp.h>\n",
                "src/json/value.cpp": '#include "crypto/key.h"\n',
                "src/identity/key.cpp": '#include "crypto/key.h"\n'}
        self.assertIn("identity may not include <openssl/evp.h> of openssl through "
                      "src/crypto/key.h", self.direction(tree))

    def test_finds_a_library_that_nobody_has_decided_on(self):
        self.assertIn("unknown (zmq.hpp)",
                      self.direction({"src/core/bus.cpp": "#include <zmq.hpp>\n"}))

    def test_finds_a_module_without_a_line_in_the_table(self):
        self.assertIn("module shiny has no line", self.direction({"src/shiny/a.cpp": ""}))

    def test_finds_the_test_clock_in_production(self):
        tree = {"src/base/testing.h": HEADER,
                "src/core/clock.cpp": '#include "base/testing.h"\n',
                "src/core/clock_test.cpp": '#include "base/testing.h"\n'}
        self.assertEqual(self.direction(tree).count("for tests only"), 1)

    def test_finds_googletest_outside_tests(self):
        tree = {"src/base/id.cpp": "#include <gtest/gtest.h>\n"}
        self.assertIn("of gtest", self.direction(tree))

    def test_finds_a_table_that_points_outward(self):
        table = includes.Table("base: |\ntlog: base store |\nstore: base |\n")
        self.assertIn("tlog names store", "\n".join(includes.direction({}, table)))

    def test_finds_headers_that_include_each_other(self):
        tree = {"src/core/a.h": '#include "core/b.h"\n', "src/core/b.h": '#include "core/a.h"\n'}
        self.assertEqual(len(list(includes.cycles(tree))), 2)

    def test_finds_a_header_that_only_its_own_files_include(self):
        tree = {"src/core/lonely.h": HEADER, "src/core/lonely.cpp": '#include "core/lonely.h"\n',
                "src/core/lonely_test.cpp": '#include "core/lonely.h"\n'}
        self.assertIn("src/core/lonely.h", "\n".join(includes.dead_headers(tree)))

    def test_passes_what_is_granted(self):
        tree = {"src/net/session.cpp": '#include "net/session.h"\n#include <boost/asio.hpp>\n'
                                       "#include <sys/socket.h>\n#include <vector>\n",
                "src/net/session.h": HEADER + '#include "base/id.h"\n', "src/base/id.h": HEADER,
                "src/api/routes.cpp": '#include "net/session.h"\n',
                "src/base/id_test.cpp": '#include "base/id.h"\n#include <gtest/gtest.h>\n'}
        self.assertEqual(self.direction(tree), "")


class Source(unittest.TestCase):
    def test_finds_each_banned_call(self):
        calls = ("std::regex r;", "#include <regex>", "int i = rand();", "std::random_device d;",
                 "std::stoi(text);", "strtoul(text, nullptr, 10);", "atoi(text);",
                 "strftime(a, b, c, d);", 'setlocale(LC_ALL, "");', "std::locale here;",
                 "std::chrono::system_clock::now();", "clock_gettime(CLOCK_REALTIME, &t);",
                 "time(nullptr);")
        for call in calls:
            tree = {"src/core/a.cpp": f"  {call}\n"}
            self.assertIn("src/core/a.cpp:1: banned", "\n".join(source.banned_calls(tree)), call)

    def test_finds_memcmp_where_secrets_are_compared(self):
        line = "  return memcmp(a, b, 32) == 0;\n"
        for path, findings in (("src/crypto/mac.cpp", 1), ("src/identity/key.cpp", 1),
                               ("src/tlog/tree.cpp", 0)):
            self.assertEqual(len(list(source.banned_calls({path: line}))), findings, path)

    def test_finds_a_secret_that_is_printed(self):
        tree = {"src/core/a.cpp": 'log::info("key", "made", {{"key", key.reveal()}});\n'}
        self.assertIn("prints a Secret", "\n".join(source.banned_calls(tree)))

    def test_passes_what_only_sounds_banned(self):
        tree = {"src/core/a.cpp": "// rand() would be wrong here\nauto t = clock.time(0);\n"
                                  "operand(3); entropy.random(8); Seeded random(1);\n",
                "src/net/parking_test.cpp": "std::stoi(request.query);\n",
                "src/base/time.cpp": "clock_gettime(CLOCK_REALTIME, &t);\n"}
        self.assertEqual(list(source.banned_calls(tree)), [])

    def test_finds_long_files_and_long_lines(self):
        tree = {"src/core/a.cpp": "x\n" * 501, "web/src/b.ts": "y" * 101 + "\n",
                "src/core/c.cpp": "z\n" * 500, "src/core/d.cpp": "é" * 100 + "\n"}
        text = "\n".join(source.sizes(tree))
        self.assertIn("src/core/a.cpp: 501 lines", text)
        self.assertIn("web/src/b.ts:1: 101 columns", text)
        self.assertEqual(text.count("\n"), 1)

    def test_finds_leftovers_paths_and_hosts(self):
        planted = ("// TO" "DO: later", "# FIX" "ME", "cd /wo" "rk/main", "ls /ro" "ot/x",
                   '"resolved": "ht' 'tps://x"', "https://registry.npm" "js.org/a",
                   "GOPROXY=https://proxy.golang.o" "rg")
        for line in planted:
            self.assertEqual(len(list(source.leftovers({"docs/a.md": line}))), 1, line)
        clean = "see network/workers, https://github.com/work/a and {root}/x, src/rooted/y"
        self.assertEqual(list(source.leftovers({"docs/a.md": clean})), [])

    def test_finds_headers_without_guard_or_purpose(self):
        tree = {"src/core/a.h": "struct A {};\nusing namespace std;\n", "src/core/b.h": HEADER}
        self.assertEqual(len(list(source.headers(tree))), 3)

    def test_finds_headers_that_their_own_source_file_does_not_show_to_compile(self):
        first, later = '#include "core/a.h"\n', '#include <vector>\n'
        for text, findings in ((first + later, 0), (later + first, 1), (later, 1)):
            tree = {"src/core/a.h": HEADER, "src/core/a.cpp": text}
            self.assertEqual(len(list(source.headers(tree))), findings, text)

    def test_finds_names_that_say_nothing(self):
        for path in ("src/core/utils.cpp", "src/net/string_helpers.h", "web/src/common/a.ts",
                     "src/core/GroupCommit.cpp"):
            self.assertEqual(len(list(source.names({path: ""}))), 1, path)
        self.assertEqual(list(source.names({"src/core/group_commit.cpp": ""})), [])


class Layout(unittest.TestCase):
    def test_finds_a_missing_step_of_a_requests_way(self):
        tree = {stem + ".cpp": name for stem, name in layout.WAY}
        tree["ARCHITECTURE.md"] = " ".join(stem.removeprefix("src/") for stem, _ in layout.WAY)
        self.assertEqual(list(layout.way_of_a_request(tree)), [])
        for stem, _ in layout.WAY:
            without = {path: text for path, text in tree.items() if path != stem + ".cpp"}
            self.assertIn(stem, "\n".join(layout.way_of_a_request(without)))
            renamed = tree | {stem + ".cpp": "something else"}
            self.assertIn("does not contain", "\n".join(layout.way_of_a_request(renamed)))

    def test_finds_a_folder_without_readme(self):
        tree = {"src/core/a.cpp": "", "src/net/README.md": "x", "tools/README.md": "x\n" * 99}
        self.assertEqual(len(list(layout.readmes(tree))), 2)

    def test_finds_a_setting_or_command_that_the_readme_keeps_quiet(self):
        tree = {"src/server/config.cpp": '      {"log.format", text(1)},\n',
                "src/cli/key.cpp": 'auto* group = app.add_subcommand("key", "API keys");\n',
                "README.md": "settings\n"}
        self.assertEqual(len(list(layout.documented(tree))), 2)
        tree["README.md"] = "| `log.format` | x |\n| `key create` | y |\n"
        self.assertEqual(list(layout.documented(tree)), [])

    def test_finds_a_refusal_that_no_test_reaches(self):
        tree = {"src/approval/request.h":
                "enum class Refusal : std::uint8_t {\n  late,  // past the end\n  unseen\n};\n",
                "src/approval/request_test.cpp": "EXPECT_EQ(r.error(), Refusal::late);"}
        self.assertEqual(list(layout.refusals(tree)),
                         ["src/approval/request.h: no test reaches Refusal::unseen"])

    def test_finds_a_suite_whose_script_is_missing(self):
        row = "wire wire build plain 5 tests/wire/run --all\n"
        self.assertEqual(len(list(layout.suites({"tests/suites.txt": row}))), 1)
        here = {"tests/suites.txt": row, "tests/wire/run": ""}
        self.assertEqual(list(layout.suites(here)), [])

    def test_finds_an_attack_without_a_test_or_with_one_that_is_gone(self):
        page = ("# Attacks\n### A row is edited\n- `a_test.cpp Row.IsChecked`\n"
                "- `b.py test_row`: so\n- `c.go TestRow`\n- `d.test.mjs a row that is edited`\n"
                "### Another\nNobody knows.\n")
        tree = {"docs/security/attacks.md": page, "a_test.cpp": "TEST(Row, IsChecked) {",
                "b.py": "    def test_row(self):", "c.go": "func TestRow(t *testing.T) {",
                "d.test.mjs": 'test("a row that is edited", () => {'}
        self.assertEqual(list(layout.attacks(tree)),
                         ["docs/security/attacks.md: no test shows what catches: Another"])
        for path in ("a_test.cpp", "b.py", "c.go", "d.test.mjs"):
            self.assertEqual(len(list(layout.attacks(tree | {path: tree[path].upper()}))), 2)


class Reading(unittest.TestCase):
    def test_reads_the_checkout_that_it_stands_in(self):
        self.assertIn("tools/tidy/tidy_test.py", read_tree(sys.path[0] + "/../.."))


if __name__ == "__main__":
    unittest.main()
