"""What `make clients` fetches is pinned by digest, and no list names where it comes from."""

import json
import re
from pathlib import Path

from ieum_lab.embedded.cache import read_jars
from tests.clients.languages import COMPILER, GENERATOR

HERE = Path(__file__).parent


def test_every_jar_has_its_digest_and_the_generator_and_the_compiler_are_among_them() -> None:
    jars = read_jars((HERE / "java" / "jars.txt").read_text(encoding="utf-8"))
    assert all(re.fullmatch(r"[0-9a-f]{64}", jar.sha256) for jar in jars)
    assert {GENERATOR, COMPILER} <= {jar.artifact for jar in jars}
    assert len({jar.artifact for jar in jars}) == len(jars)


def test_every_package_of_typescript_is_locked_by_digest_and_by_no_address() -> None:
    wanted = json.loads((HERE / "typescript" / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((HERE / "typescript" / "package-lock.json").read_text(encoding="utf-8"))
    root = lock["packages"].pop("")
    for kind in ("dependencies", "devDependencies"):
        assert root[kind] == wanted[kind]
        for name, version in wanted[kind].items():
            assert lock["packages"][f"node_modules/{name}"]["version"] == version
    for name, package in lock["packages"].items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name
