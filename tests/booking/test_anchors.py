"""The file of anchors: a line a day, only added to, and not believed when it isn't one."""

from datetime import date, timedelta
from pathlib import Path
from threading import Thread

import pytest

from booking.anchors import Anchor, NotAnAnchor, add_anchor, read_anchors
from booking.audit import NOTHING, Head

TODAY = date(2026, 11, 26)


def head(number: int) -> Head:
    return Head(number, f"{number:064x}")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "anchors.txt"


def test_a_day_has_one_anchor_and_earlier_ones_stay(file: Path):
    days = [TODAY + timedelta(days=number) for number in (0, 0, 1, 5, 5)]
    for number, day in enumerate(days, 1):
        add_anchor(file, day, head(number))
    assert read_anchors(file) == [Anchor(days[0], head(1)), Anchor(days[2], head(3)), Anchor(days[3], head(4))]


def test_a_record_without_entries_has_no_anchor(file: Path):
    add_anchor(file, TODAY, NOTHING)
    assert not file.exists()


def test_a_line_that_was_cut_off_spoils_no_other(file: Path):
    add_anchor(file, TODAY, head(1))
    with file.open("a") as opened:
        opened.write("2026-11-27 2 0000")
    for _ in range(2):
        add_anchor(file, TODAY + timedelta(days=1), head(3))
    assert file.read_text().splitlines()[2:] == [f"2026-11-27 3 {head(3).hash}"]
    with pytest.raises(NotAnAnchor, match=r"^2$"):
        read_anchors(file)


@pytest.mark.parametrize(
    "line", ["", "2026-11-26", f"2026-13-26 1 {1:064x}", f"2026-11-26 0 {1:064x}", f"2026-11-26 1 {1:063x}", "\xff"]
)
def test_what_is_no_anchor_is_not_believed(file: Path, line: str):
    file.write_text(f"{line}\n")
    with pytest.raises(NotAnAnchor):
        read_anchors(file)


def test_several_workers_write_one_anchor(file: Path):
    workers = [Thread(target=add_anchor, args=(file, TODAY, head(1))) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(read_anchors(file)) == 1
