#!/usr/bin/env python3
"""./test itself, on planted suites: what it counts, and what it must not let pass."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest
import unittest.mock
from pathlib import Path

TOP = Path(__file__).parents[1]
# Set-up steps that do nothing, after the real ones: the driver's own logic is what is tested.
QUIET = """
debian_packages() { :; }
dashboard() { :; }
npm_packages() { :; }
build_preset() { :; }
python_packages() { :; }
go_modules() { :; }
"""


def within_seconds(seconds, holds):
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.05)
    return holds()


class Driver(unittest.TestCase):
    def setUp(self):
        self.top = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)
        for name in ("test", "tools/count_results.py", "setup/steps.sh"):
            (self.top / name).parent.mkdir(exist_ok=True)
            shutil.copy(TOP / name, self.top / name)
        (self.top / "tests").mkdir()

    def run_test(self, suites, *parts, steps=""):
        (self.top / "tests/suites.txt").write_text(suites, encoding="utf-8")
        with open(self.top / "setup/steps.sh", "a", encoding="utf-8") as file:
            file.write(QUIET + steps)
        done = subprocess.run([self.top / "test", *parts], capture_output=True, text=True,
                              check=False)
        return done.returncode, done.stdout.splitlines(), done.stderr

    def last(self, suites, *parts, steps=""):
        status, lines, _ = self.run_test(suites, *parts, steps=steps)
        return status, lines[-1]

    def test_sums_suites_and_ends_with_the_count(self):
        suites = ("# a comment\n\nunit a build plain 1 echo 2 passed, 0 failed\n"
                  "wire b build plain 1 echo 3 passed, 0 failed, 0 skipped\n")
        self.assertEqual(self.last(suites), (0, "5 passed, 0 failed, 0 skipped"))

    def test_runs_only_the_parts_that_are_named(self):
        suites = ("unit a build plain 1 echo 2 passed, 0 failed\n"
                  "wire b build plain 1 echo 3 passed, 0 failed\n"
                  "long c build plain 1 echo 4 passed, 0 failed\n")
        self.assertEqual(self.last(suites, "wire"), (0, "3 passed, 0 failed, 0 skipped"))
        self.assertEqual(self.last(suites), (0, "5 passed, 0 failed, 0 skipped"))

    def test_a_part_without_suites_is_no_failure_and_an_unknown_one_is_usage(self):
        suites = "unit a build plain 1 echo 2 passed, 0 failed\n"
        self.assertEqual(self.last(suites, "sdk", "unit"), (0, "2 passed, 0 failed, 0 skipped"))
        self.assertEqual(self.run_test(suites, "sdkk")[0], 2)

    def test_a_failing_suite_fails_and_shows_the_end_of_its_log(self):
        suites = "unit a build plain 1 echo the reason; echo 2 passed, 1 failed; exit 1\n"
        status, lines, _ = self.run_test(suites)
        self.assertEqual((status, lines[-1]), (1, "2 passed, 1 failed, 0 skipped"))
        self.assertIn("    | the reason", lines)

    def test_silence_a_missing_script_and_a_hang_are_failures(self):
        for command in ("true", "tests/missing/run", "echo 9 passed, 0 failed; exit 3"):
            status, line = self.last(f"unit a build plain 1 {command}\n")
            self.assertEqual(status, 1, command)
            self.assertIn("1 failed, 0 skipped", line, command)
        self.assertEqual(self.last("unit a build plain 0.01 sleep 20\n"),
                         (1, "0 passed, 1 failed, 0 skipped"))

    def test_a_test_that_skips_itself_has_failed(self):
        suites = "unit a build plain 1 echo 2 passed, 0 failed, 1 skipped\n"
        self.assertEqual(self.last(suites), (1, "2 passed, 1 failed, 0 skipped"))

    def test_a_registry_that_does_not_answer_skips_by_name_and_is_no_failure(self):
        suites = ("unit a build plain 1 echo 2 passed, 0 failed\n"
                  "conformance go build,go plain 1 echo 9 passed, 0 failed\n")
        silent = ("go_modules() { attempt go-modules sh -c "
                  "'echo dial tcp: lookup proxy: no such host; exit 1'; }\n")
        status, lines, _ = self.run_test(suites, steps=silent)
        self.assertEqual((status, lines[-1]), (0, "2 passed, 0 failed, 1 skipped"))
        self.assertTrue(lines[-2].startswith("skipped: conformance/go"), lines[-2])

    def test_a_set_up_step_that_fails_otherwise_fails_its_suites(self):
        suites = ("unit a build plain 1 echo 2 passed, 0 failed\n"
                  "conformance python build,python plain 1 echo 9 passed, 0 failed\n")
        for words in ("EINTEGRITY sha512; ECONNRESET", "404 Not Found"):
            broken = f"python_packages() {{ attempt x sh -c 'echo \"{words}\"; exit 1'; }}\n"
            self.assertEqual(self.last(suites, steps=broken),
                             (1, "2 passed, 1 failed, 0 skipped"), words)

    def test_names_what_passed_at_its_second_attempt_only(self):
        suites = "browser a build plain 1 echo unsteady it opens; echo 2 passed, 0 failed\n"
        status, lines, _ = self.run_test(suites)
        self.assertEqual((status, lines[-1]), (0, "2 passed, 0 failed, 0 skipped"))
        self.assertTrue(lines[-2].startswith("unsteady: browser/a"), lines[-2])
        self.assertTrue(lines[-2].endswith("it opens"), lines[-2])

    def test_two_suites_run_at_once_and_are_reported_as_they_end(self):
        # Each waits for the other; the first ends last.
        suites = ("unit a build plain 1 until [ -e b ]; do sleep 0.1; done; touch a; sleep 1; "
                  "echo 1 passed, 0 failed\n"
                  "unit b build plain 1 touch b; until [ -e a ]; do sleep 0.1; done; "
                  "echo 1 passed, 0 failed\n")
        status, lines, _ = self.run_test(suites)
        self.assertEqual((status, lines[-1]), (0, "2 passed, 0 failed, 0 skipped"))
        self.assertEqual([line.split()[1] for line in lines[:-1]], ["unit/b", "unit/a"])

    def test_a_third_runs_only_beside_one_that_is_idle(self):
        # Each says how many there are when it begins.
        count = ("touch $$.here; ls *.here | wc -l >>seen; sleep 1; rm $$.here; "
                 "echo 1 passed, 0 failed")
        for needs, most in (("build", 2), ("build,idle", 3)):
            suites = f"unit a {needs} plain 1 {count}\n" + "".join(
                f"unit {name} build plain 1 {count}\n" for name in "bcdef")
            (self.top / "seen").write_text("", encoding="utf-8")
            self.assertEqual(self.last(suites), (0, "6 passed, 0 failed, 0 skipped"))
            seen = [int(line) for line in (self.top / "seen").read_text("utf-8").split()]
            self.assertEqual(max(seen), most, seen)

    def test_data_lie_in_memory_unless_a_suite_needs_a_disk(self):
        suites = ('unit memory build plain 1 echo "${TMPDIR:-/tmp}"; echo 1 passed, 0 failed\n'
                  'unit disk build,disk plain 1 echo "${TMPDIR:-/tmp}"; echo 1 passed, 0 failed\n')
        with unittest.mock.patch.dict(os.environ):
            os.environ.pop("TMPDIR", None)
            self.assertEqual(self.last(suites), (0, "2 passed, 0 failed, 0 skipped"))
        memory, disk = (Path((self.top / f"build/test-logs/unit-{name}.log")
                             .read_text(encoding="utf-8").split()[0])
                        for name in ("memory", "disk"))
        self.assertEqual(disk, Path("/tmp"))
        self.assertIn(memory.parent, (Path("/dev/shm"), Path("/")))
        self.assertFalse(memory.exists() and memory != disk, "it is left behind")

    def test_a_suite_that_wants_to_be_alone_is(self):
        apart = "mkdir here && sleep 0.3 && rmdir here && echo 1 passed, 0 failed"
        suites = "".join(f"unit {name} build,alone plain 1 {apart}\n" for name in "abc")
        self.assertEqual(self.last(suites), (0, "3 passed, 0 failed, 0 skipped"))
        mixed = f"unit z build plain 1 {apart}\n{suites}unit d build plain 1 {apart}\n"
        self.assertEqual(self.last(mixed), (0, "5 passed, 0 failed, 0 skipped"))

    def test_a_suite_that_is_killed_has_failed(self):
        status, line = self.last("unit a build plain 1 echo 1 passed, 0 failed; kill -9 $PPID\n")
        self.assertEqual((status, line), (1, "1 passed, 1 failed, 0 skipped"))

    def test_nothing_goes_on_when_the_driver_is_stopped(self):
        (self.top / "tests/suites.txt").write_text(
            "unit a build plain 1 echo $$ >new; mv new pid; exec sleep 60\n", encoding="utf-8")
        with open(self.top / "setup/steps.sh", "a", encoding="utf-8") as file:
            file.write(QUIET)
        pid = self.top / "pid"
        with subprocess.Popen([self.top / "test"], stdout=subprocess.DEVNULL) as driver:
            self.assertTrue(within_seconds(20, pid.exists))
            driver.terminate()
        self.assertEqual(driver.returncode, 130)
        player = Path("/proc", pid.read_text(encoding="utf-8").strip())
        self.assertTrue(within_seconds(20, lambda: not player.exists()))

    def test_being_stopped_stops_the_compilers(self):
        (self.top / "tests/suites.txt").write_text("unit a build plain 1 true\n", encoding="utf-8")
        pid = self.top / "pid"
        with open(self.top / "setup/steps.sh", "a", encoding="utf-8") as file:
            file.write(QUIET + 'build_preset() { bash -c "echo \\$\\$ >pid.new; mv pid.new pid; '
                       'exec sleep 100"; }\n')
        with subprocess.Popen([self.top / "test"], stdout=subprocess.DEVNULL) as driver:
            self.assertTrue(within_seconds(20, pid.exists))
            driver.terminate()
        self.assertEqual(driver.returncode, 130)
        compiler = Path("/proc", pid.read_text(encoding="utf-8").strip())
        self.assertTrue(within_seconds(20, lambda: not compiler.exists()))

    def test_a_failed_build_beside_the_packages_is_seen(self):
        suites = "unit a build plain 1 echo 2 passed, 0 failed\n"
        self.assertEqual(self.last(suites, steps="build_preset() { return 1; }\n"),
                         (1, "0 passed, 1 failed, 0 skipped"))

    def test_a_failed_build_fails_everything_that_needs_it(self):
        suites = ("unit a build plain 1 echo 2 passed, 0 failed\n"
                  "wire b build plain 1 echo 3 passed, 0 failed\n")
        self.assertEqual(self.last(suites, steps="dashboard() { return 1; }\n"),
                         (1, "0 passed, 2 failed, 0 skipped"))


if __name__ == "__main__":
    unittest.main()
