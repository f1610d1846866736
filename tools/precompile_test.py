#!/usr/bin/env python3
"""cmake/precompile, by the commands that CMake makes: what is cached is right, in any checkout."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

LAUNCHER = Path(__file__).parents[1] / "cmake" / "precompile"
COMPILER = "clang++-19"


class Checkout:
    def __init__(self, top, cache, answer):
        self.top, self.build = top, top / "build"
        self.build.mkdir(parents=True)
        self.write(f"inline int answer() {{ return {answer}; }}")
        (top / "main.cpp").write_text('#include "answer.h"\nint main() { return answer(); }\n')
        (self.build / "cmake_pch.hxx").write_text("#include <answer.h>\n")
        (self.build / "cmake_pch.hxx.cxx").write_text("/* made by CMake */\n")
        self.environment = {
            "PATH": os.environ["PATH"], "CCACHE_DIR": str(cache), "CCACHE_BASEDIR": str(top),
            "CCACHE_NOHASHDIR": "1", "CCACHE_DEPEND": "1", "CCACHE_PCH_EXTSUM": "1",
            "CCACHE_SLOPPINESS": "pch_defines,time_macros"}

    def write(self, text):
        (self.top / "answer.h").write_text(f"#pragma once\n{text}\n")

    def compile(self, output, source, *arguments):
        header = self.build / "cmake_pch.hxx"
        return subprocess.run(
            [LAUNCHER, "ccache", COMPILER, f"-I{self.top}", f"-ffile-prefix-map={self.top}/=",
             *arguments, "-Xclang", "-include", "-Xclang", header,
             "-MD", "-MT", output, "-MF", f"{output}.d", "-o", output, "-c", source],
            cwd=self.build, env=self.environment, capture_output=True, text=True, check=False)

    def precompile(self):
        return self.compile("cmake_pch.hxx.pch", self.build / "cmake_pch.hxx.cxx", "-Xclang",
                            "-emit-pch", "-x", "c++-header")

    def answer(self):
        """Of the program, made with the precompiled header."""
        for done in (self.precompile(),
                     self.compile("main.o", self.top / "main.cpp", "-Xclang", "-include-pch",
                                  "-Xclang", self.build / "cmake_pch.hxx.pch")):
            if done.returncode != 0:
                raise RuntimeError(done.stderr)
        subprocess.run([COMPILER, "main.o", "-o", "main"], cwd=self.build, check=True)
        return subprocess.run([self.build / "main"], check=False).returncode

    def hits(self):
        said = subprocess.run(["ccache", "--print-stats"], env=self.environment,
                              capture_output=True, text=True, check=True).stdout
        return sum(int(line.split()[1]) for line in said.splitlines()
                   if line.startswith("direct_cache_hit"))


class Precompile(unittest.TestCase):
    def setUp(self):
        self.place = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.place)

    def checkout(self, name, answer):
        return Checkout(self.place / name, self.place / "cache", answer)

    def test_another_checkout_takes_the_object_from_the_cache(self):
        self.assertEqual(self.checkout("first", 7).answer(), 7)
        second = self.checkout("the-second", 7)
        self.assertEqual((second.answer(), second.hits()), (7, 1))

    def test_a_changed_header_is_compiled_anew(self):
        first = self.checkout("first", 7)
        self.assertEqual(first.answer(), 7)
        first.write("inline int answer() { return 8; }")
        self.assertEqual((first.answer(), first.hits()), (8, 0))

    def test_another_definition_of_a_macro_is_another_header(self):
        sums = []
        for value in (1, 2):
            checkout = self.checkout(f"with-{value}", 7)
            checkout.write(f"#define ANSWER {value}")
            self.assertEqual(checkout.precompile().returncode, 0)
            sums.append((checkout.build / "cmake_pch.hxx.pch.sum").read_text())
        self.assertNotEqual(*sums)

    def test_a_header_that_does_not_compile_fails_and_leaves_no_hash(self):
        checkout = self.checkout("first", 7)
        self.assertEqual(checkout.precompile().returncode, 0)
        checkout.write("int answer( {")
        self.assertNotEqual(checkout.precompile().returncode, 0)
        self.assertFalse((checkout.build / "cmake_pch.hxx.pch.sum").exists())


if __name__ == "__main__":
    unittest.main()
