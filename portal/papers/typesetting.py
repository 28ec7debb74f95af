"""A document set on paper (PDF/UA-1 tags; no conformance is claimed). What somebody typed is data here, never markup."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

HERE = Path(__file__).parent


def set_on_paper(form: str, words: dict[str, Any], now: datetime) -> bytes:
    """The PDF that `form`.typ makes of these words."""
    return typst.compile(
        str(HERE / f"{form}.typ"),
        font_paths=[str(HERE / "fonts")],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"paper": json.dumps(words)},
        pdf_standards=["ua-1"],
        timestamp=int(now.timestamp()),
    )
