"""The jars of Kafka: pinned by digest, fetched once, mended when damaged."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ieum_lab.embedded.cache import KAFKA_VERSION, cache_folder, kafka_jars, listed_jars

SMALL = "jspecify-1.0.0.jar"


def copy_of_cache(folder: Path) -> Path:
    for jar in kafka_jars(cache_folder()):
        target = folder / f"kafka-{KAFKA_VERSION}" / jar.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(jar, target)
    return folder


def test_kafka_and_its_clients_have_the_same_version_and_every_digest_is_whole() -> None:
    jars = listed_jars()

    assert {jar.version for jar in jars if jar.group == "org.apache.kafka"} == {KAFKA_VERSION}
    assert all(len(jar.sha256) == 64 for jar in jars)
    assert len({jar.filename for jar in jars}) == len(jars)


def test_damaged_and_missing_jars_are_fetched_again_by_one_of_two_starts(tmp_path: Path) -> None:
    cache = copy_of_cache(tmp_path)
    damaged = cache / f"kafka-{KAFKA_VERSION}" / SMALL
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-1] + b"x")

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(kafka_jars, (cache, cache))

    assert first == second
    assert damaged.read_bytes() == whole
    damaged.unlink()
    assert kafka_jars(cache) == first
    assert damaged.read_bytes() == whole
    assert {path.name for path in damaged.parent.iterdir()} == {path.name for path in first}
